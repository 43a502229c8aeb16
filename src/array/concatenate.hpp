// Concatenate: arrays end to end along an axis. Its blocks are its inputs' blocks; nothing runs.
#pragma once

#include <span>

#include "expr/expr.hpp"

namespace shoal {

class Concatenate final : public Operation {
 public:
  explicit Concatenate(std::size_t axis) : axis_(axis) {}
  std::string name() const override { return "concatenate"; }
  std::string parameters() const override { return "axis=" + std::to_string(axis_); }
  void hash(Hasher& hasher) const override { hasher.number(axis_); }
  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override;

 private:
  std::size_t axis_;
};

// Dtypes are promoted, chunks of the other axes made common. Throws ValueError for no arrays or
// shapes that differ elsewhere.
ExprPtr concatenate(std::span<const ExprPtr> arrays, int axis);
ExprPtr stack(std::span<const ExprPtr> arrays, int axis);

}  // namespace shoal
