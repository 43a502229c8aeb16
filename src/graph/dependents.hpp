// Dependents: for each task those that use its result; the graph's inputs turned round.
#pragma once

#include "graph/graph.hpp"

namespace shoal {

class Dependents {
 public:
  explicit Dependents(const Graph& graph) : first_(graph.size() + 1, 0) {
    const auto count = static_cast<TaskId>(graph.size());
    for (TaskId id = 0; id < count; ++id)
      for (TaskId input : graph.inputs(id)) ++first_[input + 1];
    for (std::size_t id = 0; id < count; ++id) first_[id + 1] += first_[id];
    dependents_.resize(first_[count]);
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for (TaskId id = 0; id < count; ++id)
      for (TaskId input : graph.inputs(id)) dependents_[next[input]++] = id;
  }

  // In ascending order; a task that names an input twice is there twice.
  std::span<const TaskId> of(TaskId id) const {
    return {dependents_.data() + first_[id], first_[id + 1] - first_[id]};
  }

 private:
  std::vector<std::uint32_t> first_;
  std::vector<TaskId> dependents_;
};

}  // namespace shoal
