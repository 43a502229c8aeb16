// TilePlan: the loop nest of one run. It decides which axes a tile runs along, which are loops
// around it, and which leaves are read patch by patch because their memory runs along another axis.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/tile_code.hpp"
#include "kernels/tile_program.hpp"

namespace shoal {

struct PlanAxis {
  std::int64_t extent = 1;
  bool reduced = false;
  std::vector<std::int64_t> leaf_strides;    // one a leaf
  std::vector<std::int64_t> output_strides;  // one an output; 0 where reduced
};

// The nest, outermost first: kept axes, reduced axes, tiles along tile_axes, rows. What is kept or
// reduced among the tile axes and the row axis is said by them.
struct TilePlan {
  bool empty = false;               // no element of the outputs exists
  bool nothing_to_fold = false;     // outputs exist, but each is a fold of nothing
  std::vector<PlanAxis> tile_axes;  // a tile is a range of their indices in row-major order
  std::vector<PlanAxis> kept;       // loops
  std::vector<PlanAxis> reduced;    // loops
  PlanAxis row;                     // an axis whose neighbours are read together; extent 1: none
  bool has_rows = false;
  bool tiles_reduced = false;    // the tile axes are reduced axes
  std::int64_t tile_total = 1;   // elements along the tile axes
  std::int64_t tile_length = 0;  // of one tile
  std::int64_t rows_at_once = 1;
  std::vector<bool> patched;    // leaves read for rows_at_once rows at once
  std::size_t patch_bytes = 0;  // of one patched leaf
};

TilePlan make_plan(const TileCode& code, std::span<const std::int64_t> shape,
                   std::span<const TileProgram::Leaf> leaves,
                   std::span<const TileProgram::Output> outputs, std::span<const int> reduced_axes);

}  // namespace shoal
