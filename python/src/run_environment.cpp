#include "run_environment.hpp"

namespace shoal::python {

nb::object call_python(nb::handle function, nb::handle args, nb::handle kwargs,
                       const TaskContext& context) {
  const auto* environment = dynamic_cast<const PythonEnvironment*>(context.environment);
  PyObject* result;
  if (environment && environment->call_elsewhere()) {
    result = PyObject_CallFunctionObjArgs(environment->call_elsewhere().pointer(), function.ptr(),
                                          args.ptr(), kwargs.is_valid() ? kwargs.ptr() : Py_None,
                                          nullptr);
  } else {
    result = PyObject_Call(function.ptr(), args.ptr(), kwargs.is_valid() ? kwargs.ptr() : nullptr);
  }
  if (!result) {
    nb::python_error error;
    throw PythonException(error);
  }
  return nb::steal<nb::object>(result);
}

}  // namespace shoal::python
