// One function a file: each adds its part of the engine to the module.
#pragma once

#include <nanobind/nanobind.h>

#include <shoal/value.hpp>

#include <functional>
#include <memory>
#include <typeindex>

#include "expr/expr.hpp"

namespace shoal::python {

void bind_errors(nanobind::module_& module);
void bind_collection(nanobind::module_& module);
void bind_array(nanobind::module_& module);
void bind_delayed(nanobind::module_& module);
void bind_bag(nanobind::module_& module);
void bind_client(nanobind::module_& module);
void bind_frame(nanobind::module_& module);

// Expr as Python holds it: opaque.
struct ExprHandle {
  ExprPtr expr;
};

// Value as Python holds it: opaque until converted.
struct ValueHandle {
  Value value;
};

// Whether an object is a lazy collection, a Delayed among them.
bool is_lazy(PyObject* object);
// The expression of an Expr or a Delayed.
ExprPtr expression_of(nanobind::handle object);
// A Delayed over an expression of one value; over any collection's result.
nanobind::object delayed_from(ExprPtr expr);
nanobind::object delayed_from_collection(nanobind::handle collection);

// True when Ctrl-C was pressed or the run around this thread's was stopped. For `interrupted`.
bool signal_arrived();

// How a Value of a C++ type becomes a Python object (called with the lock held). Each bind_x.cpp
// registers the types of its folder.
using ValueConverter = std::function<nanobind::object(const Value&)>;
void register_value_converter(std::type_index type, ValueConverter converter);
template <class T, class Function>
void register_value_converter(Function function) {
  register_value_converter(typeid(T),
                           [function](const Value& value) { return function(value.as<T>()); });
}
nanobind::object value_to_python(const Value& value);

}  // namespace shoal::python
