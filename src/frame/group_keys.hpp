// Numbers the distinct keys of rows in the order in which they first appear.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace arrow {
class Array;
}

namespace shoal {

struct RowGroups {
  std::vector<std::int64_t> groups;      // each row's group; -1 where a key is missing
  std::vector<std::int64_t> first_rows;  // each group's first row
  std::int64_t count() const { return static_cast<std::int64_t>(first_rows.size()); }
};

// Rows with equal values in all the key columns, which have `rows` rows each, form a group. Throws
// TypeError for a type that cannot be a key.
RowGroups group_rows(std::span<const std::shared_ptr<arrow::Array>> keys, std::int64_t rows);

// The rows' order by the key columns, ascending.
std::vector<std::int64_t> sorted_rows(std::span<const std::shared_ptr<arrow::Array>> keys,
                                      std::int64_t rows);

}  // namespace shoal
