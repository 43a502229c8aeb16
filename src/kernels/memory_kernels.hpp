// Between the layout of blocks (bools as bytes, complex numbers as pairs) and that of tiles.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shoal {

// Bytes to bits; works on whole granules of 64, so both arrays must be that long.
void pack_bools(const std::uint8_t* bytes, std::size_t count, void* bits);
void unpack_bools(const void* bits, std::size_t count, std::uint8_t* bytes);

// `pairs` is count complex numbers. Exactly count elements are read and written.
void split_complex(const double* pairs, std::size_t count, double* re, double* im);
void split_complex(const float* pairs, std::size_t count, float* re, float* im);
void join_complex(const double* re, const double* im, std::size_t count, double* pairs);
void join_complex(const float* re, const float* im, std::size_t count, float* pairs);

}  // namespace shoal
