#include "array/concatenate.hpp"

#include "array/chunk_grid.hpp"
#include "array/elementwise.hpp"
#include "array/reduce.hpp"
#include "array/select.hpp"

namespace shoal {

void Concatenate::lower(const Expr& self, const LoweredInputs& inputs, Graph&,
                        std::vector<TaskId>& blocks) const {
  const ChunkGrid grid(self.array_meta().chunks);
  std::vector<ChunkGrid> parts;
  for (const ExprPtr& input : self.inputs()) parts.emplace_back(input->array_meta().chunks);
  for (std::int64_t i = 0; i < grid.block_count(); ++i) {
    std::vector<std::int64_t> at = grid.region(i).coordinates;
    std::size_t input = 0;
    for (; at[axis_] >= parts[input].chunk_count(axis_); ++input)
      at[axis_] -= parts[input].chunk_count(axis_);
    blocks.push_back(inputs[input][static_cast<std::size_t>(parts[input].block_number(at))]);
  }
}

ExprPtr concatenate(std::span<const ExprPtr> arrays, int axis) {
  if (arrays.empty()) throw ValueError("concatenate: no arrays given; give at least one");
  const ArrayMeta& first = arrays[0]->array_meta();
  const std::size_t rank = first.shape.size();
  if (rank == 0)
    throw ValueError("concatenate: arrays of no dimensions have no axis to join along");
  const auto along = static_cast<std::size_t>(normalized_axis("concatenate", axis, rank));
  DType dtype = first.dtype;
  for (const ExprPtr& array : arrays) {
    Shape shape = array->array_meta().shape;
    const std::string text = shape_text(shape);
    if (shape.size() == rank) shape[along] = first.shape[along];
    if (shape != first.shape)
      throw ValueError("concatenate: shapes " + shape_text(first.shape) + " and " + text +
                       " differ beside axis " + std::to_string(along));
    dtype = promote(dtype, array->array_meta().dtype);
  }
  Chunks chunks(rank);
  for (std::size_t other = 0; other < rank; ++other) {
    if (other == along) continue;
    std::vector<std::vector<std::int64_t>> candidates;
    for (const ExprPtr& array : arrays) candidates.push_back(array->array_meta().chunks[other]);
    chunks[other] = common_chunks(candidates);
  }
  ArrayMeta meta{dtype, first.shape, chunks};
  meta.shape[along] = 0;
  std::vector<ExprPtr> inputs;
  for (const ExprPtr& array : arrays) {
    chunks[along] = array->array_meta().chunks[along];
    meta.shape[along] += array->array_meta().shape[along];
    meta.chunks[along].insert(meta.chunks[along].end(), chunks[along].begin(), chunks[along].end());
    inputs.push_back(rechunked(astype(array, dtype), chunks));
  }
  if (inputs.size() == 1) return inputs[0];
  return Expr::make(std::make_shared<Concatenate>(along), std::move(inputs), std::move(meta));
}

ExprPtr stack(std::span<const ExprPtr> arrays, int axis) {
  if (arrays.empty()) throw ValueError("stack: no arrays given; give at least one");
  const Shape& shape = arrays[0]->array_meta().shape;
  const auto at = static_cast<std::ptrdiff_t>(normalized_axis("stack", axis, shape.size() + 1));
  std::vector<ExprPtr> expanded;
  for (const ExprPtr& array : arrays) {
    ArrayMeta meta = array->array_meta();
    if (meta.shape != shape)
      throw ValueError("stack: shapes " + shape_text(shape) + " and " + shape_text(meta.shape) +
                       " differ; all must be equal");
    IndexMap map = identity_map(shape.size());
    for (AxisMap& to : map) to.axis += to.axis >= at;
    meta.shape.insert(meta.shape.begin() + at, 1);
    meta.chunks.insert(meta.chunks.begin() + at, {1});
    expanded.push_back(
        select(array, "getitem", "newaxis", std::move(map), meta.shape, meta.chunks));
  }
  return concatenate(expanded, static_cast<int>(at));
}

}  // namespace shoal
