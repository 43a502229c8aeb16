#include "graph/cull.hpp"

#include <algorithm>

#include "graph/order.hpp"

namespace shoal {

Subgraph cull(Graph graph, std::span<const TaskId> outputs) {
  const std::vector<bool> needed = needed_tasks(graph, outputs);
  Subgraph result;
  const auto kept = static_cast<std::size_t>(std::count(needed.begin(), needed.end(), true));
  if (kept == graph.size()) {
    result.outputs.assign(outputs.begin(), outputs.end());
    result.graph = std::move(graph);
    return result;
  }
  constexpr LayerId no_layer = std::numeric_limits<LayerId>::max();
  std::vector<LayerId> new_layers(graph.layer_count(), no_layer);
  std::vector<TaskId> new_ids(graph.size());
  std::vector<TaskId> inputs;
  result.graph.reserve(kept, kept);
  for (TaskId id = 0; id < graph.size(); ++id) {
    if (!needed[id]) continue;
    const Task& task = graph.task(id);
    LayerId& layer = new_layers[task.layer];
    if (layer == no_layer)
      layer = result.graph.add_layer(graph.layer_of(id).kernel, graph.layer_of(id).name);
    inputs.clear();
    for (TaskId input : graph.inputs(id)) inputs.push_back(new_ids[input]);
    new_ids[id] = result.graph.add(layer, task.index, inputs, task.bytes);
  }
  for (TaskId output : outputs) result.outputs.push_back(new_ids[output]);
  return result;
}

}  // namespace shoal
