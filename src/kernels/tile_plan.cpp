#include "kernels/tile_plan.hpp"

#include <algorithm>
#include <string>

namespace shoal {
namespace {

// From here on an axis fills tiles by itself; shorter ones are joined with their neighbours, a
// tile holding several rows.
constexpr std::int64_t long_axis = 128;
constexpr std::int64_t shortest_patched = 16;    // rows
constexpr std::int64_t most_rows_at_once = 128;  // long runs in memory, few cut groups of random
constexpr std::int64_t patched_tile_length = 256;
constexpr std::size_t patches_bytes = 512 * 1024;  // all patches together stay in the L2 cache

std::int64_t extent_of(const std::vector<PlanAxis>& axes) {
  std::int64_t total = 1;
  for (const PlanAxis& axis : axes) total *= axis.extent;
  return total;
}

bool merges(const PlanAxis& outer, const PlanAxis& inner) {
  if (outer.reduced != inner.reduced) return false;
  for (std::size_t leaf = 0; leaf < inner.leaf_strides.size(); ++leaf)
    if (outer.leaf_strides[leaf] != inner.leaf_strides[leaf] * inner.extent) return false;
  for (std::size_t output = 0; output < inner.output_strides.size(); ++output)
    if (outer.output_strides[output] != inner.output_strides[output] * inner.extent) return false;
  return true;
}

void append_merged(std::vector<PlanAxis>& axes, PlanAxis axis) {
  if (!axes.empty() && merges(axes.back(), axis)) {
    axis.extent *= axes.back().extent;
    axes.back() = std::move(axis);
  } else {
    axes.push_back(std::move(axis));
  }
}

// The axis with the smallest step of a leaf whose step along the tile is large; -1 when the leaf is
// read well as it is. Positions are among `axes`.
int patch_axis(const LeafCode& leaf, std::size_t index, const PlanAxis& tile,
               const std::vector<PlanAxis>& axes) {
  if (leaf.kind == LeafKind::Index) return -1;
  const bool is_random = leaf.kind == LeafKind::Random;
  const std::int64_t item = is_random ? 1 : static_cast<std::int64_t>(itemsize(leaf.dtype));
  const std::int64_t near = is_random ? 1 : std::max<std::int64_t>(item, 32);
  const std::int64_t far = is_random ? 1 : 64;
  const std::int64_t along = std::abs(tile.leaf_strides[index]);
  if (along <= far) return -1;
  int best = -1;
  for (std::size_t at = 0; at < axes.size(); ++at) {
    const std::int64_t step = axes[at].leaf_strides[index];
    if (step <= 0 || step > near || axes[at].extent < shortest_patched) continue;
    if (best < 0 || step < axes[static_cast<std::size_t>(best)].leaf_strides[index])
      best = static_cast<int>(at);
  }
  return best;
}

void choose_rows(const TileCode& code, TilePlan& plan) {
  plan.patched.assign(code.leaves.size(), false);
  if (plan.tile_axes.size() != 1 || plan.tile_total < shortest_patched) return;
  std::vector<PlanAxis> candidates = plan.kept;
  candidates.insert(candidates.end(), plan.reduced.begin(), plan.reduced.end());
  int row = -1;
  std::size_t patched_item_bytes = 0;
  for (std::size_t leaf = 0; leaf < code.leaves.size(); ++leaf) {
    const int axis = patch_axis(code.leaves[leaf], leaf, plan.tile_axes[0], candidates);
    if (axis < 0 || (row >= 0 && axis != row)) continue;
    row = axis;
    plan.patched[leaf] = true;
    patched_item_bytes += itemsize(code.leaves[leaf].dtype);
  }
  if (row < 0) return;
  const auto position = static_cast<std::size_t>(row);
  plan.row = candidates[position];
  plan.has_rows = true;
  if (position < plan.kept.size()) {
    plan.kept.erase(plan.kept.begin() + row);
  } else {
    plan.reduced.erase(plan.reduced.begin() + (row - static_cast<int>(plan.kept.size())));
  }
  plan.tile_length = std::min(plan.tile_length, patched_tile_length);
  const auto row_bytes = static_cast<std::size_t>(plan.tile_length) * patched_item_bytes;
  const auto fitting = static_cast<std::int64_t>(patches_bytes / row_bytes) / 16 * 16;
  plan.rows_at_once =
      std::min(plan.row.extent, std::clamp<std::int64_t>(fitting, 16, most_rows_at_once));
}

void choose_tile_length(const TileCode& code, TilePlan& plan) {
  const auto most = static_cast<std::int64_t>(code.tile_elements);
  plan.tile_total = extent_of(plan.tile_axes);
  const std::int64_t tiles = std::max<std::int64_t>(1, (plan.tile_total + most - 1) / most);
  const std::int64_t even = (plan.tile_total + tiles - 1) / tiles;
  const auto granule = static_cast<std::int64_t>(tile_granule);
  plan.tile_length = std::min(most, (even + granule - 1) / granule * granule);
}

}  // namespace

TilePlan make_plan(const TileCode& code, std::span<const std::int64_t> shape,
                   std::span<const TileProgram::Leaf> leaves,
                   std::span<const TileProgram::Output> outputs,
                   std::span<const int> reduced_axes) {
  if (leaves.size() != code.leaves.size() || outputs.size() != code.outputs.size())
    throw InternalError("tile program: it has " + std::to_string(code.leaves.size()) +
                        " leaves and " + std::to_string(code.outputs.size()) + " outputs, but " +
                        std::to_string(leaves.size()) + " and " + std::to_string(outputs.size()) +
                        " were bound");
  for (const auto& leaf : leaves)
    if (leaf.strides.size() != shape.size())
      throw InternalError("tile program: a leaf's strides do not fit the shape");
  for (const auto& output : outputs)
    if (output.strides.size() != shape.size())
      throw InternalError("tile program: an output's strides do not fit the shape");
  if (!code.folds && !reduced_axes.empty())
    throw InternalError("tile program: elementwise outputs cannot be reduced");

  TilePlan plan;
  std::vector<PlanAxis> axes;
  bool kept_empty = false;
  bool reduced_empty = false;
  for (std::size_t at = 0; at < shape.size(); ++at) {
    PlanAxis axis;
    axis.extent = shape[at];
    axis.reduced = std::find(reduced_axes.begin(), reduced_axes.end(), static_cast<int>(at)) !=
                   reduced_axes.end();
    if (axis.extent == 0) (axis.reduced ? reduced_empty : kept_empty) = true;
    if (axis.extent == 1) continue;
    for (const auto& leaf : leaves) axis.leaf_strides.push_back(leaf.strides[at]);
    for (const auto& output : outputs)
      axis.output_strides.push_back(axis.reduced ? 0 : output.strides[at]);
    axes.push_back(std::move(axis));
  }
  plan.empty = kept_empty;
  plan.nothing_to_fold = reduced_empty;
  if (plan.empty) return plan;

  const bool reduces_inner = !axes.empty() && axes.back().reduced;
  for (PlanAxis& axis : axes)
    append_merged(axis.reduced ? plan.reduced : plan.kept, std::move(axis));
  plan.row.leaf_strides.assign(leaves.size(), 0);
  plan.row.output_strides.assign(outputs.size(), 0);
  if (plan.nothing_to_fold) return plan;

  // Tiles run along the innermost axis. When that is too short to fill one, along the other group
  // of axes if that is longer.
  const std::int64_t kept_total = extent_of(plan.kept);
  const std::int64_t reduced_total = extent_of(plan.reduced);
  const auto granule = static_cast<std::int64_t>(tile_granule);
  plan.tiles_reduced = code.folds;
  if (code.folds && !plan.kept.empty()) {
    if (reduces_inner) plan.tiles_reduced = reduced_total >= granule || reduced_total >= kept_total;
    else plan.tiles_reduced = kept_total < granule && reduced_total > kept_total;
  }
  std::vector<PlanAxis>& group = plan.tiles_reduced ? plan.reduced : plan.kept;
  if (!group.empty() && (group.back().extent >= long_axis || group.size() == 1)) {
    plan.tile_axes.push_back(std::move(group.back()));
    group.pop_back();
  } else {
    plan.tile_axes = std::move(group);
    group.clear();
  }
  choose_tile_length(code, plan);
  choose_rows(code, plan);
  for (std::size_t leaf = 0; leaf < code.leaves.size(); ++leaf)
    if (plan.patched[leaf])
      plan.patch_bytes = std::max(plan.patch_bytes,
                                  static_cast<std::size_t>(plan.rows_at_once * plan.tile_length) *
                                      itemsize(code.leaves[leaf].dtype));
  return plan;
}

}  // namespace shoal
