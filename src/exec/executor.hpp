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

// Lends a run threads that are not ours: called once for each worker wanted, with a function to be
// called once on another thread, which works until the run is over. It may be called late (it
// then returns at once if there is nothing left to do) or never: a run that sees no worker for a
// tenth of a second goes on in its caller's thread until one comes. When `spawn` itself throws,
// the run fails with that exception.
using SpawnWorker = std::function<void(std::function<void()> worker)>;

struct RunOptions {
  int num_workers = 0;            // 0: available_cores()
  std::int64_t memory_limit = 0;  // bytes; 0: no limit
  std::vector<Observer*> observers;
  std::function<bool()> interrupted;  // polled by the caller's thread; true stops the run
  std::shared_ptr<const RunEnvironment> environment;
  SpawnWorker spawn;  // empty: our own threads
};

class Executor {
 public:
  virtual ~Executor() = default;
  // The outputs' values, in the order asked for; only what they need is run. Throws the first
  // failed task's exception, or Cancelled when `interrupted` said so.
  virtual std::vector<Value> run(Graph graph, std::span<const TaskId> outputs,
                                 const RunOptions& options) = 0;
};

// Runs the tasks in order() in the caller's thread.
class InlineExecutor final : public Executor {
 public:
  std::vector<Value> run(Graph graph, std::span<const TaskId> outputs,
                         const RunOptions& options) override;
};

// Runs the tasks on threads shared by all runs. A run that is interrupted returns at once; what
// is then still running ends in the background and its result is dropped. A run that failed waits
// for its running tasks first. A run started inside a task works in that task's thread too.
class ThreadsExecutor final : public Executor {
 public:
  std::vector<Value> run(Graph graph, std::span<const TaskId> outputs,
                         const RunOptions& options) override;
};

// "sync" or "threads"; throws ValueError that lists them for any other name.
Executor& find_executor(std::string_view name);

}  // namespace shoal
