#include "io/csv_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace shoal {
namespace {

constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool equal_without_case(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool read_infinity(std::string_view text, double& value) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (!equal_without_case(text, "inf") && !equal_without_case(text, "infinity")) return false;
  value =
      negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  return true;
}

}  // namespace

IntegerText read_integer(std::string_view text, bool& negative, std::uint64_t& magnitude) {
  text = trimmed(text);
  negative = false;
  magnitude = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return IntegerText::NotInteger;
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  bool beyond = false;
  for (char c : text) {
    if (!is_digit(c)) return IntegerText::NotInteger;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    beyond = beyond || magnitude > (most - digit) / 10;
    if (!beyond) magnitude = magnitude * 10 + digit;
  }
  const std::uint64_t limit = (std::uint64_t{1} << 63) - (negative ? 0 : 1);
  if (!beyond && magnitude <= limit) return IntegerText::Int64;
  return beyond || negative ? IntegerText::Beyond : IntegerText::UInt64;
}

bool read_double(std::string_view text, double& value) {
  const std::string_view whole = text;
  if (text.empty()) return false;
  if (is_space(text.front()) || is_space(text.back())) text = trimmed(text);
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at == end) return false;
  const bool negative = *at == '-';
  if (negative || *at == '+') ++at;
  const char* const number = at;

  // The digits as one integer, the point's place, the exponent.
  std::uint64_t mantissa = 0;
  const char* const integer_digits = at;
  while (at != end && is_digit(*at)) mantissa = mantissa * 10 + static_cast<unsigned>(*at++ - '0');
  auto digits = at - integer_digits;
  std::int64_t exponent = 0;
  if (at != end && *at == '.') {
    const char* const fraction = ++at;
    while (at != end && is_digit(*at))
      mantissa = mantissa * 10 + static_cast<unsigned>(*at++ - '0');
    exponent = fraction - at;
    digits += at - fraction;
  }
  if (digits == 0) return read_infinity(whole, value);
  const char* const digits_end = at;
  bool huge_exponent = false;
  bool negative_exponent = false;
  if (at != end) {
    if (*at != 'e' && *at != 'E') return false;
    ++at;
    negative_exponent = at != end && *at == '-';
    if (at != end && (*at == '-' || *at == '+')) ++at;
    if (at == end) return false;
    std::int64_t written = 0;
    for (; at != end; ++at) {
      if (!is_digit(*at)) return false;
      if (written < 100000) written = written * 10 + (*at - '0');
    }
    huge_exponent = written >= 100000;
    exponent += negative_exponent ? -written : written;
  }

  double result;
  // Both factors exact, one rounding: the nearest double.
  if (digits <= 19 && mantissa < (std::uint64_t{1} << 53) && exponent >= -22 && exponent <= 22) {
    result = static_cast<double>(mantissa);
    result = exponent < 0 ? result / kPowersOfTen[static_cast<std::size_t>(-exponent)]
                          : result * kPowersOfTen[static_cast<std::size_t>(exponent)];
  } else {
    const auto parsed = std::from_chars(number, end, result);
    if (parsed.ec == std::errc::result_out_of_range || huge_exponent) {
      const bool zero =
          std::all_of(number, digits_end, [](char c) { return c == '0' || c == '.'; });
      // Beyond double's range; the size of the exponent tells which end of it.
      const bool small = zero || negative_exponent || (exponent < 0 && digits < -exponent);
      result = small ? 0.0 : std::numeric_limits<double>::infinity();
    }
  }
  value = negative ? -result : result;
  return true;
}

bool read_bool(std::string_view text, bool& value) {
  if (equal_without_case(text, "true")) {
    value = true;
    return true;
  }
  if (equal_without_case(text, "false")) {
    value = false;
    return true;
  }
  return false;
}

bool is_missing_spelling(std::string_view text) {
  const auto is_one_of = [&](auto... spellings) { return ((text == spellings) || ...); };
  switch (text.size()) {
    case 2: return text == "NA";
    case 3: return is_one_of("NaN", "nan", "N/A", "n/a", "#NA");
    case 4: return is_one_of("null", "NULL", "None", "#N/A", "<NA>", "-nan", "-NaN");
    case 6: return text == "1.#IND";
    case 7: return is_one_of("1.#QNAN", "-1.#IND");
    case 8: return is_one_of("-1.#QNAN", "#N/A N/A");
    default: return false;
  }
}

}  // namespace shoal
