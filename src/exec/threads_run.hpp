// ThreadsRun: one run of a graph on threads, shared by its caller and its workers, so that a caller
// that gives up may leave while a worker is still inside a user's function.
//
// Workers take tasks in batches, because a lock per task would cost more than a small task; but
// only tasks of layers that were seen to be quick, and a worker that finds nothing ready takes from
// the others' batches, so a task does not wait behind a slow one while a worker is idle.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>

#include "exec/executor.hpp"
#include "exec/scheduler_state.hpp"

namespace shoal {

class ThreadsRun {
 public:
  ThreadsRun(Graph graph, std::span<const TaskId> outputs, const RunOptions& options);

  std::size_t tasks() const { return state_.needed(); }
  int num_workers() const { return num_workers_; }

  void start_observers();
  // A worker: runs tasks until the run is over.
  void work();
  // The caller: waits until the run is over, as one of the workers if `working`. Returns the
  // outputs' values, throws the failed task's exception, or Cancelled when `interrupted` said so.
  std::vector<Value> wait(bool working);
  // The caller leaves; what still runs ends by itself. Observers hear that the run failed.
  void give_up();

 private:
  class Worker;
  using Lock = std::unique_lock<std::mutex>;
  using Clock = std::chrono::steady_clock;

  bool is_over() const { return state_.done() || abandoned_; }
  void work_until(Worker& worker, Lock& lock, Clock::time_point until);
  void fail(const std::exception_ptr& error);
  void deliver(Lock& lock);
  bool should_stop();  // unlocked
  void work_as_caller(Lock& lock);

  Graph graph_;
  const Dependents dependents_;
  const std::vector<std::uint32_t> ranks_;
  const std::vector<TaskId> outputs_;
  const std::shared_ptr<const RunEnvironment> environment_;
  const std::vector<Observer*> observers_;
  const std::function<bool()> interrupted_;
  const bool measures_bytes_;
  const bool lent_workers_;
  int num_workers_ = 1;

  std::vector<Value> results_;         // each written by the worker that runs the task
  std::atomic<bool> stopping_{false};  // no task starts any more

  std::mutex mutex_;  // guards all below
  SchedulerState state_;
  std::exception_ptr error_;
  std::vector<bool> slow_layers_;  // that had a slow task; they do not become quick again
  std::vector<Worker*> workers_;
  std::vector<int> holders_;            // workers that hold or wait for each resource
  std::vector<std::string_view> news_;  // layers of finished tasks the observers have not heard of
  std::size_t sleeping_ = 0;
  bool delivering_ = false;
  bool abandoned_ = false;                // the caller has left
  std::condition_variable work_or_end_;   // for workers
  std::condition_variable caller_wakes_;  // for the caller: the run is over and all are asleep
};

}  // namespace shoal
