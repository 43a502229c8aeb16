#include "graph/graph.hpp"

namespace shoal {

LayerId Graph::add_layer(KernelPtr kernel, std::string name) {
  if (!kernel) throw InternalError("graph: layer '" + name + "' has no kernel");
  layers_.push_back({std::move(kernel), std::move(name)});
  return static_cast<LayerId>(layers_.size() - 1);
}

TaskId Graph::add(LayerId layer, std::int64_t index, std::span<const TaskId> inputs,
                  std::int64_t bytes) {
  const std::size_t id = tasks_.size();
  if (layer >= layers_.size()) throw InternalError("graph: a task names an unknown layer");
  if (id >= std::numeric_limits<TaskId>::max() ||
      inputs_.size() + inputs.size() >= std::numeric_limits<TaskId>::max())
    throw MemoryError("graph: over four thousand million tasks; use larger chunks");
  for (TaskId input : inputs)
    if (input >= id)
      throw InternalError("graph: an input of layer '" + layers_[layer].name +
                          "' is not in the graph");
  tasks_.push_back({index, bytes, layer, static_cast<std::uint32_t>(inputs_.size())});
  inputs_.insert(inputs_.end(), inputs.begin(), inputs.end());
  return static_cast<TaskId>(id);
}

void Graph::reserve(std::size_t tasks, std::size_t inputs) {
  tasks_.reserve(tasks);
  inputs_.reserve(inputs);
}

}  // namespace shoal
