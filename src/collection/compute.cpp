#include <shoal/compute.hpp>
#include <shoal/config.hpp>

#include "collection/task_graph.hpp"
#include "exec/executor.hpp"
#include "expr/optimize.hpp"
#include "graph/fuse.hpp"

namespace shoal {
namespace {

int checked_num_workers(int num_workers) {
  if (num_workers < 0)
    throw ValueError("compute: num_workers is " + std::to_string(num_workers) +
                     "; give 1 or more, or 0 for every core this process may use");
  return num_workers;
}

}  // namespace

std::vector<std::vector<Value>> compute_blocks(
    std::span<const std::shared_ptr<const Expr>> expressions, const ComputeOptions& options) {
  const Config config = current_config();
  Executor& executor = find_executor(options.scheduler.value_or(config.scheduler));
  RunOptions run;
  run.num_workers = checked_num_workers(options.num_workers.value_or(config.num_workers));
  run.memory_limit = config.memory_limit;
  run.observers = options.observers;
  run.interrupted = options.interrupted;
  run.environment = options.environment;
  run.spawn = options.spawn;

  TaskGraph graph =
      options.optimize ? lower_to_tasks(optimize(expressions)) : lower_to_tasks(expressions);
  Subgraph tasks = cull(std::move(graph.tasks.graph), graph.tasks.outputs);
  if (options.optimize) tasks = fuse(std::move(tasks));
  std::vector<Value> values = executor.run(std::move(tasks.graph), tasks.outputs, run);

  std::vector<std::vector<Value>> results;
  results.reserve(graph.block_counts.size());
  auto value = std::make_move_iterator(values.begin());
  for (const std::size_t blocks : graph.block_counts) {
    const auto end = value + static_cast<std::ptrdiff_t>(blocks);
    results.emplace_back(value, end);
    value = end;
  }
  return results;
}

}  // namespace shoal
