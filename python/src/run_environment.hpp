// What a run started from Python lends to its tasks.
#pragma once

#include <shoal/kernel.hpp>

#include "python_object.hpp"

namespace shoal::python {

// `call_elsewhere(function, args, kwargs)` runs a Python call on a worker process and returns its
// result; empty when Python functions run on the engine's own threads.
class PythonEnvironment final : public RunEnvironment {
 public:
  explicit PythonEnvironment(PythonObject call_elsewhere)
      : call_elsewhere_(std::move(call_elsewhere)) {}
  const PythonObject& call_elsewhere() const { return call_elsewhere_; }

 private:
  PythonObject call_elsewhere_;
};

// Calls function(*args, **kwargs) where this run wants it. Call with the lock held; throws
// PythonException. `kwargs` may be null.
nb::object call_python(nb::handle function, nb::handle args, nb::handle kwargs,
                       const TaskContext& context);

}  // namespace shoal::python
