// Graph: a flat table of tasks with dense ids. A task's inputs have smaller ids than itself, so
// every graph is acyclic by construction. Tasks that share a kernel form a layer: the blocks of
// one operation, told apart by their index.
#pragma once

#include <shoal/kernel.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace shoal {

using TaskId = std::uint32_t;
using LayerId = std::uint32_t;

struct Layer {
  KernelPtr kernel;
  std::string name;  // for drawings, progress and errors: "random", "sum", "inc"
};

struct Task {
  std::int64_t index = 0;  // passed to the kernel: which block of the layer
  std::int64_t bytes = 0;  // bytes the result is expected to need; 0: unknown
  LayerId layer = 0;
  std::uint32_t first_input = 0;  // where the inputs start in the graph's table of inputs
};

class Graph {
 public:
  LayerId add_layer(KernelPtr kernel, std::string name);
  // Throws InternalError when an input is not already in the graph.
  TaskId add(LayerId layer, std::int64_t index, std::span<const TaskId> inputs,
             std::int64_t bytes = 0);
  TaskId add(LayerId layer, std::int64_t index, std::initializer_list<TaskId> inputs,
             std::int64_t bytes = 0) {
    return add(layer, index, std::span<const TaskId>(inputs.begin(), inputs.size()), bytes);
  }
  void reserve(std::size_t tasks, std::size_t inputs);

  std::size_t size() const { return tasks_.size(); }
  const Task& task(TaskId id) const { return tasks_[id]; }
  const Layer& layer(LayerId id) const { return layers_[id]; }
  const Layer& layer_of(TaskId id) const { return layers_[tasks_[id].layer]; }
  std::size_t layer_count() const { return layers_.size(); }
  std::span<const TaskId> inputs(TaskId id) const {
    const std::size_t end = id + 1 < tasks_.size() ? tasks_[id + 1].first_input : inputs_.size();
    return {inputs_.data() + tasks_[id].first_input, end - tasks_[id].first_input};
  }

 private:
  std::vector<Layer> layers_;
  std::vector<Task> tasks_;
  std::vector<TaskId> inputs_;
};

}  // namespace shoal
