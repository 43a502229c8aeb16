#include "exec/threads_run.hpp"

#include <shoal/config.hpp>

#include <algorithm>
#include <utility>

#include "exec/worker_threads.hpp"
#include "graph/order.hpp"
#include "graph/validate.hpp"

namespace shoal {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t largest_batch = 64;
constexpr auto quick_task = 10us;     // a layer all of whose tasks take less may be batched
constexpr auto poll_interval = 20ms;  // of `interrupted`
constexpr auto patience = 100ms;      // for a first worker on lent threads

const Graph& validated(const Graph& graph, std::span<const TaskId> outputs) {
  validate(graph, outputs);
  return graph;
}

}  // namespace

// What one thread has of a run. The lock is held wherever a member's comment says "locked".
class ThreadsRun::Worker final : public WorkerScope {
 public:
  explicit Worker(ThreadsRun& run) : run_(run) { run.workers_.push_back(this); }  // locked
  ~Worker() override { std::erase(run_.workers_, this); }                         // locked

  bool stopped() const override { return run_.stopping_; }

  // Locked: fills the batch; false when there is nothing to run.
  bool take() {
    const std::size_t ready = run_.state_.ready();
    if (ready == 0 && run_.workers_.size() == 1) return false;
    const auto workers = static_cast<std::size_t>(run_.num_workers_);
    const std::size_t share = (ready + workers - 1) / workers;
    batch_.clear();
    next_.store(0, std::memory_order_relaxed);
    if (run_.state_.take(claimed_, std::clamp<std::size_t>(share, 1, largest_batch), batch_) == 0 &&
        !steal())
      return false;
    claim(run_.state_.resource_of(batch_[0]));
    if (run_.sleeping_ > 0 && run_.state_.ready() > 0) run_.work_or_end_.notify_one();
    return true;
  }

  // Unlocked: runs what nobody steals from the batch.
  void run_batch() {
    let_go_of_results();
    const auto start = Clock::now();
    while (true) {
      const std::uint32_t at = next_.fetch_add(1, std::memory_order_relaxed);
      if (at >= batch_.size()) break;
      const TaskId task = batch_[at];
      if (run_.stopping_.load(std::memory_order_relaxed)) {
        not_run_.push_back(task);
      } else {
        run_task(task);
      }
    }
    elapsed_ = Clock::now() - start;
  }

  // Locked: reports the batch.
  void commit() {
    learn();
    for (const Result& result : finished_) {
      run_.state_.finished(result.task, result.bytes, released_);
      if (!run_.observers_.empty()) run_.news_.push_back(run_.graph_.layer_of(result.task).name);
    }
    for (TaskId task : not_run_) run_.state_.failed(task);
    if (error_) run_.fail(error_);
    finished_.clear();
    not_run_.clear();
  }

  // Locked: whether the worker holds something that others may wait for. A resource may still be
  // held when another is claimed, or none: others may have stolen the whole batch that it was for.
  bool holds_anything() const { return claimed_ != 0 || held_ != 0 || !released_.empty(); }
  void give_up_claim() { claim(0); }  // locked

  // Unlocked: drops what nobody needs, and a resource that is not claimed any more.
  void let_go() {
    let_go_of_results();
    hold_claimed();
  }

 private:
  struct Result {
    TaskId task;
    std::int64_t bytes;
  };

  bool steal() {
    for (Worker* other : run_.workers_) {
      if (other == this) continue;
      const std::uint32_t at = other->next_.fetch_add(1, std::memory_order_relaxed);
      if (at >= other->batch_.size()) continue;
      batch_.push_back(other->batch_[at]);
      return true;
    }
    return false;
  }

  void claim(ResourceId resource) {
    if (claimed_ == resource) return;
    if (claimed_ != 0 && --run_.holders_[claimed_] == 0) run_.state_.set_busy(claimed_, false);
    if (resource != 0 && ++run_.holders_[resource] == 1) run_.state_.set_busy(resource, true);
    claimed_ = resource;
  }

  void hold_claimed() {
    if (held_ == claimed_) return;
    if (held_ != 0) run_.state_.resource(held_)->release();
    held_ = claimed_;
    if (held_ != 0) run_.state_.resource(held_)->acquire();
  }

  void run_task(TaskId task) {
    hold_claimed();
    try {
      for (TaskId input : run_.graph_.inputs(task)) inputs_.push_back(run_.results_[input]);
      Value& result = run_.results_[task];
      result = run_.graph_.layer_of(task).kernel->run(
          inputs_, {run_.graph_.task(task).index, run_.environment_.get()});
      const std::size_t bytes = run_.measures_bytes_ ? result.nbytes() : 0;
      finished_.push_back({task, static_cast<std::int64_t>(bytes)});
    } catch (...) {
      run_.stopping_ = true;
      not_run_.push_back(task);
      if (!error_) error_ = std::current_exception();
    }
    inputs_.clear();
  }

  // Results and exceptions may be Python objects, whose end may need the interpreter's lock: one
  // that waits for it must not hold ours.
  void let_go_of_results() {
    for (TaskId task : released_) run_.results_[task] = Value();
    released_.clear();
    error_ = nullptr;
  }

  // Locked: which layers are quick.
  void learn() {
    if (finished_.empty()) return;
    const bool quick = elapsed_ < quick_task * finished_.size();
    for (const Result& result : finished_) {
      const LayerId layer = run_.graph_.task(result.task).layer;
      if (!quick) run_.slow_layers_[layer] = true;
      run_.state_.set_quick(layer, !run_.slow_layers_[layer]);
    }
  }

  ThreadsRun& run_;
  std::vector<TaskId> batch_;           // written by its worker under the lock
  std::atomic<std::uint32_t> next_{0};  // the next of the batch to run, by whoever comes first
  Clock::duration elapsed_{};           // that the batch took
  ResourceId claimed_ = 0;              // the resource of the batch, as the state knows it
  ResourceId held_ = 0;                 // the resource this thread has acquired
  std::vector<Value> inputs_;
  std::vector<Result> finished_;
  std::vector<TaskId> not_run_;
  std::vector<TaskId> released_;  // results to drop outside the lock
  std::exception_ptr error_;
};

ThreadsRun::ThreadsRun(Graph graph, std::span<const TaskId> outputs, const RunOptions& options)
    : graph_(std::move(graph)),
      dependents_(validated(graph_, outputs)),
      ranks_(order(graph_, dependents_, outputs)),
      outputs_(outputs.begin(), outputs.end()),
      environment_(options.environment),
      observers_(options.observers),
      interrupted_(options.interrupted),
      measures_bytes_(options.memory_limit > 0),
      lent_workers_(static_cast<bool>(options.spawn)),
      results_(graph_.size()),
      state_(graph_, dependents_, outputs, ranks_, options.memory_limit),
      slow_layers_(graph_.layer_count(), false),
      holders_(state_.resource_count(), 0) {
  const int wanted = options.num_workers > 0 ? options.num_workers : available_cores();
  num_workers_ = static_cast<int>(
      std::min<std::size_t>(static_cast<std::size_t>(wanted), std::max<std::size_t>(1, tasks())));
}

void ThreadsRun::start_observers() {
  for (Observer* observer : observers_) observer->run_started(tasks());
}

void ThreadsRun::fail(const std::exception_ptr& error) {
  if (!error_) error_ = error;
  stopping_ = true;
  state_.cancel();
}

// Observers are called by one thread at a time, without the lock and without waiting for one
// another: a worker that holds an interpreter's lock must not wait for one that needs it.
void ThreadsRun::deliver(Lock& lock) {
  if (delivering_) return;
  delivering_ = true;
  std::vector<std::string_view> news;
  while (!news_.empty() && !abandoned_) {
    news.swap(news_);
    lock.unlock();
    std::exception_ptr error;
    try {
      for (std::string_view layer : news)
        for (Observer* observer : observers_) observer->task_finished(layer);
    } catch (...) {
      error = std::current_exception();
    }
    news.clear();
    lock.lock();
    if (!error) continue;
    fail(error);
    lock.unlock();
    error = nullptr;
    lock.lock();
  }
  news_.clear();
  delivering_ = false;
  caller_wakes_.notify_all();
}

// Works until the run is over or, when nothing is ready, until the time given.
void ThreadsRun::work_until(Worker& worker, Lock& lock, Clock::time_point until) {
  while (!is_over()) {
    if (worker.take()) {
      lock.unlock();
      worker.run_batch();
      lock.lock();
      worker.commit();
      if (!news_.empty()) deliver(lock);
      if (until != Clock::time_point::max() && Clock::now() >= until) return;
      continue;
    }
    if (worker.holds_anything()) {
      worker.give_up_claim();
      lock.unlock();
      worker.let_go();
      lock.lock();
      continue;
    }
    if (state_.running() == 0 && !is_over()) {
      fail(std::make_exception_ptr(InternalError("run: no task is ready, and none is running")));
      return;
    }
    ++sleeping_;
    {
      const BlockedSection section(&worker);
      if (until == Clock::time_point::max()) {
        work_or_end_.wait(lock);
      } else {
        work_or_end_.wait_until(lock, until);
      }
    }
    --sleeping_;
    if (Clock::now() >= until) return;
  }
}

void ThreadsRun::work() {
  Lock lock(mutex_);
  if (is_over()) return;
  {
    Worker worker(*this);
    work_until(worker, lock, Clock::time_point::max());
    work_or_end_.notify_all();
    worker.give_up_claim();
    lock.unlock();
    worker.let_go();
    lock.lock();
  }
  caller_wakes_.notify_all();
}

bool ThreadsRun::should_stop() {
  const WorkerScope* outer = WorkerScope::current();
  return (outer && outer->stopped()) || (interrupted_ && interrupted_());
}

void ThreadsRun::give_up() {
  {
    Lock lock(mutex_);
    stopping_ = true;
    abandoned_ = true;
    state_.cancel();
    work_or_end_.notify_all();
    caller_wakes_.wait(lock, [this] { return !delivering_; });
  }
  for (Observer* observer : observers_) observer->run_finished(false);
}

// Works for one interval between two polls.
void ThreadsRun::work_as_caller(Lock& lock) {
  Worker worker(*this);
  work_until(worker, lock, Clock::now() + poll_interval);
  work_or_end_.notify_all();  // it may have been woken for work that it leaves
  worker.give_up_claim();
  lock.unlock();
  worker.let_go();
  lock.lock();
}

std::vector<Value> ThreadsRun::wait(bool working) {
  const bool polls = interrupted_ || WorkerScope::current() || lent_workers_;
  const auto start = Clock::now();
  Lock lock(mutex_);
  const auto over = [this] { return is_over() && workers_.empty() && !delivering_; };
  while (!over()) {
    lock.unlock();
    if (should_stop()) throw Cancelled("the computation was stopped");
    lock.lock();
    const bool alone = lent_workers_ && workers_.empty() && Clock::now() - start > patience;
    if ((working || alone) && !is_over()) {
      work_as_caller(lock);
    } else if (polls) {
      const BlockedSection section(WorkerScope::current());
      caller_wakes_.wait_for(lock, poll_interval, over);
    } else {
      caller_wakes_.wait(lock, over);
    }
  }
  lock.unlock();
  // No worker is left or will look at these again. Taken and freed here, for a worker may keep the
  // run a moment longer.
  const std::exception_ptr error = std::exchange(error_, nullptr);
  std::vector<Value> values;
  if (!error) {
    values.reserve(outputs_.size());
    for (TaskId output : outputs_) values.push_back(results_[output]);
  }
  results_.clear();
  graph_ = Graph();
  if (error) std::rethrow_exception(error);
  for (Observer* observer : observers_) observer->run_finished(true);
  return values;
}

}  // namespace shoal
