// The types of a CSV file's columns, found from its text by pandas' rules. Evidence is gathered
// from pieces of the input in any order and joined, so a type belongs to the whole input.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv_rows.hpp"

namespace arrow {
class DataType;
}

namespace shoal {

// What was seen in a column.
struct ColumnEvidence {
  bool missing = false;
  bool integers = false;    // that fit int64
  bool negative = false;    // integers below 0
  bool unsigned64 = false;  // integers above int64 that fit uint64
  bool beyond = false;      // integers that fit neither
  bool reals = false;
  bool booleans = false;
  bool text = false;

  void observe(const char* base, const CsvField* fields, std::size_t count, char quote);
  void join(const ColumnEvidence& other);
  // Of no rows at all pandas makes `object`; null is that type here.
  std::shared_ptr<arrow::DataType> type(bool any_rows) const;
};

// The type a user names as dtype: "int64", "float32", "bool", "str", ... Throws TypeError.
std::shared_ptr<arrow::DataType> csv_type_from_name(const std::string& name,
                                                    const std::string& column);

// pandas' name of a column's type: "str" for text, "object" for null.
std::string csv_type_name(const arrow::DataType& type);

// Header fields as column names, by pandas' rules: "Unnamed: 0" for an empty one, "a.1" for the
// second "a".
std::vector<std::string> column_names(std::vector<std::string> header);

}  // namespace shoal
