// Store: writes the blocks of an array into slices of one buffer, so that gathering a result is
// part of computing it.
#pragma once

#include "array/group.hpp"

namespace shoal {

class Store final : public Operation {
 public:
  explicit Store(Block destination)
      : destination_(std::move(destination)), identity_(unique_token()) {}
  std::string name() const override { return "store"; }
  void hash(Hasher& hasher) const override { hasher.token(identity_); }
  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override;
  const Block& destination() const { return destination_; }

 private:
  Block destination_;
  Token identity_;
};

// The array, stored into a fresh buffer when it is computed; its blocks' values say nothing. Large
// blocks are cut, so that an array of one chunk too is made by every core; small ones are joined
// where nothing has to be kept for it.
ExprPtr store(const ExprPtr& input);

}  // namespace shoal
