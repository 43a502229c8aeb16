// What all collections share: computing, persisting, drawing and explaining expressions.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <shoal/compute.hpp>
#include <shoal/config.hpp>

#include <unordered_map>

#include "argument_tree.hpp"
#include "bindings.hpp"
#include "python_object.hpp"
#include "run_environment.hpp"

namespace shoal::python {
namespace {

std::unordered_map<std::type_index, ValueConverter>& converters() {
  static auto* converters = new std::unordered_map<std::type_index, ValueConverter>;
  return *converters;
}

std::vector<ExprPtr> expressions_of(nb::handle objects) {
  std::vector<ExprPtr> expressions;
  expressions.reserve(nb::len(objects));
  for (nb::handle object : objects) expressions.push_back(expression_of(object));
  return expressions;
}

// The workers that `spawn(worker)` starts on threads of the user's: called for each with a Python
// callable.
std::function<void(std::function<void()>)> spawn_by(nb::object spawn) {
  return [spawn = PythonObject(std::move(spawn))](std::function<void()> worker) {
    const Locked locked;
    try {
      spawn.get()(nb::cpp_function([worker = std::move(worker)] {
        const Unlocked unlocked;
        worker();
      }));
    } catch (nb::python_error& error) {
      throw PythonException(error);
    }
  };
}

// How a run is to go, as the package's `_run` puts it.
struct RunSettings {
  std::optional<std::string> scheduler;
  std::optional<int> num_workers;
  bool optimize;
  bool progress;
  nb::object call_elsewhere;  // None: Python functions run in this process
  nb::object spawn;           // None: our own threads
};

std::vector<std::vector<Value>> run(const std::vector<ExprPtr>& expressions,
                                    const RunSettings& settings) {
  ComputeOptions options;
  options.scheduler = settings.scheduler;
  options.num_workers = settings.num_workers;
  options.optimize = settings.optimize;
  options.interrupted = signal_arrived;
  const auto environment = std::make_shared<PythonEnvironment>(
      settings.call_elsewhere.is_none() ? PythonObject() : PythonObject(settings.call_elsewhere));
  options.environment = environment;
  if (!settings.spawn.is_none()) options.spawn = spawn_by(settings.spawn);
  std::optional<ProgressBar> bar;
  if (settings.progress) options.observers.push_back(&bar.emplace());
  std::vector<std::vector<Value>> results;
  bool interrupted = false;
  {
    const Unlocked unlocked;
    try {
      results = compute_blocks(expressions, options);
    } catch (const Cancelled&) {
      interrupted = true;
    }
  }
  drop_released_objects();
  if (interrupted) {
    stop_python_calls(environment.get());
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_KeyboardInterrupt, "the computation was stopped");
    throw nb::python_error();
  }
  return results;
}

std::vector<std::vector<ValueHandle>> compute(nb::list expressions, const RunSettings& settings) {
  std::vector<std::vector<Value>> results = run(expressions_of(expressions), settings);
  std::vector<std::vector<ValueHandle>> wrapped(results.size());
  for (std::size_t i = 0; i < results.size(); ++i)
    for (auto& value : results[i]) wrapped[i].push_back({std::move(value)});
  return wrapped;
}

// For expressions of one value each: the values themselves.
nb::list compute_values(nb::list expressions, const RunSettings& settings) {
  std::vector<std::vector<Value>> results = run(expressions_of(expressions), settings);
  nb::list values;
  for (const auto& blocks : results) values.append(value_to_python(blocks.at(0)));
  return values;
}

nb::object build_arguments(const ArgumentTree& tree, nb::list results) {
  std::vector<PyObject*> borrowed;
  borrowed.reserve(nb::len(results));
  for (nb::handle result : results) borrowed.push_back(result.ptr());
  return tree.build(borrowed);
}

}  // namespace

bool signal_arrived() {
  const Locked locked;
  drop_released_objects();
  return PyErr_CheckSignals() != 0;
}

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
  register_value_converter<bool>([](bool truth) { return nb::cast(truth); });
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

  nb::class_<RunSettings>(module, "RunSettings")
      .def(
          "__init__",
          [](RunSettings* self, std::optional<std::string> scheduler,
             std::optional<int> num_workers, bool optimize, bool progress,
             nb::object call_elsewhere, nb::object spawn) {
            new (self) RunSettings{std::move(scheduler),      num_workers,     optimize, progress,
                                   std::move(call_elsewhere), std::move(spawn)};
          },
          nb::kw_only(), nb::arg("scheduler").none(), nb::arg("num_workers").none(),
          nb::arg("optimize"), nb::arg("progress"), nb::arg("call_elsewhere").none(),
          nb::arg("spawn").none());
  module.def("compute", compute);
  module.def("compute_values", compute_values);
  nb::class_<ArgumentTree>(module, "ArgumentTree").def("build", build_arguments);
  module.def("find_collections", [](nb::handle root, bool traverse) {
    nb::list found;
    ArgumentTree tree = ArgumentTree::find(root.ptr(), is_lazy, traverse, found);
    return nb::make_tuple(std::move(tree), found);
  });
  module.def("persist", [](const ExprHandle& handle, const std::vector<ValueHandle>& values) {
    std::vector<Value> held;
    for (const auto& value : values) held.push_back(value.value);
    return ExprHandle{
        held_values(handle.expr->operation().name(), std::move(held), handle.expr->meta())};
  });
  module.def("explain", [](nb::list handles) { return explain(expressions_of(handles)); });
  module.def("graph_dot", [](nb::list handles, bool optimize) {
    return graph_dot(expressions_of(handles), optimize);
  });
  module.def("visualize", [](nb::list handles, const std::string& path, bool optimize) {
    visualize(expressions_of(handles), path, optimize);
  });
  module.def("available_cores", available_cores);
}

}  // namespace shoal::python
