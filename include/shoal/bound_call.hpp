// A C++ function bound to its arguments, of which some are results still to come. Delayed calls and
// futures share it: a handle of theirs (Delayed<T>, Future<T>) says by HandleTraits what it is.
#pragma once

#include <shoal/kernel.hpp>

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace shoal {

// What a call runs. Its inputs' values come in the order of the arguments that they stand in for.
class CallKernel : public Kernel {
 public:
  virtual std::string name() const = 0;            // for pictures, plans and errors
  virtual std::string runs() const { return {}; }  // as Operation::runs: empty for C++ code
};

// Specialised for handles of results to come, with `using value_type = T;`.
template <class Handle>
struct HandleTraits;

template <class T>
concept ResultHandle = requires { typename HandleTraits<T>::value_type; };

namespace bound_call {

// How an argument is kept, and what the function sees of it. `inputs` are the values not yet used.
template <class A>
struct Argument {
  explicit Argument(A given) : value(std::move(given)) {}
  const A& get(std::span<const Value>&) const { return value; }
  template <class Input>
  static void append_inputs(const A&, std::vector<Input>&) {}
  A value;
};

template <ResultHandle Handle>
struct Argument<Handle> {
  using T = typename HandleTraits<Handle>::value_type;
  explicit Argument(const Handle&) {}
  const T& get(std::span<const Value>& inputs) const {
    const T& value = inputs.front().template as<T>();
    inputs = inputs.subspan(1);
    return value;
  }
  template <class Input>
  static void append_inputs(const Handle& handle, std::vector<Input>& inputs) {
    inputs.push_back(HandleTraits<Handle>::input(handle));
  }
};

template <ResultHandle Handle>
struct Argument<std::vector<Handle>> {
  using T = typename HandleTraits<Handle>::value_type;
  explicit Argument(const std::vector<Handle>& handles) : count(handles.size()) {}
  std::vector<T> get(std::span<const Value>& inputs) const {
    std::vector<T> values;
    values.reserve(count);
    for (const Value& input : inputs.first(count)) values.push_back(input.as<T>());
    inputs = inputs.subspan(count);
    return values;
  }
  template <class Input>
  static void append_inputs(const std::vector<Handle>& handles, std::vector<Input>& inputs) {
    for (const Handle& handle : handles) inputs.push_back(HandleTraits<Handle>::input(handle));
  }
  std::size_t count;
};

template <class A>
using Seen =
    decltype(std::declval<const Argument<A>&>().get(std::declval<std::span<const Value>&>()));

// What a function of these arguments gives: void stays void, references become values.
template <class Function, class... Args>
using Result =
    std::remove_cvref_t<std::invoke_result_t<const Function&, Seen<std::decay_t<Args>>...>>;

// void functions give an empty value.
template <class T>
using Held = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class Function>
struct NamedFunction {
  Function function;
  std::string name;
};

template <class Function, class... Args>
class BoundCall final : public CallKernel {
 public:
  template <class... Given>
  explicit BoundCall(std::shared_ptr<const NamedFunction<Function>> function, Given&&... given)
      : function_(std::move(function)), arguments_(Argument<Args>(std::forward<Given>(given))...) {}

  std::string name() const override { return function_->name; }

  Value run(std::span<const Value> inputs, const TaskContext&) const override {
    return std::apply(
        [&](const auto&... arguments) {
          // Braces: the arguments take their inputs from left to right.
          std::tuple<Seen<Args>...> seen{arguments.get(inputs)...};
          if constexpr (std::is_void_v<Result<Function, Args...>>) {
            std::apply(function_->function, std::move(seen));
            return Value::of(std::monostate{});
          } else {
            return Value::of(
                Result<Function, Args...>(std::apply(function_->function, std::move(seen))));
          }
        },
        arguments_);
  }

 private:
  std::shared_ptr<const NamedFunction<Function>> function_;
  std::tuple<Argument<Args>...> arguments_;
};

template <class Function, class... Args>
std::shared_ptr<const CallKernel> bind(std::shared_ptr<const NamedFunction<Function>> function,
                                       Args&&... args) {
  return std::make_shared<const BoundCall<Function, std::decay_t<Args>...>>(
      std::move(function), std::forward<Args>(args)...);
}

// The handles among the arguments, from left to right.
template <class Input, class... Args>
std::vector<Input> inputs_of(const Args&... args) {
  std::vector<Input> inputs;
  (Argument<std::decay_t<Args>>::append_inputs(args, inputs), ...);
  return inputs;
}

}  // namespace bound_call
}  // namespace shoal
