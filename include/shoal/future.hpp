// Futures: handles of running work, and TaskPool, which runs it. The typed Future<T> of C++ and the
// Python Client are both built on these.
#pragma once

#include <shoal/kernel.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace shoal {

enum class FutureStatus { Pending, Running, Finished, Error, Cancelled };

// A shared handle of one task's result to be. Copies refer to the same task; the result lives as
// long as one of them does. Every member is safe from any thread.
class AnyFuture {
 public:
  AnyFuture() = default;  // refers to nothing; only valid() may be asked
  static AnyFuture ready(Value value);
  static AnyFuture failed(std::exception_ptr error);

  bool valid() const { return state_ != nullptr; }
  FutureStatus status() const;
  bool done() const;  // finished, failed or cancelled

  // Waits until done or the time is over; says whether it is done. `interrupted` is polled about
  // every 20 ms; when it says true, Cancelled is thrown (the task itself goes on). A task of a
  // TaskPool may wait: the pool runs another thread meanwhile, so a pool of any size goes on. The
  // waiting kernel must give up a Resource of its own before it waits.
  bool wait(std::optional<double> timeout_seconds = std::nullopt,
            const std::function<bool()>& interrupted = {}) const;
  // Waits, then returns the value or throws the task's own exception, unchanged; Cancelled for a
  // cancelled task.
  Value result(const std::function<bool()>& interrupted = {}) const;
  // Null unless the status is Error or Cancelled. Does not wait.
  std::exception_ptr exception() const;

  // Calls back once when done: at once, in this thread, if it already is, else in the thread that
  // finishes the task. The callback must be quick and must not throw.
  void on_done(std::function<void()> callback) const;

  // A pending task never starts, nor do those that depend on it. False when it runs or is done.
  bool cancel() const;

  bool operator==(const AnyFuture&) const = default;  // the same task

 private:
  friend class AnyPromise;
  struct State;
  explicit AnyFuture(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// The writing end of a future. Move-only; one that is destroyed before it is fulfilled fails its
// future.
class AnyPromise {
 public:
  AnyPromise();
  ~AnyPromise();
  AnyPromise(AnyPromise&&) noexcept;
  AnyPromise& operator=(AnyPromise&&) noexcept;

  AnyFuture future() const { return AnyFuture(state_); }
  bool start();  // pending -> running; false when the future was cancelled
  // Each fulfils the future unless it is done already (cancelled).
  void set_value(Value value);
  void set_error(std::exception_ptr error);
  void set_cancelled();

 private:
  std::shared_ptr<AnyFuture::State> state_;
};

struct TaskPoolOptions {
  int num_threads = 0;  // tasks that run at a time; 0: available_cores()
  std::shared_ptr<const RunEnvironment> environment = {};  // passed to every task
};

// Runs single tasks as soon as their dependencies are finished.
class TaskPool {
 public:
  explicit TaskPool(TaskPoolOptions options = {});
  ~TaskPool();  // cancels what is pending; does not wait for what runs
  TaskPool(TaskPool&&) noexcept;
  TaskPool& operator=(TaskPool&&) noexcept;

  // The kernel's inputs are the dependencies' values. A failed dependency fails the task with the
  // same exception; a cancelled one cancels it. Of the ready tasks those of higher priority start
  // first, then those submitted first; a worker that holds a Resource takes further tasks that name
  // it before it gives it up. The task runs whether or not the future is kept. Throws ValueError
  // after shutdown.
  AnyFuture submit(KernelPtr kernel, std::vector<AnyFuture> dependencies = {},
                   std::int64_t index = 0, int priority = 0);

  // No further tasks: pending ones are cancelled. `wait` waits for the running ones.
  void shutdown(bool wait = true);

  int num_threads() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace shoal
