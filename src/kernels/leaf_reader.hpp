// Reads runs of a leaf's elements, in the layout of blocks: items of memory, element numbers, or
// random numbers.
#pragma once

#include <cstdint>

#include "kernels/tile_code.hpp"

namespace shoal {

// Consecutive elements of a leaf along one axis: `at` is an address (memory) or an element's
// number, `step` bytes or numbers.
struct LeafRun {
  std::intptr_t at = 0;
  std::int64_t step = 0;
  std::int64_t count = 0;
};

// Writes the run's elements one after the other: exactly count items of the leaf's dtype.
void read_run(const LeafCode& leaf, const LeafRun& run, void* out);

// The same for `rows` runs whose starts are row_step apart, the elements of run r going to
// out + r * out_row_bytes. Reads in the order of the rows, for leaves whose neighbours lie there.
void read_patch(const LeafCode& leaf, const LeafRun& run, std::int64_t rows, std::int64_t row_step,
                void* out, std::size_t out_row_bytes);

}  // namespace shoal
