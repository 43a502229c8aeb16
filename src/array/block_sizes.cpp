#include "array/block_sizes.hpp"

#include <algorithm>

#include "array/group.hpp"
#include "array/select.hpp"

namespace shoal {
namespace {

std::int64_t largest_extent(const std::vector<std::int64_t>& axis) {
  return axis.empty() ? 0 : *std::max_element(axis.begin(), axis.end());
}

std::int64_t largest_block(const Chunks& chunks) {
  std::int64_t largest = 1;
  for (const auto& axis : chunks) largest *= largest_extent(axis);
  return largest;
}

}  // namespace

Chunks cut_chunks(const Chunks& chunks, std::int64_t elements,
                  const std::vector<bool>& may_change) {
  std::int64_t largest = largest_block(chunks);
  Chunks cut = chunks;
  for (std::size_t axis = 0; axis < chunks.size() && largest > elements; ++axis) {
    if (!may_change[axis]) continue;
    const std::int64_t extent = largest_extent(chunks[axis]);
    const std::int64_t pieces = (largest + elements - 1) / elements;
    const std::int64_t piece = std::max<std::int64_t>(1, extent / pieces);
    cut[axis].clear();
    for (std::int64_t chunk : chunks[axis]) {
      if (chunk == 0) cut[axis].push_back(0);
      for (std::int64_t start = 0; start < chunk; start += piece)
        cut[axis].push_back(std::min(piece, chunk - start));
    }
    largest = largest / extent * piece;
  }
  return cut;
}

Chunks joined_chunks(const Chunks& chunks, std::int64_t elements,
                     const std::vector<bool>& may_change) {
  Chunks joined = chunks;
  std::int64_t largest = largest_block(chunks);
  for (std::size_t axis = chunks.size(); axis-- > 0;) {
    if (!may_change[axis] || largest == 0 || 2 * largest > elements) continue;
    const std::int64_t others = largest / largest_extent(chunks[axis]);
    const std::int64_t most = elements / others;
    joined[axis].clear();
    for (std::int64_t chunk : chunks[axis]) {
      if (!joined[axis].empty() && joined[axis].back() + chunk <= most)
        joined[axis].back() += chunk;
      else joined[axis].push_back(chunk);
    }
    largest = others * largest_extent(joined[axis]);
  }
  return joined;
}

bool has_any_chunks(const ExprPtr& array) {
  for (const ExprPtr& expr : topological_order(std::span(&array, 1)))
    if (!operation_as<Elementwise>(expr) && !operation_as<Select>(expr) &&
        !operation_as<GeneratedSource>(expr) && !operation_as<MemorySource>(expr))
      return false;
  return true;
}

}  // namespace shoal
