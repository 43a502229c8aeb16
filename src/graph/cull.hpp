// cull(): the part of a graph that its outputs need.
#pragma once

#include "graph/graph.hpp"

namespace shoal {

struct Subgraph {
  Graph graph;
  std::vector<TaskId> outputs;  // the outputs' ids in `graph`, in the order they were given
};

// A graph that is needed as a whole is returned as it is.
Subgraph cull(Graph graph, std::span<const TaskId> outputs);

}  // namespace shoal
