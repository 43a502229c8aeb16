#include "base/token.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <atomic>
#include <random>

namespace shoal {

struct Hasher::State {
  XXH3_state_t xxh;
};

Hasher::Hasher() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->xxh); }
Hasher::~Hasher() = default;

Hasher& Hasher::bytes(const void* data, std::size_t size) {
  XXH3_128bits_update(&state_->xxh, data, size);
  return *this;
}

Hasher& Hasher::text(std::string_view text) {
  number(static_cast<std::uint64_t>(text.size()));
  return bytes(text.data(), text.size());
}

Hasher& Hasher::token(const Token& token) { return number(token.high).number(token.low); }

Token Hasher::finish() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(&state_->xxh);
  return {hash.high64, hash.low64};
}

Token unique_token() {
  static const std::uint64_t process = std::random_device{}() * 0x9E3779B97F4A7C15ull;
  static std::atomic<std::uint64_t> counter{0};
  return {process, counter.fetch_add(1, std::memory_order_relaxed)};
}

std::string Token::hex() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text(32, '0');
  for (int i = 0; i < 16; ++i) {
    text[15 - i] = digits[(high >> (4 * i)) & 15];
    text[31 - i] = digits[(low >> (4 * i)) & 15];
  }
  return text;
}

}  // namespace shoal
