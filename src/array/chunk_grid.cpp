#include "array/chunk_grid.hpp"

#include <algorithm>

namespace shoal {

ChunkGrid::ChunkGrid(const Chunks& chunks) {
  for (const auto& axis : chunks) {
    std::vector<std::int64_t> bounds = {0};
    for (std::int64_t extent : axis) bounds.push_back(bounds.back() + extent);
    block_count_ *= static_cast<std::int64_t>(axis.size());
    bounds_.push_back(std::move(bounds));
  }
}

Shape ChunkGrid::shape() const {
  Shape shape;
  for (const auto& bounds : bounds_) shape.push_back(bounds.back());
  return shape;
}

std::int64_t ChunkGrid::chunk_of(std::size_t axis, std::int64_t index) const {
  const auto& bounds = bounds_[axis];
  return std::upper_bound(bounds.begin(), bounds.end() - 1, index) - bounds.begin() - 1;
}

BlockRegion ChunkGrid::region(std::int64_t block) const {
  BlockRegion region;
  region.coordinates.resize(rank());
  region.origin.resize(rank());
  region.shape.resize(rank());
  for (std::size_t axis = rank(); axis-- > 0;) {
    const std::int64_t chunk = block % chunk_count(axis);
    block /= chunk_count(axis);
    region.coordinates[axis] = chunk;
    region.origin[axis] = chunk_start(axis, chunk);
    region.shape[axis] = chunk_end(axis, chunk) - chunk_start(axis, chunk);
  }
  return region;
}

std::int64_t ChunkGrid::block_number(const std::vector<std::int64_t>& coordinates) const {
  std::int64_t number = 0;
  for (std::size_t axis = 0; axis < rank(); ++axis)
    number = number * chunk_count(axis) + coordinates[axis];
  return number;
}

void hash_chunks(Hasher& hasher, const Chunks& chunks) {
  hasher.number(chunks.size());
  for (const auto& axis : chunks) hasher.numbers(axis);
}

}  // namespace shoal
