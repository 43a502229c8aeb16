// Client: calls that start at once and run in the background, and the futures of their results.
//
//   shoal::Client client({.n_workers = 2});
//   auto futures = client.map(pi_chunk, ns, lowers, uppers);
//   std::vector<double> parts = client.gather(futures);
#pragma once

#include <shoal/bound_call.hpp>
#include <shoal/future.hpp>

#include <algorithm>

namespace shoal {

// The result of a call that runs, or will run, in the background. Copies refer to the same call.
template <class T>
class Future {
 public:
  using value_type = T;
  Future() = default;
  explicit Future(AnyFuture future) : future_(std::move(future)) {}

  // Waits; throws what the call threw, or Cancelled.
  T result() const {
    const Value value = future_.result();
    if constexpr (!std::is_void_v<T>) return value.template as<T>();
  }
  bool wait(std::optional<double> timeout_seconds = std::nullopt) const {
    return future_.wait(timeout_seconds);
  }
  bool done() const { return future_.done(); }
  FutureStatus status() const { return future_.status(); }
  bool cancel() const { return future_.cancel(); }  // false when it runs already or is done

  const AnyFuture& any() const { return future_; }

 private:
  AnyFuture future_;
};

template <class T>
struct HandleTraits<Future<T>> {
  using value_type = bound_call::Held<T>;
  static const AnyFuture& input(const Future<T>& future) { return future.any(); }
};

struct ClientOptions {
  int n_workers = 0;  // calls that run at a time; 0: every core this process may use
};

class Client {
 public:
  explicit Client(const ClientOptions& options = {}) : pool_({options.n_workers, nullptr}) {}
  // Closes: what runs may refer to the caller's variables, so it is awaited.
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Starts f(args...) in the background. Arguments are plain values, Future<T> (awaited; the
  // function sees a T), or std::vector<Future<T>> (the function sees a std::vector<T>).
  template <class Function, class... Args>
  auto submit(Function&& function, Args&&... args) {
    return submit_shared(share(std::forward<Function>(function)), std::forward<Args>(args)...);
  }

  // One call for each position of the vectors, as far as the shortest goes.
  template <class Function, class... Items>
  auto map(Function&& function, const std::vector<Items>&... items) {
    static_assert(sizeof...(Items) > 0, "map needs at least one vector of arguments");
    const auto shared = share(std::forward<Function>(function));
    const std::size_t count = std::min({items.size()...});
    std::vector<decltype(submit_shared(shared, Items(items[0])...))> futures;
    futures.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      futures.push_back(submit_shared(shared, Items(items[i])...));
    return futures;
  }

  // The results in order; throws the first failed call's exception.
  template <class T>
  std::vector<T> gather(const std::vector<Future<T>>& futures) const {
    std::vector<T> results;
    results.reserve(futures.size());
    for (const auto& future : futures) results.push_back(future.result());
    return results;
  }

  // No further calls: those that have not started are cancelled, those that run are awaited.
  void close() { pool_.shutdown(); }
  int n_workers() const { return pool_.num_threads(); }

 private:
  template <class Function>
  static auto share(Function&& function) {
    using Named = bound_call::NamedFunction<std::decay_t<Function>>;
    return std::make_shared<const Named>(Named{std::forward<Function>(function), "call"});
  }

  template <class Function, class... Args>
  auto submit_shared(std::shared_ptr<const bound_call::NamedFunction<Function>> function,
                     Args&&... args) {
    using T = bound_call::Result<Function, Args...>;
    auto dependencies = bound_call::inputs_of<AnyFuture>(args...);
    return Future<T>(
        pool_.submit(bound_call::bind(std::move(function), std::forward<Args>(args)...),
                     std::move(dependencies)));
  }

  TaskPool pool_;
};

}  // namespace shoal
