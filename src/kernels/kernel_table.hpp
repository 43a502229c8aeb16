// The loops that tile programs are made of: each runs one operation over one tile. There is a table
// of them for every instruction set; the machine's best is chosen when the program starts.
//
// Tiles: a real register is an array of its elements, a complex one two arrays (real and imaginary
// parts), a bool one a bit an element. A constant is a splat: 64 bytes of equal elements that every
// step reads again. Loops run over whole groups of 64 elements; what is beyond the tile's end is
// computed and never looked at.
#pragma once

#include <shoal/dtype.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/op_info.hpp"

namespace shoal {

inline constexpr std::size_t tile_granule = 64;  // elements
inline constexpr std::size_t splat_bytes = 64;
inline constexpr std::size_t dtype_count = 13;

struct KernelArguments {
  void* out = nullptr;
  void* out_imag = nullptr;
  std::array<const void*, max_arity> in{};
  std::array<const void*, max_arity> in_imag{};
  std::array<std::size_t, max_arity> step{};  // 1 for a tile, 0 for a splat
};

// Runs over `count` elements, a multiple of tile_granule. The output may be one of the inputs when
// their elements have the same size.
using TileKernel = void (*)(const KernelArguments& arguments, std::size_t count);
using TileKernels = std::array<TileKernel, dtype_count>;  // by the dtype computed in

struct OperationKernels {
  std::array<TileKernels, operation_count> by_operation{};
};

TileKernel operation_kernel(OpCode code, DType loop);

// From dtype to dtype; a copy when they are the same.
TileKernel cast_kernel(DType from, DType to);

// compare(absolute(in[0]), in[1]) of a complex register and a real splat, without the division and
// the square root where the squares already decide. code: less, less_equal, greater, greater_equal.
TileKernel modulus_comparison_kernel(OpCode code, DType complex);

}  // namespace shoal
