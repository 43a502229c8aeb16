// Basic indexing: integers, slices, new axes and the ellipsis, as a view.
#pragma once

#include <shoal/array.hpp>

#include <span>
#include <string>
#include <vector>

#include "array/index_map.hpp"
#include "expr/expr.hpp"

namespace shoal {

// The elements start + step * i, i in [0, count), of an axis.
struct AxisRange {
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};

AxisRange range_of(const Slice& slice, std::int64_t extent);  // Python's slice.indices

// The chunks of a range of an axis: what it takes of each chunk, nothing left out but nothing.
std::vector<std::int64_t> chunks_of_range(const std::vector<std::int64_t>& chunks,
                                          const AxisRange& range);

// array[indices] in NumPy's meaning. Throws IndexError for an index out of bounds, too many
// indices, or a second ellipsis.
ExprPtr index_array(const ExprPtr& input, std::span<const Index> indices);

// What each axis keeps under the indices; an integer keeps one element. Throws like index_array.
std::vector<AxisRange> kept_ranges(const Shape& shape, std::span<const Index> indices);

// array[indices] = value. The value has a kind that the array's dtype holds.
ExprPtr assign_scalar(const ExprPtr& input, std::span<const Index> indices, const Scalar& value);

ExprPtr transpose(const ExprPtr& input, const std::vector<int>& axes);  // no axes: reversed

}  // namespace shoal
