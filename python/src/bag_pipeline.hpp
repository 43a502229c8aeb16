// BagPipeline: Python functions over the elements of a bag's partition. The elements go one by one
// through all steps that look at one element; the loops are C++.
#pragma once

#include <shoal/bag.hpp>

#include "python_object.hpp"

namespace shoal::python {

enum class StepKind { Map, Starmap, Filter, Remove, Pluck, Flatten, Partition, Reduce };

// One step as Python gives it: (kind, function, positional, names).
//
// Map calls function(element, *positional); `positional` are pairs (what, value) of which the last
// len(names) are passed by those names. `what` is "constant", "each" (an iterable, its elements
// beside the bag's) or "input" / "each_input" (the same of the task's input number `value`).
// Filter and Remove keep elements by function(element); Pluck takes element[value] of its one
// positional, with a second one as the default; Flatten takes the elements' elements. Partition
// replaces the list of elements by list(function(list)), Reduce by function(list).
class BagStep;

class BagPipeline final : public PartitionKernel {
 public:
  // Call with the lock held. `steps` is a tuple of steps; throws nb::python_error.
  BagPipeline(std::string name, std::string runs, nb::tuple steps);
  ~BagPipeline() override;

  std::string name() const override { return name_; }
  std::string runs() const override { return runs_; }
  Resource* resource() const override { return &interpreter_lock(); }
  std::shared_ptr<const PartitionKernel> then(const PartitionKernel& next) const override;
  Value run(std::span<const Value> inputs, const TaskContext& context) const override;

  // The steps over inputs that are Python objects, the first of them the partition. Call with the
  // lock held.
  nb::object run_here(const std::vector<nb::object>& inputs,
                      const RunEnvironment* environment) const;

 private:
  BagPipeline() = default;
  std::string name_;
  std::string runs_;
  std::vector<std::shared_ptr<const BagStep>> steps_;
};

}  // namespace shoal::python
