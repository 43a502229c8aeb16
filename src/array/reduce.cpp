#include "array/reduce.hpp"

#include <algorithm>

#include "array/elementwise.hpp"

namespace shoal {

std::string TreeReduce::parameters() const {
  std::string text = "axis=(";
  for (std::size_t i = 0; i < reduction_.axes.size(); ++i)
    text += (i ? ", " : "") + std::to_string(reduction_.axes[i]);
  return text + (reduction_.axes.size() == 1 ? ",)" : ")") +
         (reduction_.keepdims ? ", keepdims" : "");
}

void TreeReduce::hash(Hasher& hasher) const {
  hasher.text(reduction_.aggregator.name())
      .number(reduction_.aggregator.options().ddof)
      .numbers(reduction_.axes)
      .number(reduction_.keepdims)
      .number(reduction_.split_every);
}

void TreeReduce::lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
                       std::vector<TaskId>& blocks) const {
  const ArrayMeta& input = self.inputs()[0]->array_meta();
  const auto group = std::make_shared<Group>(input.shape.size());
  group->add_input(input.dtype);
  lower_reduction(group, input.chunks, name(), reduction_, inputs, graph, blocks);
}

int normalized_axis(std::string_view operation, int axis, std::size_t rank) {
  const int count = static_cast<int>(rank);
  if (axis < -count || axis >= count)
    throw ValueError(std::string(operation) + ": axis " + std::to_string(axis) +
                     " is out of bounds for an array of " + std::to_string(rank) +
                     (rank == 1 ? " dimension" : " dimensions"));
  return axis < 0 ? axis + count : axis;
}

ExprPtr reduce(std::string_view name, const ExprPtr& input, const ReduceOptions& options) {
  const ArrayMeta& meta = input->array_meta();
  const std::size_t rank = meta.shape.size();
  std::vector<int> axes;
  if (options.axes) {
    for (int axis : *options.axes) axes.push_back(normalized_axis(name, axis, rank));
    std::sort(axes.begin(), axes.end());
    if (std::adjacent_find(axes.begin(), axes.end()) != axes.end())
      throw ValueError(std::string(name) + ": an axis is given twice");
  } else {
    for (std::size_t axis = 0; axis < rank; ++axis) axes.push_back(static_cast<int>(axis));
  }
  ArrayMeta result;
  std::int64_t folded = 1;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (std::binary_search(axes.begin(), axes.end(), static_cast<int>(axis))) {
      folded *= meta.shape[axis];
      if (!options.keepdims) continue;
      result.shape.push_back(1);
      result.chunks.push_back({1});
    } else {
      result.shape.push_back(meta.shape[axis]);
      result.chunks.push_back(meta.chunks[axis]);
    }
  }
  if ((name == "min" || name == "max") && folded == 0 && element_count(result.shape) > 0)
    throw ValueError(std::string(name) + ": an array of shape " + shape_text(meta.shape) +
                     " has no elements along the folded axes, and no elements have no " +
                     std::string(name));
  if (options.split_every && *options.split_every < 2)
    throw ValueError(std::string(name) + ": split_every is " +
                     std::to_string(*options.split_every) + "; it must be at least 2");
  Reduction reduction{Aggregator::make(name, meta.dtype, {options.ddof}), std::move(axes),
                      options.keepdims};
  if (options.split_every) reduction.split_every = *options.split_every;
  result.dtype = reduction.aggregator.result_dtype();
  return Expr::make(std::make_shared<TreeReduce>(std::move(reduction)), {input}, std::move(result));
}

}  // namespace shoal
