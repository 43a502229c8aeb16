// ChunkGrid: where the blocks of a chunked array lie.
#pragma once

#include <cstdint>
#include <vector>

#include "base/token.hpp"
#include "expr/meta.hpp"

namespace shoal {

// One block: its place in the grid and the elements it covers.
struct BlockRegion {
  std::vector<std::int64_t> coordinates;
  Shape origin;
  Shape shape;
};

class ChunkGrid {
 public:
  explicit ChunkGrid(const Chunks& chunks);
  std::size_t rank() const { return bounds_.size(); }
  Shape shape() const;
  std::int64_t block_count() const { return block_count_; }
  std::int64_t chunk_count(std::size_t axis) const {
    return static_cast<std::int64_t>(bounds_[axis].size()) - 1;
  }
  std::int64_t chunk_start(std::size_t axis, std::int64_t chunk) const {
    return bounds_[axis][static_cast<std::size_t>(chunk)];
  }
  std::int64_t chunk_end(std::size_t axis, std::int64_t chunk) const {
    return bounds_[axis][static_cast<std::size_t>(chunk) + 1];
  }
  // The chunk that holds element `index` of the axis.
  std::int64_t chunk_of(std::size_t axis, std::int64_t index) const;
  // Blocks are numbered in row-major order.
  BlockRegion region(std::int64_t block) const;
  std::int64_t block_number(const std::vector<std::int64_t>& coordinates) const;

 private:
  std::vector<std::vector<std::int64_t>> bounds_;  // of each axis: 0, ends of the chunks
  std::int64_t block_count_ = 1;
};

void hash_chunks(Hasher& hasher, const Chunks& chunks);

}  // namespace shoal
