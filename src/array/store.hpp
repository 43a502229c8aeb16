// Store: writes the blocks of an array into slices of one buffer, so that gathering a result is
// part of computing it. The value of each of its blocks is a StoredBlock: the whole.
#pragma once

#include "array/group.hpp"

namespace shoal {

class Store final : public Operation {
 public:
  Store() : identity_(unique_token()) {}
  std::string name() const override { return "store"; }
  void hash(Hasher& hasher) const override { hasher.token(identity_); }
  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override;

 private:
  Token identity_;  // each has a buffer of its own
};

// The array, stored when it is computed. Large blocks are cut, so that an array of one chunk too is
// made by every core; small ones are joined where nothing has to be kept for it.
ExprPtr store(const ExprPtr& input);

}  // namespace shoal
