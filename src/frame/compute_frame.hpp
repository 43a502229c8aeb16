// Results of frames: whole, the first rows, the last rows.
#pragma once

#include <shoal/compute.hpp>
#include <shoal/table.hpp>

#include "expr/expr.hpp"

namespace shoal {

Table compute_frame(const ExprPtr& frame, const ComputeOptions& options = {});
// The first or last `count` rows; only the partitions that hold them are computed.
Table first_rows(const ExprPtr& frame, std::int64_t count, const ComputeOptions& options = {});
Table last_rows(const ExprPtr& frame, std::int64_t count, const ComputeOptions& options = {});

}  // namespace shoal
