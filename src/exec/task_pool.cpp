#include <shoal/config.hpp>
#include <shoal/future.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <unordered_set>

#include "exec/worker_threads.hpp"

namespace shoal {
namespace {

struct PoolTask {
  AnyPromise promise;
  KernelPtr kernel;
  std::vector<AnyFuture> dependencies;
  std::int64_t index = 0;
  int priority = 0;
  std::uint64_t sequence = 0;
  std::atomic<std::size_t> missing = 0;  // dependencies not done, and submit() itself
};
using PoolTaskPtr = std::shared_ptr<PoolTask>;

bool later(const PoolTaskPtr& a, const PoolTaskPtr& b) {
  return a->priority != b->priority ? a->priority < b->priority : a->sequence > b->sequence;
}

// The ready tasks that name one resource, or none.
struct Lane {
  Resource* resource = nullptr;
  int holders = 0;                // workers that hold it or wait for it
  std::vector<PoolTaskPtr> heap;  // the next first
};

}  // namespace

struct TaskPool::State : std::enable_shared_from_this<TaskPool::State> {
  class Worker;

  explicit State(TaskPoolOptions given) : environment(std::move(given.environment)) {
    if (given.num_threads < 0)
      throw ValueError("task pool: num_threads is " + std::to_string(given.num_threads) +
                       "; give 1 or more, or 0 for every core this process may use");
    threads = given.num_threads > 0 ? given.num_threads : available_cores();
    lanes.emplace_back();
  }

  void dependency_done(const PoolTaskPtr& task);
  void enqueue(const PoolTaskPtr& task);
  void start_worker_if_wanted(std::unique_lock<std::mutex>& lock);
  PoolTaskPtr take(std::size_t held, std::size_t& lane_taken);
  void close(std::unique_lock<std::mutex>& lock);

  std::shared_ptr<const RunEnvironment> environment;
  int threads = 1;

  std::mutex mutex;  // guards all below
  std::vector<Lane> lanes;
  std::unordered_set<PoolTaskPtr> waiting;  // for their dependencies
  std::size_t ready = 0;
  std::uint64_t next_sequence = 0;
  int active = 0;   // workers that run tasks or are about to; at most `threads` take new ones
  int blocked = 0;  // workers whose task waits for another one
  bool closed = false;
  std::condition_variable idle;  // no worker is left
};

// A worker lives while there is something to run. When its task waits for another one it does not
// count, so that another worker may start in its place: a task run on top of the waiting one could
// itself wait for what lies below it on the stack.
class TaskPool::State::Worker final : public WorkerScope {
 public:
  explicit Worker(State& pool) : pool_(pool) {}

  void blocked() override {
    std::unique_lock lock(pool_.mutex);
    --pool_.active;
    ++pool_.blocked;
    pool_.start_worker_if_wanted(lock);
  }
  void unblocked() override {
    std::lock_guard lock(pool_.mutex);
    ++pool_.active;
    --pool_.blocked;
  }
  bool works_for(const State& pool) const { return &pool_ == &pool; }

  void run() {
    std::unique_lock lock(pool_.mutex);
    while (pool_.active <= pool_.threads) {
      std::size_t lane = 0;
      PoolTaskPtr task = pool_.take(held_, lane);
      if (!task && held_ == 0) break;
      Resource* const to_release = lane == held_ ? nullptr : pool_.lanes[held_].resource;
      Resource* const to_acquire = lane == held_ ? nullptr : pool_.lanes[lane].resource;
      hold(lane);
      lock.unlock();
      if (to_release) to_release->release();
      if (to_acquire) to_acquire->acquire();
      if (task) run_task(*task);
      task.reset();
      lock.lock();
    }
    Resource* const to_release = pool_.lanes[held_].resource;
    hold(0);
    if (to_release) {
      lock.unlock();
      to_release->release();
      lock.lock();
    }
    --pool_.active;
    pool_.start_worker_if_wanted(lock);
    if (!lock.owns_lock()) lock.lock();
    if (pool_.active + pool_.blocked == 0) pool_.idle.notify_all();
  }

 private:
  void hold(std::size_t lane) {  // locked
    if (lane == held_) return;
    --pool_.lanes[held_].holders;
    ++pool_.lanes[lane].holders;
    held_ = lane;
  }

  void run_task(PoolTask& task) {
    if (!task.promise.start()) return;
    std::vector<Value> inputs;
    Value value;
    std::exception_ptr error;
    try {
      for (const AnyFuture& dependency : task.dependencies) inputs.push_back(dependency.result());
      value = task.kernel->run(inputs, {task.index, pool_.environment.get()});
    } catch (...) {
      error = std::current_exception();
    }
    // Whoever sees the task done also sees that it keeps nothing.
    inputs.clear();
    task.dependencies.clear();
    task.kernel.reset();
    if (error) {
      task.promise.set_error(std::move(error));
    } else {
      task.promise.set_value(std::move(value));
    }
  }

  State& pool_;
  std::size_t held_ = 0;  // the lane whose resource this thread holds
};

void TaskPool::State::dependency_done(const PoolTaskPtr& task) {
  if (--task->missing > 0) return;
  std::exception_ptr error;
  bool cancelled = false;
  for (const AnyFuture& dependency : task->dependencies) {
    error = dependency.exception();
    cancelled = dependency.status() == FutureStatus::Cancelled;
    if (error) break;
  }
  if (!error) {
    enqueue(task);
    return;
  }
  {
    std::lock_guard lock(mutex);
    waiting.erase(task);
  }
  if (cancelled) {
    task->promise.set_cancelled();
  } else {
    task->promise.set_error(std::move(error));
  }
}

void TaskPool::State::enqueue(const PoolTaskPtr& task) {
  Resource* const resource = task->kernel->resource();
  std::unique_lock lock(mutex);
  waiting.erase(task);
  if (closed) {
    lock.unlock();
    task->promise.set_cancelled();
    return;
  }
  auto lane = std::find_if(lanes.begin(), lanes.end(),
                           [&](const Lane& known) { return known.resource == resource; });
  if (lane == lanes.end()) lane = lanes.insert(lane, Lane{resource, 0, {}});
  lane->heap.push_back(task);
  std::push_heap(lane->heap.begin(), lane->heap.end(), later);
  ++ready;
  start_worker_if_wanted(lock);
}

// Gives up the lock where it starts one.
void TaskPool::State::start_worker_if_wanted(std::unique_lock<std::mutex>& lock) {
  if (ready == 0 || active >= threads) return;
  ++active;
  lock.unlock();
  run_on_worker_thread([pool = shared_from_this()] { Worker(*pool).run(); });
}

PoolTaskPtr TaskPool::State::take(std::size_t held, std::size_t& lane_taken) {
  Lane* best = nullptr;
  for (const bool busy_too : {false, true}) {
    for (Lane& lane : lanes) {
      if (lane.heap.empty()) continue;
      if (held != 0 && &lane == &lanes[held]) {
        best = &lane;
        break;
      }
      if (lane.resource && lane.holders > 0 && !busy_too) continue;
      if (!best || later(best->heap.front(), lane.heap.front())) best = &lane;
    }
    if (best) break;
  }
  if (!best) return nullptr;
  std::pop_heap(best->heap.begin(), best->heap.end(), later);
  PoolTaskPtr task = std::move(best->heap.back());
  best->heap.pop_back();
  --ready;
  lane_taken = static_cast<std::size_t>(best - lanes.data());
  return task;
}

// Gives up the lock.
void TaskPool::State::close(std::unique_lock<std::mutex>& lock) {
  closed = true;
  std::vector<PoolTaskPtr> pending(waiting.begin(), waiting.end());
  waiting.clear();
  for (Lane& lane : lanes) {
    pending.insert(pending.end(), lane.heap.begin(), lane.heap.end());
    lane.heap.clear();
  }
  ready = 0;
  lock.unlock();
  for (const PoolTaskPtr& task : pending) task->promise.set_cancelled();
}

TaskPool::TaskPool(TaskPoolOptions options) : state_(std::make_shared<State>(std::move(options))) {}

TaskPool::~TaskPool() {
  if (state_) shutdown(false);
}

TaskPool::TaskPool(TaskPool&&) noexcept = default;

TaskPool& TaskPool::operator=(TaskPool&& other) noexcept {
  state_.swap(other.state_);
  return *this;
}

AnyFuture TaskPool::submit(KernelPtr kernel, std::vector<AnyFuture> dependencies,
                           std::int64_t index, int priority) {
  auto task = std::make_shared<PoolTask>();
  task->kernel = std::move(kernel);
  task->dependencies = std::move(dependencies);
  task->index = index;
  task->priority = priority;
  task->missing = task->dependencies.size() + 1;
  const AnyFuture future = task->promise.future();
  {
    std::lock_guard lock(state_->mutex);
    if (state_->closed)
      throw ValueError("submit: the task pool is shut down; make a new client or pool");
    task->sequence = state_->next_sequence++;
    if (!task->dependencies.empty()) state_->waiting.insert(task);
  }
  // A copy: the task gives its list up once it has run.
  const std::vector<AnyFuture> awaited = task->dependencies;
  for (const AnyFuture& dependency : awaited)
    dependency.on_done([pool = state_, task] { pool->dependency_done(task); });
  state_->dependency_done(task);
  return future;
}

void TaskPool::shutdown(bool wait) {
  {
    std::unique_lock lock(state_->mutex);
    state_->close(lock);
  }
  const auto* worker = dynamic_cast<const State::Worker*>(WorkerScope::current());
  if (!wait || (worker && worker->works_for(*state_))) return;
  std::unique_lock lock(state_->mutex);
  state_->idle.wait(lock, [this] { return state_->active + state_->blocked == 0; });
}

int TaskPool::num_threads() const { return state_->threads; }

}  // namespace shoal
