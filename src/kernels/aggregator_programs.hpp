// The compiled parts of an aggregator, shared by its copies.
#pragma once

#include <array>
#include <mutex>
#include <optional>

#include "kernels/aggregate_passes.hpp"

namespace shoal {

struct Aggregator::Programs {
  TileProgram merge;   // leaves: the first state's columns, the second's; outputs: the merged
  TileProgram finish;  // leaves: the state's columns

  // Folds of columns, compiled when they are first needed: by whether there is a validity bitmap
  // and whether NaN is missing.
  struct ColumnPasses {
    std::once_flag compiled;
    AggregatePasses passes;
  };
  mutable std::array<ColumnPasses, 4> column_passes{};
};

}  // namespace shoal
