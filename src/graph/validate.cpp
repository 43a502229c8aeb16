#include "graph/validate.hpp"

namespace shoal {

void validate(const Graph& graph, std::span<const TaskId> outputs) {
  for (TaskId output : outputs)
    if (output >= graph.size())
      throw InternalError("graph: output " + std::to_string(output) + " of a graph of " +
                          std::to_string(graph.size()) + " tasks");
  for (TaskId id = 0; id < graph.size(); ++id)
    if (graph.task(id).bytes < 0)
      throw InternalError("graph: a task of layer '" + graph.layer_of(id).name + "' expects " +
                          std::to_string(graph.task(id).bytes) + " bytes");
}

}  // namespace shoal
