#include "graph/dot.hpp"

#include "graph/order.hpp"

namespace shoal {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

}  // namespace

std::string graph_to_dot(const Graph& graph, std::span<const TaskId> outputs) {
  const std::vector<bool> needed = needed_tasks(graph, outputs);
  std::vector<bool> is_output(graph.size(), false);
  for (TaskId output : outputs) is_output[output] = true;
  std::vector<std::size_t> blocks(graph.layer_count(), 0);
  for (TaskId id = 0; id < graph.size(); ++id)
    if (needed[id]) ++blocks[graph.task(id).layer];

  std::string text =
      "digraph shoal {\n"
      "  rankdir=BT;\n"
      "  node [fontname=\"Helvetica\", fontsize=11];\n"
      "  edge [arrowsize=0.7];\n";
  for (TaskId id = 0; id < graph.size(); ++id) {
    if (!needed[id]) continue;
    const std::string number = std::to_string(id);
    const Task& task = graph.task(id);
    text +=
        "  function" + number + " [shape=circle, label=" + quoted(graph.layer_of(id).name) + "];\n";
    text += "  data" + number + " [shape=box, label=" +
            quoted(blocks[task.layer] > 1 ? std::to_string(task.index) : "") +
            (is_output[id] ? ", penwidth=2" : "") + "];\n";
    for (TaskId input : graph.inputs(id))
      text += "  data" + std::to_string(input) + " -> function" + number + ";\n";
    text += "  function" + number + " -> data" + number + ";\n";
  }
  return text + "}\n";
}

}  // namespace shoal
