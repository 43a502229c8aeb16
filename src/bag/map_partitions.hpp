// The primitive of bags: one task a partition, which runs a pipeline of steps.
#pragma once

#include <shoal/bag.hpp>

#include "expr/expr.hpp"

namespace shoal {

class MapPartitions final : public Operation {
 public:
  explicit MapPartitions(std::shared_ptr<const PartitionKernel> kernel)
      : kernel_(std::move(kernel)) {}
  std::string name() const override { return kernel_->name(); }
  std::string runs() const override { return kernel_->runs(); }
  void hash(Hasher& hasher) const override;
  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override;
  const std::shared_ptr<const PartitionKernel>& kernel() const { return kernel_; }

 private:
  std::shared_ptr<const PartitionKernel> kernel_;
  Token identity_ = unique_token();  // two steps are never the same: functions cannot be compared
};

}  // namespace shoal
