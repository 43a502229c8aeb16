// Folds of one typed column of a table, with missing values, into aggregate states.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/aggregator.hpp"

namespace shoal {

// A column in Arrow's layout. Missing: validity bit 0, and NaN where nan_is_missing.
struct ColumnView {
  DType dtype = DType::Float64;
  const void* values = nullptr;            // bool: packed bits
  const std::uint8_t* validity = nullptr;  // packed bits, null when all are valid
  std::int64_t offset = 0;                 // of element 0 in both, in elements
  std::int64_t length = 0;
  bool nan_is_missing = true;
};

// One state, of shape (), of the elements that are not missing.
AggregateState fold_column(const Aggregator& aggregator, const ColumnView& column);

// k states, of shape (groups,): element i goes to group_ids[i]; a negative id to none.
AggregateState fold_column_grouped(const Aggregator& aggregator, const ColumnView& column,
                                   std::span<const std::int64_t> group_ids, std::int64_t groups);

}  // namespace shoal
