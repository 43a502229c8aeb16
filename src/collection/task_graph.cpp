#include "collection/task_graph.hpp"

namespace shoal {

TaskGraph lower_to_tasks(std::span<const ExprPtr> expressions) {
  LoweredGraph lowered = lower(expressions);
  TaskGraph result;
  result.tasks.graph = std::move(lowered.graph);
  for (const auto& blocks : lowered.outputs) {
    result.tasks.outputs.insert(result.tasks.outputs.end(), blocks.begin(), blocks.end());
    result.block_counts.push_back(blocks.size());
  }
  return result;
}

}  // namespace shoal
