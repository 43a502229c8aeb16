// The threads of this process that run tasks: shared by all runs and pools, started when there are
// more jobs than idle threads, kept for the next. They are never joined, so that a process can end
// while one is stuck in a user's function; a forked child starts with none.
#pragma once

#include <functional>

namespace shoal {

// Runs the job on a thread of its own right away. The job must not throw.
void run_on_worker_thread(std::function<void()> job);

// What a thread that runs tasks tells the code inside them.
class WorkerScope {
 public:
  WorkerScope();
  virtual ~WorkerScope();
  WorkerScope(const WorkerScope&) = delete;
  WorkerScope& operator=(const WorkerScope&) = delete;

  // The scope of the task this thread is in, null outside tasks.
  static WorkerScope* current();

  virtual bool stopped() const { return false; }  // the run this task is part of was given up
  virtual void blocked() {}                       // the task is about to wait for another task
  virtual void unblocked() {}                     // and goes on

 private:
  WorkerScope* outer_;
};

}  // namespace shoal
