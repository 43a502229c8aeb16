// ChunkSpec: how an array is to be cut, as users say it. The rules are Dask's.
#pragma once

#include <shoal/block.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace shoal {

// One axis: whole, a size, all the sizes, or as large as a limit of bytes allows.
class AxisChunks {
 public:
  struct Auto {
    std::optional<std::int64_t> limit_bytes;  // of a block; absent: 128 MiB
  };
  AxisChunks(int size) : AxisChunks(std::int64_t{size}) {}  // -1: whole
  AxisChunks(std::int64_t size) : kind_(size) {}
  AxisChunks(std::initializer_list<std::int64_t> sizes) : kind_(std::vector(sizes)) {}
  AxisChunks(std::vector<std::int64_t> sizes) : kind_(std::move(sizes)) {}
  AxisChunks(const char* text) : AxisChunks(std::string_view(text)) {}
  AxisChunks(std::string_view text);  // "auto", or the limit of a block: "64MiB"

  const std::variant<std::int64_t, std::vector<std::int64_t>, Auto>& kind() const { return kind_; }

 private:
  std::variant<std::int64_t, std::vector<std::int64_t>, Auto> kind_;
};

// All axes: `1000` (each axis), `{1000, 500}` (one an axis), `{{3, 4}, -1}`, "auto", "64MiB".
class ChunkSpec {
 public:
  ChunkSpec() : ChunkSpec("auto") {}
  ChunkSpec(int size) : every_axis_(AxisChunks(size)) {}
  ChunkSpec(std::int64_t size) : every_axis_(AxisChunks(size)) {}
  ChunkSpec(const char* text) : every_axis_(AxisChunks(text)) {}
  ChunkSpec(std::string_view text) : every_axis_(AxisChunks(text)) {}
  ChunkSpec(std::initializer_list<AxisChunks> axes) : axes_(axes) {}
  explicit ChunkSpec(std::vector<AxisChunks> axes) : axes_(std::move(axes)) {}
  explicit ChunkSpec(const Chunks& chunks) : axes_(chunks.begin(), chunks.end()) {}

  // The extents of the chunks of an array. Throws ValueError when they do not add up to the shape.
  Chunks normalized(const Shape& shape, DType dtype) const;

 private:
  std::optional<AxisChunks> every_axis_;
  std::vector<AxisChunks> axes_;
};

}  // namespace shoal
