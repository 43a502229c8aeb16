#include "io/csv_rows.hpp"

#include <algorithm>
#include <limits>

namespace shoal {
namespace {

constexpr std::size_t kSection = 128 << 10;  // bytes cut at a time: text and fields stay in L2
constexpr std::size_t kBatchFields = 32 << 10;

}  // namespace

std::string_view unquoted_text(std::string_view text, char quote, std::string& scratch) {
  scratch.clear();
  std::size_t i = 1;  // behind the opening quote
  for (; i < text.size(); ++i) {
    if (text[i] == quote) {
      if (i + 1 < text.size() && text[i + 1] == quote) {
        ++i;
      } else {
        ++i;
        break;
      }
    }
    scratch.push_back(text[i]);
  }
  scratch.append(text.substr(i));  // what follows the closing quote is taken as it stands
  return scratch;
}

CsvRows::CsvRows(std::string_view text, const CsvDialect& dialect, std::size_t columns)
    : dialect_(dialect), columns_(columns), at_(text.data()), end_(text.data() + text.size()) {}

bool CsvRows::next(CsvBatch& batch) {
  if (!batch.fields) {
    batch.stride = std::max<std::size_t>(kBatchFields / columns_, 64);
    batch.fields = std::make_unique_for_overwrite<CsvField[]>(batch.stride * columns_);
  }
  std::size_t section = kSection;
  while (at_ != end_) {
    const auto left = static_cast<std::size_t>(end_ - at_);
    if (cut(batch, std::min(section, left)) == Outcome::Rows) {
      if (batch.rows > 0) return true;
      section = kSection;  // blank lines only
      continue;
    }
    if (section >= std::size_t{1} << 30) throw CsvFault{CsvFault::RowTooLong, at_, 0};
    section *= 4;
  }
  return false;
}

CsvRows::Outcome CsvRows::cut(CsvBatch& batch, std::size_t section) {
  const char* const text = at_;
  const auto left = static_cast<std::size_t>(end_ - text);
  const bool whole = section == left;
  if (positions_room_ < section + kStructuralSlack) {
    positions_room_ = section + kStructuralSlack;
    positions_ = std::make_unique_for_overwrite<std::uint32_t[]>(positions_room_);
  }
  const std::size_t count = index_structurals(text, section, dialect_, positions_.get());
  const std::uint32_t* position = positions_.get();
  const std::uint32_t* const last = position + count;
  const char delimiter = dialect_.delimiter;
  const char quote = dialect_.quote;
  const std::size_t stride = batch.stride;
  CsvField* const fields = batch.fields.get();

  batch.base = text;
  std::size_t row = 0;
  std::size_t column = 0;
  std::uint32_t row_begin = 0;
  std::uint32_t field_begin = 0;  // of the field's text
  bool quoted = false;            // the field began with a quote: field_end and flag are set
  std::uint32_t field_size = 0;   // of a quoted field, with its flag

  const auto put = [&](std::uint32_t end) {
    if (column < columns_)
      fields[column * stride + row] =
          quoted ? CsvField{field_begin, field_size} : CsvField{field_begin, end - field_begin};
    ++column;
    quoted = false;
  };
  const auto finish_row = [&] {
    if (column > columns_) throw CsvFault{CsvFault::TooManyFields, text + row_begin, column};
    for (; column < columns_; ++column) fields[column * stride + row] = CsvField{};
    column = 0;
    ++row;
  };

  // Rows as most are: a delimiter behind each field, '\n' or "\r\n" behind the last, no quotes.
  // True when the next row was one.
  const auto take_plain_row = [&] {
    if (static_cast<std::size_t>(last - position) < columns_ || row == stride) return false;
    bool plain = true;
    std::uint32_t begin = row_begin;
    CsvField* field = fields + row;
    for (std::size_t c = 0; c + 1 < columns_; ++c, field += stride) {
      const std::uint32_t end = position[c];
      plain &= text[end] == delimiter;
      *field = {begin, end - begin};
      begin = end + 1;
    }
    const std::uint32_t end = position[columns_ - 1];
    if (!plain || position[0] < row_begin) return false;
    const bool pair = text[end] == '\r' && end + 1 < left && text[end + 1] == '\n';
    if (text[end] != '\n' && !pair) return false;
    if (columns_ == 1 && is_blank_line({text + begin, end - begin}, dialect_)) return false;
    *field = {begin, end - begin};
    position += columns_;
    row_begin = field_begin = end + (pair ? 2 : 1);
    if (pair && position != last) ++position;
    ++row;
    return true;
  };

  while (position != last) {
    if (column == 0 && !quoted && field_begin == row_begin) {
      while (take_plain_row()) {
      }
      if (position == last || row == stride) break;
    }
    const std::uint32_t p = *position++;
    const char c = text[p];
    if (c == delimiter) {
      put(p);
      field_begin = p + 1;
    } else if (c == quote) {
      if (p != field_begin || quoted) continue;
      // To the closing quote, then to whatever ends the field.
      bool doubled = false;
      const std::uint32_t* closing = position;
      for (; closing != last; ++closing) {
        if (text[*closing] != quote) continue;
        if (*closing + 1 < left && text[*closing + 1] == quote) {
          doubled = true;
          if (closing + 1 == last) break;  // the second quote is in the next section
          ++closing;
          continue;
        }
        break;
      }
      const bool closed = closing != last && !(*closing + 1 < left && text[*closing + 1] == quote);
      if (!closed) {
        if (whole) throw CsvFault{CsvFault::UnclosedQuote, text + row_begin, 0};
        break;
      }
      const std::uint32_t close = *closing;
      position = closing + 1;
      while (position != last && text[*position] == quote) ++position;
      const std::uint32_t end = position != last ? *position : static_cast<std::uint32_t>(section);
      quoted = true;
      if (doubled || end != close + 1) {
        field_size = (end - p) | kQuotedField;
      } else {
        field_begin = p + 1;
        field_size = close - p - 1;
      }
    } else {                                          // the end of a line
      if (c == '\n' && p + 1 == row_begin) continue;  // of a \r\n whose \r ended the row
      const bool blank =
          column == 0 && !quoted && is_blank_line({text + row_begin, p - row_begin}, dialect_);
      if (!blank) {
        put(p);
        finish_row();
      }
      const bool pair = c == '\r' && p + 1 < left && text[p + 1] == '\n';
      row_begin = field_begin = p + (pair ? 2 : 1);
      if (row == stride) break;
    }
  }
  if (whole && position == last && row < stride && row_begin < left) {  // no line end at the end
    const auto end = static_cast<std::uint32_t>(left);
    if (column > 0 || quoted || !is_blank_line({text + row_begin, end - row_begin}, dialect_)) {
      put(end);
      finish_row();
    }
    row_begin = end;
  }
  batch.rows = row;
  if (row_begin == 0) return Outcome::NeedsMoreText;
  at_ = text + row_begin;
  return Outcome::Rows;
}

std::vector<std::string> read_header(std::string_view text, const CsvDialect& dialect,
                                     std::size_t& end) {
  // How many fields there are is not known yet: they are counted by hand to the row's end.
  std::size_t at = 0;
  const auto ends_line = [&](std::size_t i) { return text[i] == '\n' || text[i] == '\r'; };
  const auto behind_line_end = [&](std::size_t i) {
    return i + (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n' ? 2 : 1);
  };
  while (at < text.size()) {  // blank lines
    std::size_t stop = at;
    while (stop < text.size() && !ends_line(stop)) ++stop;
    if (!is_blank_line(text.substr(at, stop - at), dialect)) break;
    at = stop < text.size() ? behind_line_end(stop) : stop;
  }
  std::vector<std::string> names;
  end = at;
  if (at == text.size()) return names;
  const std::size_t row_begin = at;
  std::string scratch;
  while (true) {
    const std::size_t begin = at;
    bool has_quotes = false;
    if (at < text.size() && text[at] == dialect.quote) {
      has_quotes = true;
      ++at;
      while (true) {
        if (at >= text.size()) throw CsvFault{CsvFault::UnclosedQuote, text.data() + row_begin, 0};
        if (text[at] == dialect.quote) {
          if (at + 1 < text.size() && text[at + 1] == dialect.quote) {
            ++at;
          } else {
            ++at;
            break;
          }
        }
        ++at;
      }
    }
    while (at < text.size() && text[at] != dialect.delimiter && !ends_line(at)) ++at;
    auto size = static_cast<std::uint32_t>(at - begin);
    if (has_quotes) size |= kQuotedField;
    names.emplace_back(field_text(text.data() + begin, {0, size}, dialect.quote, scratch));
    if (at == text.size()) {
      end = at;
      return names;
    }
    if (ends_line(at)) {
      end = behind_line_end(at);
      return names;
    }
    ++at;
  }
}

}  // namespace shoal
