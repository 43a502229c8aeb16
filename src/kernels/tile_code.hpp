// TileCode: a compiled tile program, as the builder leaves it and the runner reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/fold_kernels.hpp"
#include "kernels/kernel_table.hpp"

namespace shoal {

// A constant's element, repeated over 64 bytes; for bool all bits.
struct alignas(64) Splat {
  std::byte re[splat_bytes];
  std::byte im[splat_bytes];
};

// Where a register's elements are found.
struct Place {
  enum class Kind : std::uint8_t { Tile, Constant, Leaf };
  Kind kind = Kind::Tile;
  std::uint32_t re = 0;  // a tile of scratch memory, a constant or a leaf
  std::uint32_t im = 0;  // the tile of imaginary parts
};

enum class LeafKind : std::uint8_t { Memory, Index, Random };

struct LeafUse {
  std::uint32_t instruction;
  std::uint32_t operand;
};

struct LeafCode {
  LeafKind kind = LeafKind::Memory;
  DType dtype = DType::Float64;
  std::uint64_t seed = 0;
  std::uint32_t re = 0;  // the tiles it is loaded into
  std::uint32_t im = 0;
  bool needs_tile = false;    // stored or folded as it is: a splat does not do
  std::vector<LeafUse> uses;  // instructions to tell where it is
};

struct Instruction {
  enum class Kind : std::uint8_t { Load, Compute, Store, Fold };
  Kind kind = Kind::Compute;
  std::uint32_t index = 0;      // Load: the leaf; Store and Fold: the output
  TileKernel kernel = nullptr;  // Compute
  Place out;                    // Compute
  std::uint8_t arity = 0;       // Compute; Store and Fold have one operand
  std::array<Place, max_arity> operands{};
};

struct OutputCode {
  DType dtype = DType::Float64;
  FoldKernels fold{};
  TileKernel pairwise = nullptr;  // folds a tile into a tile of running values
  // Store: the instruction that may write straight to the output's memory, if any.
  bool direct = false;
  std::uint32_t producer = 0;
};

struct TileCode {
  std::vector<LeafCode> leaves;
  std::vector<Splat> constants;
  std::vector<Instruction> instructions;
  std::vector<OutputCode> outputs;
  bool folds = false;       // the outputs are folds
  std::uint32_t tiles = 0;  // of scratch memory
  std::uint32_t tile_elements = 0;
};

}  // namespace shoal
