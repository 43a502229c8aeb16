// Finds where rows start, without cutting them into fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "io/csv_rows.hpp"

namespace shoal {

struct RowMark {
  std::size_t offset = 0;  // where a row starts, or the text's end
  std::int64_t rows = 0;   // rows before it
};

// For each offset wanted (ascending) the first row at or behind it, and last the text's end with
// the count of all rows. `begin` is where the first row starts. Throws CsvFault for a quote that is
// not closed.
std::vector<RowMark> scan_rows(std::string_view text, std::size_t begin, const CsvDialect& dialect,
                               const std::vector<std::size_t>& wanted);

}  // namespace shoal
