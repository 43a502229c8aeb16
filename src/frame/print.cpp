// Frames and tables as text.
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <shoal/dataframe.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <sstream>

#include "frame/frame_operation.hpp"

namespace shoal {
namespace {

constexpr std::int64_t kShownRows = 10;
constexpr int kShownColumns = 20;
constexpr std::size_t kShownCharacters = 50;

std::string cell_text(const arrow::Array& column, std::int64_t row) {
  if (column.IsNull(row)) return "NaN";
  if (column.type_id() == arrow::Type::DOUBLE) {
    std::ostringstream text;
    text.precision(8);
    text << static_cast<const arrow::DoubleArray&>(column).Value(row);
    return text.str();
  }
  std::string text = column.GetScalar(row).ValueOrDie()->ToString();
  if (text.size() > kShownCharacters) text = text.substr(0, kShownCharacters - 3) + "...";
  return text;
}

std::string heading(const std::string& name) {
  return name == kUnnamedIndex || name == kUnnamedColumn ? "" : name;
}

std::string count_text(std::int64_t count, const char* unit) {
  return std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
}

void print_lazy(std::ostream& out, const char* kind, const Frame& frame) {
  out << kind << " in " << count_text(frame.npartitions(), "partition") << ", not computed:\n";
  std::size_t width = 0;
  for (const auto& [name, type] : frame.dtypes()) width = std::max(width, name.size());
  for (const auto& [name, type] : frame.dtypes())
    out << "  " << heading(name) << std::string(width + 2 - heading(name).size(), ' ') << type
        << "\n";
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Table& table) {
  const std::int64_t rows = table.num_rows();
  const int columns = table.columns->num_columns();
  const int shown = std::min(columns, kShownColumns);
  const bool numbered = table.index_columns.empty();
  std::vector<std::int64_t> shown_rows;
  for (std::int64_t row = 0; row < rows; ++row)
    if (rows <= kShownRows || row < kShownRows / 2 || row >= rows - kShownRows / 2)
      shown_rows.push_back(row);
  std::vector<std::vector<std::string>> lines(1);
  if (numbered) lines[0].emplace_back();
  for (int c = 0; c < shown; ++c)
    lines[0].push_back(heading(table.columns->schema()->field(c)->name()));
  for (std::size_t i = 0; i < shown_rows.size(); ++i) {
    if (i > 0 && shown_rows[i] != shown_rows[i - 1] + 1) lines.emplace_back(lines[0].size(), "...");
    auto& line = lines.emplace_back();
    if (numbered) line.push_back(std::to_string(table.first_row + shown_rows[i]));
    for (int c = 0; c < shown; ++c)
      line.push_back(cell_text(*table.columns->column(c), shown_rows[i]));
  }
  std::vector<std::size_t> widths(lines[0].size());
  for (const auto& line : lines)
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], line[c].size());
  for (const auto& line : lines) {
    for (std::size_t c = 0; c < line.size(); ++c)
      out << (c ? "  " : "") << std::string(widths[c] - line[c].size(), ' ') << line[c];
    out << "\n";
  }
  return out << "[" << count_text(rows, "row") << ", "
             << count_text(columns - static_cast<int>(table.index_columns.size()), "column")
             << "]\n";
}

std::ostream& operator<<(std::ostream& out, const DataFrame& frame) {
  print_lazy(out, "DataFrame", frame);
  return out;
}

std::ostream& operator<<(std::ostream& out, const Series& series) {
  print_lazy(out, "Series", series);
  return out;
}

std::ostream& operator<<(std::ostream& out, const FrameScalar& scalar) {
  const auto [name, type] = scalar.dtypes().front();
  return out << "Scalar " << scalar.expr()->operation().name() << " of " << heading(name) << ", "
             << type << ", not computed\n";
}

}  // namespace shoal
