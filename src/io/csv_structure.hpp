// The characters that give a CSV file its structure, found 16 to 64 bytes at a time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shoal {

struct CsvDialect {
  char delimiter = ',';
  char quote = '"';
};

// Space that index_* may write beyond the positions it returns.
constexpr std::size_t kStructuralSlack = 64;

// Writes the positions of delimiters, quotes, '\n' and '\r' in data[0, size) and returns how many
// there are. `positions` has room for size + kStructuralSlack of them; size is below 2^32.
std::size_t index_structurals(const char* data, std::size_t size, const CsvDialect& dialect,
                              std::uint32_t* positions);

// The same without the delimiters: all that is needed to find where rows end.
std::size_t index_line_ends(const char* data, std::size_t size, const CsvDialect& dialect,
                            std::uint32_t* positions);

}  // namespace shoal
