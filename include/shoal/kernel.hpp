// Kernel: what a task runs, from its inputs' values to its own.
#pragma once

#include <shoal/value.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace shoal {

// Something that one worker at a time holds while it runs certain kernels: an interpreter's lock.
// A worker keeps it over consecutive tasks that name it.
class Resource {
 public:
  virtual ~Resource() = default;
  virtual void acquire() = 0;
  virtual void release() = 0;
};

// What a run lends to its tasks beyond their inputs. Executors pass it on unread; a front derives
// from it (the Python front: the worker processes of this run).
class RunEnvironment {
 public:
  virtual ~RunEnvironment() = default;
};

struct TaskContext {
  std::int64_t index = 0;                       // which block of its layer the task makes
  const RunEnvironment* environment = nullptr;  // null when the run has none
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Must be safe to call from several threads at once. An exception fails the task.
  virtual Value run(std::span<const Value> inputs, const TaskContext& context) const = 0;
  virtual Resource* resource() const { return nullptr; }
};

using KernelPtr = std::shared_ptr<const Kernel>;

// A kernel from a callable `Value(std::span<const Value>, const TaskContext&)`.
template <class Function>
KernelPtr make_kernel(Function function) {
  struct FunctionKernel final : Kernel {
    explicit FunctionKernel(Function function) : function(std::move(function)) {}
    Value run(std::span<const Value> inputs, const TaskContext& context) const override {
      return function(inputs, context);
    }
    Function function;
  };
  return std::make_shared<const FunctionKernel>(std::move(function));
}

}  // namespace shoal
