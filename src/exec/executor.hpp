// Executor: one virtual function runs a graph for its outputs. InlineExecutor is the reference.
#pragma once

#include <shoal/observer.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.hpp"

namespace shoal {

struct RunOptions {
  int num_workers = 0;            // 0: available_cores()
  std::int64_t memory_limit = 0;  // bytes; 0: no limit
  std::vector<Observer*> observers;
  std::function<bool()> interrupted;  // polled by the caller's thread; true stops the run
  std::shared_ptr<const RunEnvironment> environment;
};

class Executor {
 public:
  virtual ~Executor() = default;
  // The outputs' values, in the order asked for. Throws the first failed task's exception, or
  // Cancelled when `interrupted` said so.
  virtual std::vector<Value> run(const Graph& graph, std::span<const TaskId> outputs,
                                 const RunOptions& options) = 0;
};

// "sync" or "threads"; throws ValueError that lists them for any other name.
Executor& find_executor(std::string_view name);

}  // namespace shoal
