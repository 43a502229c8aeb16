// One call of a Python function as a task.
#pragma once

#include <shoal/bound_call.hpp>

#include <memory>
#include <string>

#include "argument_tree.hpp"
#include "python_object.hpp"

namespace shoal::python {

// "inc", "partial of inc", or the type of a callable object. Call with the lock held.
std::string function_name(nb::handle function);

// A function that several calls share.
struct PythonFunction {
  explicit PythonFunction(nb::handle callable)
      : object(Reference::to(callable.ptr())), name(function_name(callable)) {}
  PythonFunction(nb::handle callable, std::string name)
      : object(Reference::to(callable.ptr())), name(std::move(name)) {}
  Reference object;
  std::string name;
};

// function(*args, **kwargs), where the arguments may hold results to come: the inputs, in the order
// in which ArgumentTree::find found them, first in the positional arguments.
class PythonCall final : public CallKernel {
 public:
  // `function_is_input`: the first input is the function to call. `args` is the tree of a tuple,
  // `kwargs` that of a dict; a plain tree of nothing stands for no keyword arguments.
  PythonCall(std::shared_ptr<const PythonFunction> function, bool function_is_input,
             ArgumentTree args, ArgumentTree kwargs, bool has_kwargs)
      : function_(std::move(function)),
        args_(std::move(args)),
        kwargs_(std::move(kwargs)),
        function_is_input_(function_is_input),
        has_kwargs_(has_kwargs) {}

  std::string name() const override { return function_->name; }
  std::string runs() const override { return "Python function " + function_->name; }
  Resource* resource() const override { return &interpreter_lock(); }
  Value run(std::span<const Value> inputs, const TaskContext& context) const override;

 private:
  std::shared_ptr<const PythonFunction> function_;
  ArgumentTree args_;
  ArgumentTree kwargs_;
  bool function_is_input_;
  bool has_kwargs_;
};

}  // namespace shoal::python
