// ByteReader: takes what codecs wrote one after another out of a run of bytes.
#pragma once

#include <shoal/value.hpp>

namespace shoal {

class ByteReader {
 public:
  // `what` is read, for messages: "a block".
  ByteReader(std::string_view bytes, std::string_view what) : rest_(bytes), what_(what) {}

  // Throws ValueError when there are fewer bytes.
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) fail("the bytes end too early");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::int64_t number() { return ValueCodec<std::int64_t>::read(take(sizeof(std::int64_t))); }
  // A number that says how many things follow, of at least `least_size` bytes each.
  std::size_t count(std::size_t least_size) {
    const std::int64_t count = number();
    if (count < 0 || static_cast<std::size_t>(count) > rest_.size() / least_size)
      fail("a length is out of range");
    return static_cast<std::size_t>(count);
  }
  std::string_view rest() const { return rest_; }

  [[noreturn]] void fail(const std::string& reason) const {
    throw ValueError("deserialise: this is not " + std::string(what_) + ": " + reason);
  }

 private:
  std::string_view rest_;
  std::string_view what_;
};

}  // namespace shoal
