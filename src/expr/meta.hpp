// Meta: all that is known of an expression without computing it.
#pragma once

#include <shoal/block.hpp>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/token.hpp"

namespace arrow {
class Schema;
}

namespace shoal {

struct ArrayMeta {
  DType dtype = DType::Float64;
  Shape shape;
  Chunks chunks;  // every axis: extents that add up to the shape
  bool operator==(const ArrayMeta&) const = default;
};

// What pandas object a frame expression stands for.
enum class FrameKind { DataFrame, Series, Scalar };

struct FrameMeta {
  FrameKind kind = FrameKind::DataFrame;
  std::shared_ptr<arrow::Schema> schema;  // every column, the index's among them
  std::vector<std::string> index_columns;
  std::int64_t partitions = 1;
};

struct BagMeta {
  std::int64_t partitions = 1;
};

struct DelayedMeta {};  // one value of which nothing is known

using Meta = std::variant<DelayedMeta, ArrayMeta, FrameMeta, BagMeta>;
enum class MetaKind { Delayed, Array, Frame, Bag };  // the alternatives, in their order

// Feeds what tells results of one operation over the same inputs apart: an array from a bag, a
// Series from a frame of one column, columns by their names.
void hash_kind(Hasher& hasher, const Meta& meta);

std::string describe(const Meta& meta);      // one line for plans: "float64 (4, 4) in 2 x 2 chunks"
std::int64_t block_count(const Meta& meta);  // tasks whose values make up the result
bool same_result(const Meta& a, const Meta& b);  // may an expression of meta a be replaced by b

}  // namespace shoal
