// What a run started from Python lends to its tasks, and how these call Python functions.
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

// Where Python code of a run is being called, so that it can be stopped. Made and destroyed with
// the lock held.
class PythonCallScope {
 public:
  explicit PythonCallScope(const RunEnvironment* environment);
  ~PythonCallScope();
  PythonCallScope(const PythonCallScope&) = delete;
  PythonCallScope& operator=(const PythonCallScope&) = delete;

  // Lets other threads have the lock; throws a PythonException with a KeyboardInterrupt when the
  // run was stopped meanwhile. For loops that seldom enter the interpreter.
  void breathe();

 private:
  friend void stop_python_calls(const RunEnvironment* environment);
  const RunEnvironment* environment_;
  PythonCallScope* outer_;
  bool stopped_ = false;
};

// Raises KeyboardInterrupt in every thread that is inside a Python call of this run. Call with the
// lock held.
void stop_python_calls(const RunEnvironment* environment);

// Calls function(*args, **kwargs) where this run wants it. Call with the lock held; throws
// PythonException. `args` is a tuple, `kwargs` a dict or null.
nb::object call_python(nb::handle function, nb::handle args, nb::handle kwargs,
                       const TaskContext& context);

// The run's way to worker processes, null when its Python functions run in this process.
PyObject* call_elsewhere(const TaskContext& context);

}  // namespace shoal::python
