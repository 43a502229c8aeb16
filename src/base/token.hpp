// Tokens: 128-bit content hashes. Two expressions with equal tokens are the same expression.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace shoal {

struct Token {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const Token&) const = default;
  std::string hex() const;  // 32 hexadecimal digits
};

// A token that no other call in this process returns: the name of impure work.
Token unique_token();

// Feeds content into a token (XXH3, 128 bits). Variable-length content is fed with its length.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& bytes(const void* data, std::size_t size);
  Hasher& text(std::string_view text);
  Hasher& token(const Token& token);
  template <class T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  Hasher& number(T value) {
    return bytes(&value, sizeof value);
  }
  template <class Range>
  Hasher& numbers(const Range& range) {
    number(static_cast<std::uint64_t>(range.size()));
    for (const auto& value : range) number(value);
    return *this;
  }
  Token finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shoal

template <>
struct std::hash<shoal::Token> {
  std::size_t operator()(const shoal::Token& token) const noexcept { return token.low; }
};
