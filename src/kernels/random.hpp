// Uniform random numbers that are a function of a seed and an element's number alone: a slice
// makes only what it keeps, and no result depends on chunks, threads or instruction sets.
//
// Elements come in groups of 16. Counters 8g ... 8g + 7 give group g: their first words elements
// 16g ... 16g + 7, their second words the next 8. A number is the word's upper 53 bits / 2**53.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shoal {

inline constexpr std::size_t random_group = 16;

// out[i] = the number of element random_group * first_group + i, for whole groups.
void random_groups(std::uint64_t seed, std::uint64_t first_group, std::size_t groups, double* out);

// out[i] = the number of element first + i * step.
void random_strided(std::uint64_t seed, std::uint64_t first, std::int64_t step, std::size_t count,
                    double* out);

// Threefry-2x64 itself, with 13 or 20 rounds, for comparison with published answers.
void threefry2x64(int rounds, const std::uint64_t counter[2], const std::uint64_t key[2],
                  std::uint64_t out[2]);

}  // namespace shoal
