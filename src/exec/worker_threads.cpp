#include "exec/worker_threads.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace shoal {
namespace {

class WorkerThreads {
 public:
  void run(std::function<void()> job) {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    if (jobs_.size() <= idle_) {
      wake_.notify_one();
    } else {
      std::thread([this] { loop(); }).detach();
    }
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      while (jobs_.empty()) {
        ++idle_;
        wake_.wait(lock);
        --idle_;
      }
      std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  std::size_t idle_ = 0;
};

WorkerThreads* worker_threads = nullptr;  // leaked: see the header

WorkerThreads& the_worker_threads() {
  static std::once_flag once;
  std::call_once(once, [] { worker_threads = new WorkerThreads; });
  return *worker_threads;
}

thread_local WorkerScope* current_scope = nullptr;

// A forked process has none of the threads, and no part in the run in which it was forked.
[[maybe_unused]] const int at_fork = pthread_atfork(nullptr, nullptr, [] {
  if (worker_threads) worker_threads = new WorkerThreads;
  current_scope = nullptr;
});

}  // namespace

void run_on_worker_thread(std::function<void()> job) { the_worker_threads().run(std::move(job)); }

WorkerScope::WorkerScope() : outer_(current_scope) { current_scope = this; }
WorkerScope::~WorkerScope() { current_scope = outer_; }
WorkerScope* WorkerScope::current() { return current_scope; }

void WorkerScope::blocked() {
  if (outer_) outer_->blocked();
}
void WorkerScope::unblocked() {
  if (outer_) outer_->unblocked();
}

}  // namespace shoal
