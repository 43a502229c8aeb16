// One number of a column: folded in each partition, merged in a tree, finished.
#pragma once

#include <optional>
#include <string>

#include "expr/expr.hpp"

namespace shoal {

// How many states are merged at a time.
constexpr std::size_t kMergeWidth = 16;

// sum, prod, min, max, any, all, count, mean, var or std. Of a Series: a Scalar. Of a DataFrame: a
// Series with a row for each column. Missing values are left out. numeric_only leaves out columns
// that are not of numbers; without it they are a TypeError, except for count.
ExprPtr reduce(const ExprPtr& frame, const std::string& aggregate, std::int64_t ddof = 1,
               bool numeric_only = false);

// The number of rows: a Scalar. From a source that knows its rows nothing is read.
ExprPtr count_rows(const ExprPtr& frame);
std::optional<std::int64_t> known_row_count(const ExprPtr& frame);

// Adds the tasks that merge `parts` in a tree with `merge`, which takes up to kMergeWidth values.
TaskId add_merge_tree(Graph& graph, LayerId merge, std::vector<TaskId> parts);

}  // namespace shoal
