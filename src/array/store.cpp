#include "array/store.hpp"

#include <algorithm>

#include "array/select.hpp"

namespace shoal {
namespace {

constexpr std::int64_t largest_stored_block = 1 << 17;  // elements

}  // namespace

void Store::lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
                  std::vector<TaskId>& blocks) const {
  const ArrayMeta& meta = self.array_meta();
  const auto group = std::make_shared<Group>(meta.shape.size());
  group->add_input(meta.dtype);
  lower_group(group, meta.chunks, name(), destination_, inputs, graph, blocks);
}

Chunks refined_chunks(const Chunks& chunks, std::int64_t elements,
                      const std::vector<bool>& may_cut) {
  std::int64_t largest = 1;
  for (const auto& axis : chunks)
    largest *= axis.empty() ? 0 : *std::max_element(axis.begin(), axis.end());
  Chunks refined = chunks;
  for (std::size_t axis = 0; axis < chunks.size() && largest > elements; ++axis) {
    if (!may_cut[axis]) continue;
    const std::int64_t extent = *std::max_element(chunks[axis].begin(), chunks[axis].end());
    const std::int64_t pieces = (largest + elements - 1) / elements;
    const std::int64_t piece = std::max<std::int64_t>(1, extent / pieces);
    refined[axis].clear();
    for (std::int64_t chunk : chunks[axis]) {
      if (chunk == 0) refined[axis].push_back(0);
      for (std::int64_t start = 0; start < chunk; start += piece)
        refined[axis].push_back(std::min(piece, chunk - start));
    }
    largest = largest / extent * piece;
  }
  return refined;
}

ExprPtr store(const ExprPtr& input) {
  ArrayMeta meta = input->array_meta();
  const Block destination = Block::allocate(meta.dtype, meta.shape);
  meta.chunks =
      refined_chunks(meta.chunks, largest_stored_block, std::vector<bool>(meta.shape.size(), true));
  const ExprPtr cut = rechunked(input, meta.chunks);
  return Expr::make(std::make_shared<Store>(destination), {cut}, std::move(meta));
}

}  // namespace shoal
