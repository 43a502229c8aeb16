// Delayed functions: a call builds a piece of the program instead of running.
//
//   auto total = shoal::delayed(add)(shoal::delayed(inc)(1), 2);
//   int five = total.compute();
#pragma once

#include <shoal/bound_call.hpp>
#include <shoal/compute.hpp>

namespace shoal {

// One value of which only the type is known before it is computed.
template <class T>
class Delayed {
 public:
  using value_type = T;
  explicit Delayed(std::shared_ptr<const Expr> expression) : expression_(std::move(expression)) {}

  T compute(const ComputeOptions& options = {}) const {
    const auto blocks = compute_blocks({&expression_, 1}, options);
    if constexpr (!std::is_void_v<T>) return blocks[0][0].template as<T>();
  }
  // Draws the task graph; the format is the path's ending: svg, png, pdf or dot.
  void visualize(const std::string& path, bool optimize = false) const {
    shoal::visualize({&expression_, 1}, path, optimize);
  }
  std::string explain() const { return shoal::explain({&expression_, 1}); }

  const std::shared_ptr<const Expr>& expression() const { return expression_; }

 private:
  std::shared_ptr<const Expr> expression_;
};

template <class T>
struct HandleTraits<Delayed<T>> {
  using value_type = bound_call::Held<T>;
  static const std::shared_ptr<const Expr>& input(const Delayed<T>& delayed) {
    return delayed.expression();
  }
};

// The expression of a call. Each is work of its own: a C++ function may have side effects, so two
// equal calls run twice.
std::shared_ptr<const Expr> make_call(std::shared_ptr<const CallKernel> kernel,
                                      std::vector<std::shared_ptr<const Expr>> inputs);

template <class Function>
class DelayedFunction {
 public:
  DelayedFunction(Function function, std::string name)
      : function_(std::make_shared<const bound_call::NamedFunction<Function>>(
            bound_call::NamedFunction<Function>{std::move(function), std::move(name)})) {}

  // Arguments are plain values, Delayed<T> (the function sees a T), or std::vector<Delayed<T>>
  // (the function sees a std::vector<T>).
  template <class... Args>
  auto operator()(Args&&... args) const {
    using T = bound_call::Result<Function, Args...>;
    auto inputs = bound_call::inputs_of<std::shared_ptr<const Expr>>(args...);
    return Delayed<T>(
        make_call(bound_call::bind(function_, std::forward<Args>(args)...), std::move(inputs)));
  }

 private:
  std::shared_ptr<const bound_call::NamedFunction<Function>> function_;
};

// A function, a lambda or another callable whose calls are delayed. C++ cannot tell a function's
// name: the one given here is shown in plans and pictures.
template <class Function>
auto delayed(Function&& function, std::string name = "call") {
  return DelayedFunction<std::decay_t<Function>>(std::forward<Function>(function), std::move(name));
}

// Computes several in one run, common work once.
template <class T>
std::vector<T> compute(const std::vector<Delayed<T>>& many, const ComputeOptions& options = {}) {
  std::vector<std::shared_ptr<const Expr>> expressions;
  expressions.reserve(many.size());
  for (const auto& delayed : many) expressions.push_back(delayed.expression());
  std::vector<T> results;
  results.reserve(many.size());
  for (const auto& blocks : compute_blocks(expressions, options))
    results.push_back(blocks[0].template as<T>());
  return results;
}

}  // namespace shoal
