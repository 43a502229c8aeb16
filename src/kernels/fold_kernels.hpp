// Folds of tiles: all elements of a tile into one running state, and the pieces for folds that keep
// a tile of running values.
#pragma once

#include <cstddef>

#include "kernels/kernel_table.hpp"
#include "kernels/tile_program.hpp"

namespace shoal {

// One running value. Sums of floats carry what rounding lost (Neumaier), so that adding up the sums
// of many tiles costs no accuracy.
struct alignas(16) FoldState {
  std::byte bytes[32];
};

struct FoldKernels {
  void (*start)(FoldState& state);
  // count is a multiple of tile_granule.
  void (*add)(FoldState& state, const void* re, const void* im, std::size_t count);
  void (*finish)(const FoldState& state, void* out);  // one element in a block's layout
  // Makes elements [begin, end) of a tile the fold's identity.
  void (*fill_identity)(void* re, void* im, std::size_t begin, std::size_t end);
  OpCode pairwise;  // the operation that folds two tiles element by element
};

FoldKernels fold_kernels(Fold fold, DType dtype);

}  // namespace shoal
