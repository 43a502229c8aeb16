// The tile programs that fold an expression into an aggregate state: one for what folds in one
// pass, a second for what needs the first one's mean.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "kernels/aggregator.hpp"

namespace shoal {

struct AggregatePasses {
  std::optional<TileProgram> first;
  std::optional<TileProgram> second;
};

// The expression, and which of its elements are present (a bool register; absent: all are).
struct PresentValue {
  Register value;
  std::optional<Register> presence;
};

AggregatePasses compile_passes(const Aggregator& aggregator,
                               const std::function<PresentValue(TileBuilder&)>& value);

// `counts_presence`: the passes were compiled with a presence register.
AggregateState run_passes(const AggregatePasses& passes, const Aggregator& aggregator,
                          bool counts_presence, std::span<const std::int64_t> shape,
                          std::span<const TileProgram::Leaf> leaves,
                          std::span<const int> reduced_axes);

}  // namespace shoal
