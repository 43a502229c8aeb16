#include <shoal/future.hpp>

#include <chrono>
#include <deque>

#include "exec/future_state.hpp"
#include "exec/worker_threads.hpp"

namespace shoal {
namespace {

using Clock = std::chrono::steady_clock;

std::exception_ptr cancelled_error() {
  return std::make_exception_ptr(Cancelled("the task was cancelled"));
}

// Callbacks may complete further futures (a failed dependency fails its users); a queue keeps
// chains of any length off the stack.
void call_back(std::vector<std::function<void()>> callbacks) {
  thread_local std::deque<std::function<void()>>* queue = nullptr;
  if (queue) {
    for (auto& callback : callbacks) queue->push_back(std::move(callback));
    return;
  }
  std::deque<std::function<void()>> own(std::make_move_iterator(callbacks.begin()),
                                        std::make_move_iterator(callbacks.end()));
  queue = &own;
  while (!own.empty()) {
    const std::function<void()> callback = std::move(own.front());
    own.pop_front();
    callback();
  }
  queue = nullptr;
}

}  // namespace

bool AnyFuture::State::complete(FutureStatus end, Value result, std::exception_ptr exception,
                                bool only_pending) {
  std::vector<std::function<void()>> ready;
  {
    std::lock_guard lock(mutex);
    if (is_done() || (only_pending && status != FutureStatus::Pending)) return false;
    status = end;
    value = std::move(result);
    error = std::move(exception);
    ready.swap(callbacks);
    changed.notify_all();
  }
  if (!ready.empty()) call_back(std::move(ready));
  return true;
}

AnyFuture AnyFuture::ready(Value value) {
  AnyPromise promise;
  promise.set_value(std::move(value));
  return promise.future();
}

AnyFuture AnyFuture::failed(std::exception_ptr error) {
  AnyPromise promise;
  promise.set_error(std::move(error));
  return promise.future();
}

FutureStatus AnyFuture::status() const {
  std::lock_guard lock(state_->mutex);
  return state_->status;
}

bool AnyFuture::done() const {
  std::lock_guard lock(state_->mutex);
  return state_->is_done();
}

bool AnyFuture::wait(std::optional<double> timeout_seconds,
                     const std::function<bool()>& interrupted) const {
  if (done()) return true;
  if (timeout_seconds && *timeout_seconds <= 0) return false;
  constexpr auto poll_interval = std::chrono::milliseconds(20);
  // A timeout of more than a day is as good as none, and does not overflow the clock.
  std::optional<Clock::time_point> end;
  if (timeout_seconds && *timeout_seconds < 86400)
    end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                             std::chrono::duration<double>(*timeout_seconds));
  WorkerScope* const scope = WorkerScope::current();
  const bool polls = interrupted || scope;
  const BlockedSection section(scope);
  std::unique_lock lock(state_->mutex);
  while (!state_->is_done()) {
    if (end && Clock::now() >= *end) return false;
    if (polls) {
      lock.unlock();
      if ((scope && scope->stopped()) || (interrupted && interrupted()))
        throw Cancelled("waiting for a task was stopped");
      lock.lock();
      if (state_->is_done()) break;
      const auto next = Clock::now() + poll_interval;
      state_->changed.wait_until(lock, end ? std::min(*end, next) : next);
    } else if (end) {
      state_->changed.wait_until(lock, *end);
    } else {
      state_->changed.wait(lock);
    }
  }
  return true;
}

Value AnyFuture::result(const std::function<bool()>& interrupted) const {
  wait(std::nullopt, interrupted);
  std::exception_ptr error;
  {
    std::lock_guard lock(state_->mutex);
    if (!state_->error) return state_->value;
    error = state_->error;
  }
  std::rethrow_exception(error);
}

std::exception_ptr AnyFuture::exception() const {
  std::lock_guard lock(state_->mutex);
  return state_->error;
}

void AnyFuture::on_done(std::function<void()> callback) const {
  {
    std::lock_guard lock(state_->mutex);
    if (!state_->is_done()) {
      state_->callbacks.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

bool AnyFuture::cancel() const {
  return state_->complete(FutureStatus::Cancelled, {}, cancelled_error(), true);
}

AnyPromise::AnyPromise() : state_(std::make_shared<AnyFuture::State>()) {}

AnyPromise::~AnyPromise() {
  if (state_)
    state_->complete(
        FutureStatus::Error, {},
        std::make_exception_ptr(InternalError("the task was dropped without a result")), false);
}

AnyPromise::AnyPromise(AnyPromise&&) noexcept = default;

AnyPromise& AnyPromise::operator=(AnyPromise&& other) noexcept {
  state_.swap(other.state_);
  return *this;
}

bool AnyPromise::start() {
  std::lock_guard lock(state_->mutex);
  if (state_->status != FutureStatus::Pending) return false;
  state_->status = FutureStatus::Running;
  return true;
}

void AnyPromise::set_value(Value value) {
  state_->complete(FutureStatus::Finished, std::move(value), nullptr, false);
}

void AnyPromise::set_error(std::exception_ptr error) {
  state_->complete(FutureStatus::Error, {}, std::move(error), false);
}

void AnyPromise::set_cancelled() {
  state_->complete(FutureStatus::Cancelled, {}, cancelled_error(), false);
}

}  // namespace shoal
