// Tables as a whole: joined, sliced, reduced to some columns.
#pragma once

#include <shoal/table.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "expr/expr.hpp"

namespace arrow {
class Array;
}

namespace shoal {

// The tables' rows one after another; at least one table, equal schemas.
Table concatenate(std::span<const Table> tables);
Table slice(const Table& table, std::int64_t first, std::int64_t rows);
// The index's columns and those named.
Table select(const Table& table, const std::vector<std::string>& names);

// A column that is not the index's, by name.
const std::shared_ptr<arrow::Array>& data_column(const Table& table, const std::string& name);

// A frame of tables in memory, a partition each. Without index columns the rows are numbered from 0
// on over all of them. Throws ValueError when their schemas differ or a name is there twice.
ExprPtr frame_from_tables(std::vector<Table> tables, FrameKind kind = FrameKind::DataFrame);

}  // namespace shoal
