// Table: one partition of a data frame. Arrow columns of equal length and the rows' index.
#pragma once

#include <shoal/value.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace arrow {
class RecordBatch;
}

namespace shoal {

// Missing values are Arrow nulls; in a floating column the slot of a null also holds NaN, so that
// kernels may read either.
struct Table {
  std::shared_ptr<arrow::RecordBatch> columns;  // the index's columns are among them
  // Without index columns, rows are named first_row, first_row + 1, ...
  std::int64_t first_row = 0;
  std::vector<std::string> index_columns;  // names of the columns that are the index

  std::int64_t num_rows() const;
};

template <>
struct ValueTraits<Table> {
  static std::size_t nbytes(const Table& table);  // bytes of the buffers its columns refer to
};

template <>
struct ValueCodec<Table> {
  static void write(const Table& table, std::string& out);
  static Table read(std::string_view bytes);
};

}  // namespace shoal
