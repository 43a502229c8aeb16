#include "io/csv_scan.hpp"

#include <cstring>

#include "io/parallel_for.hpp"

namespace shoal {
namespace {

constexpr std::size_t kSection = 256 << 10;
constexpr std::size_t kLeastRange = 1 << 20;  // bytes worth a thread

// Scans [begin, end) of the text; wanted offsets before `begin` are marked there.
std::vector<RowMark> scan_range(std::string_view text, std::size_t begin, std::size_t end,
                                const CsvDialect& dialect, const std::size_t* wanted,
                                const std::size_t* wanted_end) {
  std::vector<RowMark> marks;
  std::vector<std::uint32_t> positions(std::min(kSection, end - begin) + kStructuralSlack);
  std::size_t row_begin = begin;
  std::int64_t rows = 0;
  bool in_quotes = false;
  std::size_t skipped = begin;  // characters before it are dealt with
  const auto mark = [&] {
    for (; wanted != wanted_end && *wanted <= row_begin; ++wanted)
      marks.push_back({row_begin, rows});
  };
  mark();
  for (std::size_t at = begin; at < end; at += kSection) {
    const std::size_t count =
        index_line_ends(text.data() + at, std::min(kSection, end - at), dialect, positions.data());
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t p = at + positions[i];
      if (p < skipped) continue;
      const char c = text[p];
      if (in_quotes) {
        if (c != dialect.quote) continue;
        if (p + 1 < end && text[p + 1] == dialect.quote) {
          skipped = p + 2;
        } else {
          in_quotes = false;
        }
      } else if (c == dialect.quote) {
        in_quotes = p == row_begin || text[p - 1] == dialect.delimiter;
      } else {
        if (!is_blank_line(text.substr(row_begin, p - row_begin), dialect)) ++rows;
        row_begin = p + (c == '\r' && p + 1 < end && text[p + 1] == '\n' ? 2 : 1);
        skipped = row_begin;
        if (wanted != wanted_end && *wanted <= row_begin) mark();
      }
    }
  }
  if (in_quotes) throw CsvFault{CsvFault::UnclosedQuote, text.data() + row_begin, 0};
  if (row_begin < end && !is_blank_line(text.substr(row_begin, end - row_begin), dialect)) ++rows;
  for (; wanted != wanted_end; ++wanted) marks.push_back({end, rows});
  marks.push_back({end, rows});
  return marks;
}

// Behind the line that `at` is in.
std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t p = text.find_first_of("\n\r", at);
  if (p == std::string_view::npos) return text.size();
  return p + (text[p] == '\r' && p + 1 < text.size() && text[p + 1] == '\n' ? 2 : 1);
}

}  // namespace

std::vector<RowMark> scan_rows(std::string_view text, std::size_t begin, const CsvDialect& dialect,
                               const std::vector<std::size_t>& wanted) {
  // Without a quote every line end ends a row, and the text can be scanned from any line on.
  const std::size_t size = text.size() - begin;
  std::vector<std::size_t> starts = {begin};
  const auto most =
      std::min<std::size_t>(static_cast<std::size_t>(available_cores()), size / kLeastRange);
  if (most > 1 && text.find(dialect.quote, begin) == std::string_view::npos) {
    for (std::size_t i = 1; i < most; ++i) {
      const std::size_t start = next_line(text, begin + size / most * i);
      if (start > starts.back() && start < text.size()) starts.push_back(start);
    }
  }
  const std::size_t ranges = starts.size();
  starts.push_back(text.size());
  std::vector<std::vector<RowMark>> found(ranges);
  parallel_for(ranges, [&](std::size_t i) {
    // A range answers for the offsets behind its start, up to the start of the next range.
    const auto first =
        i == 0 ? wanted.begin() : std::upper_bound(wanted.begin(), wanted.end(), starts[i]);
    const auto last = i + 1 == ranges
                          ? wanted.end()
                          : std::upper_bound(wanted.begin(), wanted.end(), starts[i + 1]);
    found[i] = scan_range(text, starts[i], starts[i + 1], dialect,
                          wanted.data() + (first - wanted.begin()),
                          wanted.data() + (last - wanted.begin()));
  });
  std::vector<RowMark> marks;
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < ranges; ++i) {
    for (const RowMark& mark : found[i]) marks.push_back({mark.offset, rows + mark.rows});
    rows = marks.back().rows;
    if (i + 1 < ranges) marks.pop_back();
  }
  return marks;
}

}  // namespace shoal
