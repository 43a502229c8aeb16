// Between Arrow's columns and the kernels' views and blocks.
#pragma once

#include <shoal/block.hpp>

#include <memory>
#include <optional>
#include <vector>

#include "kernels/column_fold.hpp"

namespace arrow {
class Array;
class DataType;
}  // namespace arrow

namespace shoal {

std::optional<DType> numeric_dtype(const arrow::DataType& type);  // absent for text and the like
std::shared_ptr<arrow::DataType> arrow_type(DType dtype);

// The column must outlive the view. `type` has a numeric_dtype.
ColumnView column_view(const arrow::Array& column);
// Which rows are present, as a column of truth values: for counting those of any type. `bits` is
// where the view keeps them.
ColumnView presence_view(const arrow::Array& column, std::vector<std::uint8_t>& bits);

// A one-dimensional block, or one of one element, as a column. Where `present` is 0, and where a
// floating value is NaN, the value is missing.
std::shared_ptr<arrow::Array> column_from_block(const Block& block, const Block* present);

}  // namespace shoal
