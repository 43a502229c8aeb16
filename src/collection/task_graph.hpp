// From expressions to the tasks that make their blocks.
#pragma once

#include "expr/expr.hpp"
#include "graph/cull.hpp"

namespace shoal {

struct TaskGraph {
  Subgraph tasks;  // the outputs are all expressions' blocks, one after another
  std::vector<std::size_t> block_counts;  // of each expression
};

TaskGraph lower_to_tasks(std::span<const ExprPtr> expressions);

}  // namespace shoal
