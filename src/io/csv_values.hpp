// What a field's text says: an integer, a real number, a truth value, a missing value. The
// spellings are those of pandas.read_csv.
#pragma once

#include <cstdint>
#include <string_view>

namespace shoal {

inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

enum class IntegerText { Int64, UInt64, Beyond, NotInteger };

// Any integer. `negative` and `magnitude` are set for all but NotInteger; Beyond's magnitude is
// meaningless.
IntegerText read_integer(std::string_view text, bool& negative, std::uint64_t& magnitude);

// True and the value when the text is an int64.
inline bool read_int64(std::string_view text, std::int64_t& value) {
  // Short and plain: nearly every integer of nearly every file.
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool minus = at != end && *at == '-';
  if (minus) ++at;
  if (at != end && end - at <= 18) {
    std::uint64_t sum = 0;
    do {
      const unsigned digit = static_cast<unsigned char>(*at) - unsigned{'0'};
      if (digit > 9) break;
      sum = sum * 10 + digit;
    } while (++at != end);
    if (at == end) {
      value = minus ? -static_cast<std::int64_t>(sum) : static_cast<std::int64_t>(sum);
      return true;
    }
  }
  bool negative;
  std::uint64_t magnitude;
  if (read_integer(text, negative, magnitude) != IntegerText::Int64) return false;
  value = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
  return true;
}

// True and the nearest double when the text is a number, infinities included, "nan" not.
bool read_double(std::string_view text, double& value);

bool read_bool(std::string_view text, bool& value);

bool is_missing_spelling(std::string_view text);  // of a text that is not empty
inline bool is_missing(std::string_view text) {
  return text.empty() || (text.size() <= 8 && is_missing_spelling(text));
}

}  // namespace shoal
