#include "array/store.hpp"

#include <limits>

#include "array/block_sizes.hpp"
#include "array/elementwise.hpp"
#include "array/select.hpp"

namespace shoal {
namespace {

constexpr std::int64_t largest_stored_block = 1 << 17;  // elements
constexpr std::int64_t smallest_stored_block = 1 << 14;

}  // namespace

void Store::lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
                  std::vector<TaskId>& blocks) const {
  const ArrayMeta& meta = self.array_meta();
  const auto group = std::make_shared<Group>(meta.shape.size());
  group->add_input(meta.dtype);
  lower_group(group, meta.chunks, name(), BlocksGo::IntoOneArray, inputs, graph, blocks);
}

ExprPtr store(const ExprPtr& input) {
  ArrayMeta meta = input->array_meta();
  const auto most = std::numeric_limits<std::int64_t>::max();
  if (element_count(meta.shape) > most / static_cast<std::int64_t>(itemsize(meta.dtype)))
    throw MemoryError("compute: an array of shape " + shape_text(meta.shape) +
                      " is larger than memory can be; compute a part of it, or a reduction");
  const std::vector<bool> may_change(meta.shape.size(), true);
  meta.chunks = cut_chunks(meta.chunks, largest_stored_block, may_change);
  if (has_any_chunks(input))
    meta.chunks = joined_chunks(meta.chunks, smallest_stored_block, may_change);
  const ExprPtr cut = rechunked(input, meta.chunks);
  return Expr::make(std::make_shared<Store>(), {cut}, std::move(meta));
}

}  // namespace shoal
