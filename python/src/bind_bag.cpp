// Bags of Python objects.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <shoal/bag.hpp>

#include "bag_pipeline.hpp"
#include "bindings.hpp"
#include "python_call.hpp"
#include "run_environment.hpp"

namespace shoal::python {
namespace {

ExprHandle from_sequence(nb::list elements, std::optional<std::int64_t> partition_size,
                         std::optional<std::int64_t> npartitions) {
  if ((partition_size && *partition_size < 1) || (npartitions && *npartitions < 1))
    throw ValueError("bag.from_sequence: partition_size and npartitions must be 1 or more");
  std::vector<Value> partitions;
  Py_ssize_t at = 0;
  for (const std::int64_t size :
       partition_sizes(static_cast<std::int64_t>(nb::len(elements)),
                       {npartitions.value_or(0), partition_size.value_or(0)})) {
    partitions.push_back(Value::of(
        PythonObject(nb::steal<nb::object>(PyList_GetSlice(elements.ptr(), at, at + size)))));
    at += size;
  }
  return {bag_source("from_sequence", std::move(partitions))};
}

// A Python function of the list of partial results.
class Aggregate final : public Kernel {
 public:
  explicit Aggregate(nb::object function) : function_(std::move(function)) {}
  Resource* resource() const override { return &interpreter_lock(); }
  Value run(std::span<const Value> inputs, const TaskContext& context) const override {
    try {
      nb::list partials;
      for (const Value& input : inputs) partials.append(value_to_python(input));
      return Value::of(
          PythonObject(call_python(function_.get(), nb::make_tuple(partials), {}, context)));
    } catch (nb::python_error& error) {
      throw PythonException(error);
    }
  }

 private:
  PythonObject function_;
};

ExprHandle reduce(const ExprHandle& partials, const std::string& name, nb::object combine,
                  nb::object finish, int split_every, const std::string& runs) {
  PartialReduction reduction;
  reduction.name = name;
  if (!combine.is_none()) reduction.combine = std::make_shared<const Aggregate>(combine);
  reduction.finish = std::make_shared<const Aggregate>(finish);
  reduction.split_every = combine.is_none() ? 0 : split_every;
  reduction.runs = runs;
  return {reduce_partials(std::move(reduction), partials.expr)};
}

}  // namespace

void bind_bag(nb::module_& module) {
  module.def("bag_from_sequence", from_sequence, nb::arg("elements"),
             nb::arg("partition_size").none(), nb::arg("npartitions").none());
  module.def("bag_step",
             [](nb::list inputs, const std::string& name, const std::string& runs, nb::tuple step) {
               std::vector<ExprPtr> expressions;
               for (nb::handle input : inputs) expressions.push_back(expression_of(input));
               return ExprHandle{map_partitions(
                   std::make_shared<const BagPipeline>(name, runs, nb::make_tuple(step)),
                   std::move(expressions))};
             });
  module.def("bag_run_steps", [](nb::tuple steps, const std::vector<nb::object>& inputs) {
    return BagPipeline("", "", steps).run_here(inputs, nullptr);
  });
  module.def("bag_reduce", reduce, nb::arg("partials"), nb::arg("name"), nb::arg("combine").none(),
             nb::arg("finish"), nb::arg("split_every"), nb::arg("runs"));
  module.def("bag_first_partitions", [](const ExprHandle& bag, std::int64_t count) {
    return ExprHandle{first_partitions(bag.expr, count)};
  });
  module.def("bag_partition", [](const ExprHandle& bag, std::int64_t index) {
    return ExprHandle{one_partition(bag.expr, index)};
  });
  module.def("bag_of_values", [](nb::list values) {
    std::vector<ExprPtr> expressions;
    for (nb::handle value : values) expressions.push_back(expression_of(value));
    return ExprHandle{bag_of_values(std::move(expressions))};
  });
  module.def("bag_text", [](const ExprHandle& bag) { return bag_text(*bag.expr); });
  module.def("delayed_from_expression",
             [](const ExprHandle& handle) { return delayed_from(handle.expr); });
  module.def("delayed_from_collection", delayed_from_collection);
  module.def("function_name", function_name);
}

}  // namespace shoal::python
