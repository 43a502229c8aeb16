// Some columns of a frame, and some of its partitions.
#pragma once

#include <string>
#include <vector>

#include "expr/expr.hpp"

namespace shoal {

// df[["a", "b"]]. Throws KeyError with the nearest names for an unknown column.
ExprPtr select_columns(const ExprPtr& frame, const std::vector<std::string>& names);
// df["a"]: a Series.
ExprPtr select_column(const ExprPtr& frame, const std::string& name);
// Partitions [first, first + count).
ExprPtr select_partitions(const ExprPtr& frame, std::int64_t first, std::int64_t count);

// The input when `expr` selects columns of it, else null.
ExprPtr input_of_selection(const ExprPtr& expr);
// The same selection of partitions over an input with other columns; null for another operation.
ExprPtr rebuild_partitions(const ExprPtr& expr);

}  // namespace shoal
