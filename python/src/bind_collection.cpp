// What all collections share: computing, persisting, drawing and explaining expressions.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <shoal/compute.hpp>
#include <shoal/config.hpp>

#include <unordered_map>

#include "bindings.hpp"
#include "python_object.hpp"
#include "run_environment.hpp"

namespace shoal::python {
namespace {

std::unordered_map<std::type_index, ValueConverter>& converters() {
  static auto* converters = new std::unordered_map<std::type_index, ValueConverter>;
  return *converters;
}

// Value as Python holds it: opaque until converted.
struct ValueHandle {
  Value value;
};

std::vector<ExprPtr> expressions_of(const std::vector<ExprHandle>& handles) {
  std::vector<ExprPtr> expressions;
  for (const auto& handle : handles) expressions.push_back(handle.expr);
  return expressions;
}

// True when Ctrl-C was pressed: Python's pending exception is then set.
bool signal_arrived() {
  nb::gil_scoped_acquire lock;
  drop_released_objects();
  return PyErr_CheckSignals() != 0;
}

std::vector<std::vector<ValueHandle>> compute(const std::vector<ExprHandle>& handles,
                                              const std::optional<std::string>& scheduler,
                                              const std::optional<int>& num_workers, bool optimize,
                                              bool progress, nb::object call_elsewhere) {
  const std::vector<ExprPtr> expressions = expressions_of(handles);
  ComputeOptions options;
  options.scheduler = scheduler;
  options.num_workers = num_workers;
  options.optimize = optimize;
  options.interrupted = signal_arrived;
  if (!call_elsewhere.is_none())
    options.environment = std::make_shared<PythonEnvironment>(PythonObject(call_elsewhere));
  std::optional<ProgressBar> bar;
  if (progress) options.observers.push_back(&bar.emplace());
  std::vector<std::vector<Value>> results;
  bool interrupted = false;
  {
    nb::gil_scoped_release unlocked;
    try {
      results = compute_blocks(expressions, options);
    } catch (const Cancelled&) {
      interrupted = true;
    }
  }
  if (interrupted) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_KeyboardInterrupt, "the computation was stopped");
    throw nb::python_error();
  }
  drop_released_objects();
  std::vector<std::vector<ValueHandle>> wrapped(results.size());
  for (std::size_t i = 0; i < results.size(); ++i)
    for (auto& value : results[i]) wrapped[i].push_back({std::move(value)});
  return wrapped;
}

}  // namespace

void register_value_converter(std::type_index type, ValueConverter converter) {
  converters()[type] = std::move(converter);
}

nb::object value_to_python(const Value& value) {
  const auto converter = converters().find(value.type());
  if (converter == converters().end())
    throw InternalError(std::string("no Python form for a value of type ") + value.type().name());
  return converter->second(value);
}

void bind_collection(nb::module_& module) {
  register_value_converter<PythonObject>([](const PythonObject& object) { return object.get(); });
  register_value_converter<double>([](double number) { return nb::cast(number); });
  register_value_converter<std::int64_t>([](std::int64_t number) { return nb::cast(number); });
  register_value_converter<std::string>([](const std::string& text) { return nb::cast(text); });

  nb::class_<ExprHandle>(module, "Expr")
      .def_prop_ro("token", [](const ExprHandle& self) { return self.expr->token().hex(); })
      .def_prop_ro("name", [](const ExprHandle& self) { return self.expr->operation().name(); })
      .def_prop_ro("block_count",
                   [](const ExprHandle& self) { return block_count(self.expr->meta()); });
  nb::class_<ValueHandle>(module, "Value")
      .def_prop_ro("nbytes", [](const ValueHandle& self) { return self.value.nbytes(); })
      .def("to_python", [](const ValueHandle& self) { return value_to_python(self.value); });

  module.def("compute", compute, nb::arg("expressions"), nb::arg("scheduler").none(),
             nb::arg("num_workers").none(), nb::arg("optimize"), nb::arg("progress"),
             nb::arg("call_elsewhere").none());
  module.def("persist", [](const ExprHandle& handle, const std::vector<ValueHandle>& values) {
    std::vector<Value> held;
    for (const auto& value : values) held.push_back(value.value);
    return ExprHandle{
        held_values(handle.expr->operation().name(), std::move(held), handle.expr->meta())};
  });
  module.def("explain", [](const std::vector<ExprHandle>& handles) {
    return explain(expressions_of(handles));
  });
  module.def("graph_dot", [](const std::vector<ExprHandle>& handles, bool optimize) {
    return graph_dot(expressions_of(handles), optimize);
  });
  module.def("visualize",
             [](const std::vector<ExprHandle>& handles, const std::string& path, bool optimize) {
               visualize(expressions_of(handles), path, optimize);
             });
  module.def("available_cores", available_cores);
}

}  // namespace shoal::python
