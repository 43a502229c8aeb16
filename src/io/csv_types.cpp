#include "io/csv_types.hpp"

#include <arrow/type.h>
#include <shoal/error.hpp>

#include <algorithm>
#include <unordered_map>

#include "io/csv_values.hpp"

namespace shoal {

void ColumnEvidence::observe(const char* base, const CsvField* fields, std::size_t count,
                             char quote) {
  std::string scratch;
  for (std::size_t i = 0; i < count && !text; ++i) {
    const std::string_view field = field_text(base, fields[i], quote, scratch);
    std::int64_t integer;
    double real;
    bool truth;
    bool minus;
    std::uint64_t magnitude;
    if (field.empty()) {
      missing = true;
    } else if (read_int64(field, integer)) {
      integers = true;
      negative = negative || integer < 0;
    } else if (is_missing(field)) {
      missing = true;
    } else if (const auto kind = read_integer(field, minus, magnitude);
               kind != IntegerText::NotInteger) {
      (kind == IntegerText::UInt64 ? unsigned64 : beyond) = true;
    } else if (read_double(field, real)) {
      reals = true;
    } else if (read_bool(field, truth)) {
      booleans = true;
    } else {
      text = true;
    }
    text = text || (booleans && (integers || unsigned64 || beyond || reals));
  }
}

void ColumnEvidence::join(const ColumnEvidence& other) {
  missing = missing || other.missing;
  integers = integers || other.integers;
  negative = negative || other.negative;
  unsigned64 = unsigned64 || other.unsigned64;
  beyond = beyond || other.beyond;
  reals = reals || other.reals;
  booleans = booleans || other.booleans;
  text = text || other.text || (booleans && (integers || unsigned64 || beyond || reals));
}

std::shared_ptr<arrow::DataType> ColumnEvidence::type(bool any_rows) const {
  if (!any_rows) return arrow::null();
  if (text) return arrow::large_utf8();
  if (booleans) return arrow::boolean();
  if (reals) return arrow::float64();
  if (beyond) return arrow::large_utf8();
  if (unsigned64) return negative || missing ? arrow::large_utf8() : arrow::uint64();
  if (integers && !missing) return arrow::int64();
  return arrow::float64();
}

std::shared_ptr<arrow::DataType> csv_type_from_name(const std::string& name,
                                                    const std::string& column) {
  static const std::unordered_map<std::string, std::shared_ptr<arrow::DataType>> types = {
      {"bool", arrow::boolean()},      {"int8", arrow::int8()},
      {"int16", arrow::int16()},       {"int32", arrow::int32()},
      {"int64", arrow::int64()},       {"int", arrow::int64()},
      {"uint8", arrow::uint8()},       {"uint16", arrow::uint16()},
      {"uint32", arrow::uint32()},     {"uint64", arrow::uint64()},
      {"float32", arrow::float32()},   {"float64", arrow::float64()},
      {"float", arrow::float64()},     {"str", arrow::large_utf8()},
      {"string", arrow::large_utf8()}, {"object", arrow::large_utf8()}};
  const auto found = types.find(name);
  if (found != types.end()) return found->second;
  throw TypeError("read_csv: dtype '" + name + "'" +
                  (column.empty() ? "" : " of column '" + column + "'") +
                  " is not one of bool, int8 to int64, uint8 to uint64, float32, float64, str");
}

std::string csv_type_name(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING: return "str";
    case arrow::Type::NA: return "object";
    case arrow::Type::DOUBLE: return "float64";
    case arrow::Type::FLOAT: return "float32";
    default: return type.ToString();
  }
}

std::vector<std::string> column_names(std::vector<std::string> header) {
  // Given names keep theirs before unnamed columns get one.
  std::vector<std::size_t> order;
  std::vector<std::size_t> unnamed;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i].empty()) {
      header[i] = "Unnamed: " + std::to_string(i);
      unnamed.push_back(i);
    } else {
      order.push_back(i);
    }
  }
  order.insert(order.end(), unnamed.begin(), unnamed.end());
  std::unordered_map<std::string, std::size_t> counts;
  for (const std::size_t i : order) {
    const std::string given = header[i];
    std::string name = given;
    std::size_t count = counts[given];
    while (count > 0) {
      counts[given] = count + 1;
      name = given + "." + std::to_string(count);
      count =
          std::find(header.begin(), header.end(), name) != header.end() ? count + 1 : counts[name];
    }
    header[i] = name;
    counts[name] = count + 1;
  }
  return header;
}

}  // namespace shoal
