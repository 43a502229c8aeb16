// Aggregates of groups of rows with equal keys, as pandas' groupby: sorted by key, rows with a
// missing key left out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/expr.hpp"

namespace shoal {

// `aggregate` is one of reduce()'s, or "size", the number of rows. `columns` are aggregated;
// absent: all that are not keys. A Series when `series` is set (one column, or size), else a
// DataFrame; its index are the keys.
ExprPtr aggregate_groups(const ExprPtr& frame, const std::vector<std::string>& keys,
                         const std::optional<std::vector<std::string>>& columns,
                         const std::string& aggregate, bool series, std::int64_t ddof = 1,
                         bool numeric_only = false);

}  // namespace shoal
