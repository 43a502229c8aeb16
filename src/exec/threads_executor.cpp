#include "exec/executor.hpp"
#include "exec/threads_run.hpp"
#include "exec/worker_threads.hpp"

namespace shoal {

std::vector<Value> ThreadsExecutor::run(Graph graph, std::span<const TaskId> outputs,
                                        const RunOptions& options) {
  const auto run = std::make_shared<ThreadsRun>(std::move(graph), outputs, options);
  // A task that waits for a run of its own works on it: else tasks of that kind could take every
  // worker, and wait for ever.
  const bool working = WorkerScope::current() != nullptr;
  const auto worker = [weak = std::weak_ptr(run)] {
    if (const auto run = weak.lock()) run->work();
  };
  run->start_observers();
  try {
    for (int i = working ? 1 : 0; i < run->num_workers(); ++i) {
      if (options.spawn) {
        options.spawn(worker);
      } else {
        run_on_worker_thread(worker);
      }
    }
    return run->wait(working);
  } catch (...) {
    run->give_up();
    throw;
  }
}

}  // namespace shoal
