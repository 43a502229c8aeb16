// validate(): the invariants that executors rely on and Graph::add does not see.
#pragma once

#include "graph/graph.hpp"

namespace shoal {

// Throws InternalError when an output is not in the graph or a task's expected bytes are negative.
void validate(const Graph& graph, std::span<const TaskId> outputs);

}  // namespace shoal
