// Reductions: folding blocks along axes and merging the states in a tree.
#pragma once

#include <optional>

#include "array/group.hpp"

namespace shoal {

class TreeReduce final : public Operation {
 public:
  explicit TreeReduce(Reduction reduction) : reduction_(std::move(reduction)) {}
  std::string name() const override { return std::string(reduction_.aggregator.name()); }
  std::string parameters() const override;
  void hash(Hasher& hasher) const override;
  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override;
  const Reduction& reduction() const { return reduction_; }

 private:
  Reduction reduction_;
};

struct ReduceOptions {
  std::optional<std::vector<int>> axes;  // negative ones count from the end; absent: all
  bool keepdims = false;
  std::int64_t ddof = 0;
  std::optional<int> split_every;
};

// Throws ValueError for an axis that is not there or given twice, or min and max of nothing.
ExprPtr reduce(std::string_view name, const ExprPtr& input, const ReduceOptions& options);

// The axis counted from the front; throws ValueError when the array has no such axis.
int normalized_axis(std::string_view operation, int axis, std::size_t rank);

}  // namespace shoal
