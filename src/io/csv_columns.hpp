// Parses the fields of a column into an Arrow array.
#pragma once

#include <cstddef>
#include <memory>

#include "io/csv_rows.hpp"

namespace arrow {
class Array;
class Field;
}  // namespace arrow

namespace shoal {

// A field that its column's type cannot hold.
struct CsvContradiction {
  const char* where;  // the field's text
  std::string value;
  std::string reason;
};

class CsvColumn {
 public:
  virtual ~CsvColumn() = default;
  // The next fields of the column. Throws CsvContradiction.
  virtual void append(const char* base, const CsvField* fields, std::size_t count) = 0;
  virtual std::shared_ptr<arrow::Array> finish() = 0;

  // A column of `rows` rows to be appended in all.
  static std::unique_ptr<CsvColumn> make(const arrow::Field& field, std::size_t rows, char quote);
};

}  // namespace shoal
