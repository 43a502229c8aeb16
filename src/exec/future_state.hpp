// What the copies of one future share.
#pragma once

#include <shoal/future.hpp>

#include <condition_variable>
#include <mutex>

namespace shoal {

struct AnyFuture::State {
  mutable std::mutex mutex;
  std::condition_variable changed;
  FutureStatus status = FutureStatus::Pending;
  Value value;
  std::exception_ptr error;
  std::vector<std::function<void()>> callbacks;

  bool is_done() const {  // under the mutex
    return status != FutureStatus::Pending && status != FutureStatus::Running;
  }
  // Ends the task, unless it is done, and calls back.
  bool complete(FutureStatus end, Value result, std::exception_ptr exception, bool only_pending);
};

}  // namespace shoal
