#include "exec/memory_budget.hpp"

namespace shoal {

void MemoryBudget::check(const Graph& graph) const {
  if (!limited()) return;
  for (TaskId id = 0; id < graph.size(); ++id) {
    const std::int64_t bytes = graph.task(id).bytes;
    if (bytes <= limit_) continue;
    const std::int64_t parts = (bytes + limit_ - 1) / limit_;
    throw MemoryError("a task of '" + graph.layer_of(id).name + "' needs " + std::to_string(bytes) +
                      " bytes, the memory limit is " + std::to_string(limit_) +
                      "; make its chunks at least " + std::to_string(parts) +
                      " times smaller, or raise memory_limit");
  }
}

}  // namespace shoal
