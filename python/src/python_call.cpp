#include "python_call.hpp"

#include <nanobind/stl/string.h>

#include "bindings.hpp"
#include "run_environment.hpp"

namespace shoal::python {

std::string function_name(nb::handle function) {
  PyObject* object = function.ptr();
  if (PyFunction_Check(object)) {
    PyObject* name = reinterpret_cast<PyFunctionObject*>(object)->func_name;
    Py_ssize_t size = 0;
    if (const char* text = PyUnicode_AsUTF8AndSize(name, &size))
      return std::string(text, static_cast<std::size_t>(size));
    PyErr_Clear();
  }
  for (const char* attribute : {"__name__", "func"}) {
    const auto found = nb::steal<nb::object>(PyObject_GetAttrString(object, attribute));
    if (!found.is_valid()) {
      PyErr_Clear();
      continue;
    }
    if (PyUnicode_Check(found.ptr())) return nb::cast<std::string>(found);
    if (PyCallable_Check(found.ptr())) return function_name(found);  // functools.partial
  }
  return nb::cast<std::string>(
      nb::handle(reinterpret_cast<PyObject*>(Py_TYPE(object))).attr("__name__"));
}

Value PythonCall::run(std::span<const Value> inputs, const TaskContext& context) const {
  try {
    std::vector<nb::object> values;
    std::vector<PyObject*> borrowed;
    if (!inputs.empty()) {
      values.reserve(inputs.size());
      borrowed.reserve(inputs.size());
      for (const Value& input : inputs) {
        values.push_back(value_to_python(input));
        borrowed.push_back(values.back().ptr());
      }
    }
    PyObject* function = function_->object.get();
    if (function_is_input_) {
      function = borrowed.front();
      borrowed.erase(borrowed.begin());
    }
    const nb::object args = args_.build(borrowed);
    nb::object kwargs;
    if (has_kwargs_) kwargs = kwargs_.build(borrowed);
    return Value::of(PythonObject(call_python(function, args, kwargs, context)));
  } catch (nb::python_error& error) {
    throw PythonException(error);
  }
}

}  // namespace shoal::python
