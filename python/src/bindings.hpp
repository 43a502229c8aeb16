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

// Expr as Python holds it: opaque.
struct ExprHandle {
  ExprPtr expr;
};

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
