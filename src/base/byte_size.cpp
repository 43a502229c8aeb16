#include "base/byte_size.hpp"

#include <shoal/error.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <string>

namespace shoal {
namespace {

[[noreturn]] void throw_not_a_size(std::string_view text) {
  throw ValueError("'" + std::string(text) +
                   "' is not a size in bytes; write a number and a unit, such as \"64MiB\", "
                   "\"1.5 GB\" or \"10000\"");
}

// The bytes of a unit in lower case, 0 for an unknown one.
double unit_bytes(std::string_view unit) {
  if (unit.empty() || unit == "b") return 1;
  constexpr std::string_view prefixes = "kmgtp";
  const std::size_t power = prefixes.find(unit[0]);
  if (power == std::string_view::npos) return 0;
  const std::string_view rest = unit.substr(1);
  if (rest.empty() || rest == "b") return std::pow(1000.0, static_cast<double>(power + 1));
  if (rest == "i" || rest == "ib") return std::pow(1024.0, static_cast<double>(power + 1));
  return 0;
}

}  // namespace

std::int64_t parse_byte_size(std::string_view text) {
  std::string compact;
  for (char c : text)
    if (c != ' ') compact += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  double number = 1;  // "MB" alone is one of them
  const char* begin = compact.data();
  const char* end = begin + compact.size();
  if (begin != end && !std::isalpha(static_cast<unsigned char>(*begin))) {
    const auto [rest, error] = std::from_chars(begin, end, number);
    if (error != std::errc()) throw_not_a_size(text);
    begin = rest;
  }
  const double unit = unit_bytes(std::string_view(begin, static_cast<std::size_t>(end - begin)));
  const double bytes = number * unit;
  if (compact.empty() || unit == 0 || !(bytes >= 0 && bytes < 0x1p63)) throw_not_a_size(text);
  return static_cast<std::int64_t>(bytes);
}

}  // namespace shoal
