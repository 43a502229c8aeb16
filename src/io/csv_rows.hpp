// Cuts CSV text into rows and fields, by pandas' rules: blank lines are skipped, a quote counts at
// the start of a field only, "" inside quotes is a quote, lines end with \n, \r\n or \r.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv_structure.hpp"

namespace shoal {

struct CsvField {
  std::uint32_t begin = 0;  // from the batch's base
  std::uint32_t size = 0;   // the highest bit is set when the text still has its quotes
};
constexpr std::uint32_t kQuotedField = std::uint32_t{1} << 31;

// Nothing but spaces and tabs that are not delimiters: pandas skips such lines.
inline bool is_blank_line(std::string_view line, const CsvDialect& dialect) {
  for (char c : line)
    if ((c != ' ' && c != '\t') || c == dialect.delimiter) return false;
  return true;
}

// The field's text; quotes are taken off into `scratch` where that moves characters.
std::string_view unquoted_text(std::string_view text, char quote, std::string& scratch);
inline std::string_view field_text(const char* base, CsvField field, char quote,
                                   std::string& scratch) {
  if (!(field.size & kQuotedField)) return {base + field.begin, field.size};
  return unquoted_text({base + field.begin, field.size & ~kQuotedField}, quote, scratch);
}

// Some rows' fields, column after column: field (row, column) is fields[column * stride + row].
struct CsvBatch {
  const char* base = nullptr;
  std::size_t rows = 0;
  std::size_t stride = 0;
  std::unique_ptr<CsvField[]> fields;
  const CsvField* column(std::size_t index) const { return fields.get() + index * stride; }
};

// A fault in the text, at a place of it.
struct CsvFault {
  enum Kind { TooManyFields, UnclosedQuote, RowTooLong } kind;
  const char* where;         // the start of the row
  std::size_t fields_found;  // of TooManyFields
};

class CsvRows {
 public:
  // Text that starts where a row starts. Rows have `columns` fields; short ones are filled up with
  // empty fields.
  CsvRows(std::string_view text, const CsvDialect& dialect, std::size_t columns);
  // The next rows; false at the end. Throws CsvFault.
  bool next(CsvBatch& batch);

 private:
  enum class Outcome { Rows, NeedsMoreText };
  Outcome cut(CsvBatch& batch, std::size_t section);

  CsvDialect dialect_;
  std::size_t columns_;
  const char* at_;
  const char* end_;
  std::unique_ptr<std::uint32_t[]> positions_;
  std::size_t positions_room_ = 0;
};

// The first row's fields, and where the text after it starts. An empty list when there is no row.
std::vector<std::string> read_header(std::string_view text, const CsvDialect& dialect,
                                     std::size_t& end);

}  // namespace shoal
