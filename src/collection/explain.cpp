#include <shoal/compute.hpp>

#include <cstdio>

#include "collection/task_graph.hpp"
#include "expr/optimize.hpp"
#include "graph/dot.hpp"
#include "graph/fuse.hpp"

namespace shoal {
namespace {

std::string pass_line(const PassRecord& record) {
  char text[160];
  std::snprintf(text, sizeof text, "  %-28s %6zu -> %-6zu nodes  %8.3f ms\n", record.name.c_str(),
                record.nodes_before, record.nodes_after, 1e3 * record.seconds);
  return text;
}

}  // namespace

std::string explain(std::span<const std::shared_ptr<const Expr>> expressions) {
  std::vector<PassRecord> records;
  OptimizeOptions options;
  options.records = &records;
  const std::vector<ExprPtr> optimized = optimize(expressions, options);
  Subgraph lowered = lower_to_tasks(optimized).tasks;
  const std::size_t lowered_tasks = lowered.graph.size();
  const Subgraph culled = cull(std::move(lowered.graph), lowered.outputs);
  const std::size_t culled_tasks = culled.graph.size();
  const Subgraph fused = fuse(culled);

  std::string text = "As written:\n" + plan_text(expressions) + "\nPasses:\n";
  for (const PassRecord& record : records) text += pass_line(record);
  if (records.empty()) text += "  none\n";
  text += "\nAs run:\n" + plan_text(optimized);
  text += "\nTasks: " + std::to_string(lowered_tasks);
  if (culled_tasks != lowered_tasks) text += ", " + std::to_string(culled_tasks) + " needed";
  if (fused.graph.size() != culled_tasks)
    text += ", " + std::to_string(fused.graph.size()) + " after chains are fused";
  return text + "\n";
}

std::string graph_dot(std::span<const std::shared_ptr<const Expr>> expressions, bool optimize) {
  const TaskGraph graph =
      optimize ? lower_to_tasks(shoal::optimize(expressions)) : lower_to_tasks(expressions);
  return graph_to_dot(graph.tasks.graph, graph.tasks.outputs);
}

}  // namespace shoal
