// IndexMap: which element of an array each element of a view of it is. Slices, transposes, new axes
// and broadcasts are all such maps, and maps compose: a view of a view is one view.
#pragma once

#include <shoal/block.hpp>

#include <cstdint>
#include <vector>

#include "base/token.hpp"

namespace shoal {

// The index along one axis of the array: offset + step * (the view's index along `axis`).
struct AxisMap {
  int axis = -1;  // of the view; -1: every element of the view has index `offset`
  std::int64_t offset = 0;
  std::int64_t step = 0;
  bool operator==(const AxisMap&) const = default;
};

// One entry an axis of the array. No two entries name the same axis of the view.
using IndexMap = std::vector<AxisMap>;

IndexMap identity_map(std::size_t rank);
bool is_identity(const IndexMap& map, std::size_t view_rank);

// The view's elements as elements of what `inner` views, where the view looks at inner's view.
IndexMap compose(const IndexMap& outer, const IndexMap& inner);

// The position base + sum(strides[axis] * index) of a view's element, in any unit of strides.
struct AffinePosition {
  std::int64_t base = 0;
  Shape strides;  // one an axis of the view
};
AffinePosition position_of(const IndexMap& map, std::size_t view_rank, const Shape& array_strides);

Shape row_major_strides(const Shape& shape);  // in elements

void hash_map(Hasher& hasher, const IndexMap& map);

}  // namespace shoal
