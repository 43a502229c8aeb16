// A graph in Graphviz' language: circles for the functions, boxes for the data between them.
#pragma once

#include <string>

#include "graph/graph.hpp"

namespace shoal {

// Of the tasks that the outputs need. A circle bears its layer's name, a box the block's index
// where the layer has several blocks; outputs' boxes are drawn bold.
std::string graph_to_dot(const Graph& graph, std::span<const TaskId> outputs);

}  // namespace shoal
