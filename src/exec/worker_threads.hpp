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
  // The task is about to wait for others, and goes on. What a scope does not handle concerns the
  // one around it: a task of a run that a task of a pool waits for.
  virtual void blocked();
  virtual void unblocked();

 private:
  WorkerScope* outer_;
};

// Tells the scope, if there is one, that its task waits.
class BlockedSection {
 public:
  explicit BlockedSection(WorkerScope* scope) : scope_(scope) {
    if (scope_) scope_->blocked();
  }
  ~BlockedSection() {
    if (scope_) scope_->unblocked();
  }
  BlockedSection(const BlockedSection&) = delete;
  BlockedSection& operator=(const BlockedSection&) = delete;

 private:
  WorkerScope* scope_;
};

}  // namespace shoal
