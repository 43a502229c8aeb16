#include <chrono>

#include "exec/executor.hpp"
#include "exec/scheduler_state.hpp"
#include "exec/worker_threads.hpp"
#include "graph/order.hpp"
#include "graph/validate.hpp"

namespace shoal {
namespace {

// Holds a resource for the length of one task.
class ResourceGuard {
 public:
  explicit ResourceGuard(Resource* resource) : resource_(resource) {
    if (resource_) resource_->acquire();
  }
  ~ResourceGuard() {
    if (resource_) resource_->release();
  }
  ResourceGuard(const ResourceGuard&) = delete;
  ResourceGuard& operator=(const ResourceGuard&) = delete;

 private:
  Resource* resource_;
};

// Asks `interrupted` at the first call and then every 10 ms, for asking may cost a lock.
class InterruptPoll {
 public:
  explicit InterruptPoll(const std::function<bool()>& interrupted) : interrupted_(interrupted) {}
  void operator()() {
    const WorkerScope* scope = WorkerScope::current();
    if (scope && scope->stopped()) throw Cancelled("the run around this one was stopped");
    if (!interrupted_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds(10);
    if (interrupted_()) throw Cancelled("the run was stopped");
  }

 private:
  const std::function<bool()>& interrupted_;
  std::chrono::steady_clock::time_point next_{};
};

// Tells the observers of a run that it started and, whichever way it ends, that it finished.
class ObserverCalls {
 public:
  ObserverCalls(const std::vector<Observer*>& observers, std::size_t tasks)
      : observers_(observers) {
    for (Observer* observer : observers_) observer->run_started(tasks);
  }
  ~ObserverCalls() {
    for (Observer* observer : observers_) observer->run_finished(succeeded_);
  }
  ObserverCalls(const ObserverCalls&) = delete;
  ObserverCalls& operator=(const ObserverCalls&) = delete;

  void task_finished(std::string_view layer) {
    for (Observer* observer : observers_) observer->task_finished(layer);
  }
  void succeed() { succeeded_ = true; }

 private:
  const std::vector<Observer*>& observers_;
  bool succeeded_ = false;
};

std::vector<Value> run_in_order(const Graph& graph, std::span<const TaskId> outputs,
                                const RunOptions& options) {
  const Dependents dependents(graph);
  const std::vector<std::uint32_t> ranks = order(graph, dependents, outputs);
  SchedulerState state(graph, dependents, outputs, ranks, options.memory_limit);
  std::vector<Value> results(graph.size());
  std::vector<Value> inputs;
  std::vector<TaskId> next, released;
  InterruptPoll poll(options.interrupted);
  ObserverCalls observers(options.observers, state.needed());
  while (!state.done()) {
    poll();
    next.clear();
    if (state.take(0, 1, next) == 0) throw InternalError("run: no task is ready");
    const TaskId id = next[0];
    const Layer& layer = graph.layer_of(id);
    inputs.clear();
    for (TaskId input : graph.inputs(id)) inputs.push_back(results[input]);
    {
      ResourceGuard guard(state.resource(state.resource_of(id)));
      results[id] = layer.kernel->run(inputs, {graph.task(id).index, options.environment.get()});
    }
    inputs.clear();
    released.clear();
    const std::size_t bytes = options.memory_limit > 0 ? results[id].nbytes() : 0;
    state.finished(id, static_cast<std::int64_t>(bytes), released);
    for (TaskId old : released) results[old] = Value();
    observers.task_finished(layer.name);
  }
  std::vector<Value> values;
  for (TaskId output : outputs) values.push_back(results[output]);
  observers.succeed();
  return values;
}

}  // namespace

std::vector<Value> InlineExecutor::run(Graph graph, std::span<const TaskId> outputs,
                                       const RunOptions& options) {
  validate(graph, outputs);
  return run_in_order(graph, outputs, options);
}

}  // namespace shoal
