#include "io/csv_structure.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "io/csv_structure.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include <bit>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace shoal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kPrefetchDistance = 2048;  // bytes ahead

// Appends the positions of the set bits. Eight are written at a time, needed or not: a loop that
// stops at each word's count is mispredicted, this one seldom. The bit set in addition makes the
// superfluous ones defined without a branch.
HWY_ATTR inline std::uint32_t* append_bits(std::uint64_t bits, std::uint32_t base,
                                           std::uint32_t* out) {
  constexpr std::uint64_t kLastBit = std::uint64_t{1} << 63;
  const int count = std::popcount(bits);
  for (int written = 0; written < count; written += 8) {
    for (int i = 0; i < 8; ++i) {
      out[written + i] = base + static_cast<std::uint32_t>(std::countr_zero(bits | kLastBit));
      bits &= bits - 1;
    }
  }
  return out + count;
}

template <bool with_delimiters>
HWY_ATTR std::size_t index_characters(const char* data, std::size_t size, char delimiter,
                                      char quote, std::uint32_t* positions) {
  const hn::CappedTag<std::uint8_t, 64> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto delimiters = hn::Set(d, static_cast<std::uint8_t>(delimiter));
  const auto quotes = hn::Set(d, static_cast<std::uint8_t>(quote));
  const auto newlines = hn::Set(d, static_cast<std::uint8_t>('\n'));
  const auto returns = hn::Set(d, static_cast<std::uint8_t>('\r'));
  const auto bits_of = [&](const std::uint8_t* bytes) HWY_ATTR {
    std::uint64_t bits = 0;
    for (std::size_t at = 0; at < 64; at += lanes) {
      const auto text = hn::LoadU(d, bytes + at);
      auto mask =
          hn::Or(hn::Or(hn::Eq(text, newlines), hn::Eq(text, returns)), hn::Eq(text, quotes));
      if constexpr (with_delimiters) mask = hn::Or(mask, hn::Eq(text, delimiters));
      std::uint8_t stored[8] = {};
      hn::StoreMaskBits(d, mask, stored);
      std::uint64_t word;
      std::memcpy(&word, stored, sizeof word);
      bits |= word << at;
    }
    return bits;
  };
  std::uint32_t* out = positions;
  std::size_t at = 0;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(data);
  for (; at + 64 <= size; at += 64) {
    hwy::Prefetch(bytes + at + kPrefetchDistance);  // the machine's own stops at page borders
    out = append_bits(bits_of(bytes + at), static_cast<std::uint32_t>(at), out);
  }
  if (at < size) {
    std::uint8_t last[64] = {};
    std::memcpy(last, bytes + at, size - at);
    std::uint64_t bits = bits_of(last);
    bits &= (std::uint64_t{1} << (size - at)) - 1;
    out = append_bits(bits, static_cast<std::uint32_t>(at), out);
  }
  return static_cast<std::size_t>(out - positions);
}

std::size_t index_all(const char* data, std::size_t size, char delimiter, char quote,
                      std::uint32_t* positions) {
  return index_characters<true>(data, size, delimiter, quote, positions);
}

std::size_t index_ends(const char* data, std::size_t size, char delimiter, char quote,
                       std::uint32_t* positions) {
  return index_characters<false>(data, size, delimiter, quote, positions);
}

}  // namespace shoal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shoal {

HWY_EXPORT(index_all);
HWY_EXPORT(index_ends);

std::size_t index_structurals(const char* data, std::size_t size, const CsvDialect& dialect,
                              std::uint32_t* positions) {
  return HWY_DYNAMIC_DISPATCH(index_all)(data, size, dialect.delimiter, dialect.quote, positions);
}

std::size_t index_line_ends(const char* data, std::size_t size, const CsvDialect& dialect,
                            std::uint32_t* positions) {
  return HWY_DYNAMIC_DISPATCH(index_ends)(data, size, dialect.delimiter, dialect.quote, positions);
}

}  // namespace shoal
#endif
