#include <shoal/compute.hpp>
#include <shoal/config.hpp>

#include "exec/executor.hpp"
#include "expr/optimize.hpp"
#include "graph/cull.hpp"
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

  LoweredGraph lowered = options.optimize ? lower(optimize(expressions)) : lower(expressions);
  std::vector<TaskId> outputs;
  for (const auto& blocks : lowered.outputs)
    outputs.insert(outputs.end(), blocks.begin(), blocks.end());
  Subgraph subgraph = cull(std::move(lowered.graph), outputs);
  if (options.optimize) subgraph = fuse(std::move(subgraph));
  std::vector<Value> values = executor.run(std::move(subgraph.graph), subgraph.outputs, run);

  std::vector<std::vector<Value>> results;
  results.reserve(lowered.outputs.size());
  auto value = std::make_move_iterator(values.begin());
  for (const auto& blocks : lowered.outputs) {
    const auto end = value + static_cast<std::ptrdiff_t>(blocks.size());
    results.emplace_back(value, end);
    value = end;
  }
  return results;
}

}  // namespace shoal
