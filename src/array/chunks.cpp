#include <shoal/chunks.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include "array/elementwise.hpp"
#include "base/byte_size.hpp"

namespace shoal {
namespace {

constexpr std::int64_t default_limit_bytes = 128 << 20;

std::vector<std::int64_t> equal_chunks(std::int64_t size, std::int64_t extent) {
  if (extent == 0) return {0};
  std::vector<std::int64_t> chunks(static_cast<std::size_t>(extent / size), size);
  if (extent % size != 0) chunks.push_back(extent % size);
  return chunks;
}

// Chooses the extents of the axes that are "auto": blocks of about `limit` bytes, as square as the
// shape allows.
void choose_auto_chunks(std::vector<std::optional<std::vector<std::int64_t>>>& chunks,
                        const Shape& shape, double limit_elements) {
  for (;;) {
    double others = 1;
    std::vector<std::size_t> open;
    for (std::size_t axis = 0; axis < chunks.size(); ++axis) {
      if (!chunks[axis]) open.push_back(axis);
      else
        others *=
            static_cast<double>(*std::max_element(chunks[axis]->begin(), chunks[axis]->end()));
    }
    if (open.empty()) return;
    const double size =
        std::pow(limit_elements / std::max(1.0, others), 1.0 / static_cast<double>(open.size()));
    bool some_axis_is_small = false;
    for (std::size_t axis : open) {
      if (static_cast<double>(shape[axis]) >= size) continue;
      chunks[axis] = std::vector{shape[axis]};
      some_axis_is_small = true;
    }
    if (some_axis_is_small) continue;
    for (std::size_t axis : open)
      chunks[axis] = equal_chunks(static_cast<std::int64_t>(std::max(1.0, size)), shape[axis]);
  }
}

}  // namespace

AxisChunks::AxisChunks(std::string_view text)
    : kind_(text == "auto" ? Auto{} : Auto{parse_byte_size(text)}) {}

Chunks ChunkSpec::normalized(const Shape& shape, DType dtype) const {
  std::vector<AxisChunks> axes = axes_;
  if (every_axis_) {
    axes.assign(shape.size(), *every_axis_);
  } else if (shape.size() == 1 && axes.size() > 1 &&
             std::all_of(axes.begin(), axes.end(), [](const AxisChunks& axis) {
               return std::holds_alternative<std::int64_t>(axis.kind());
             })) {
    // For one axis (3, 4) are its chunks.
    std::vector<std::int64_t> sizes;
    for (const AxisChunks& axis : axes) sizes.push_back(std::get<std::int64_t>(axis.kind()));
    axes = {AxisChunks(std::move(sizes))};
  }
  if (axes.size() != shape.size())
    throw ValueError("chunks: " + std::to_string(axes.size()) +
                     (axes.size() == 1 ? " axis" : " axes") + " given for an array of shape " +
                     shape_text(shape) + "; give one size, or one entry an axis");

  std::vector<std::optional<std::vector<std::int64_t>>> chunks(shape.size());
  std::int64_t limit_bytes = default_limit_bytes;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const auto& kind = axes[axis].kind();
    const std::string where = "chunks of axis " + std::to_string(axis);
    if (const auto* size = std::get_if<std::int64_t>(&kind)) {
      if (*size == 0 || *size < -1)
        throw ValueError(where + ": the size is " + std::to_string(*size) +
                         "; it must be positive, or -1 for the whole axis");
      chunks[axis] = *size == -1 ? std::vector{shape[axis]} : equal_chunks(*size, shape[axis]);
    } else if (const auto* sizes = std::get_if<std::vector<std::int64_t>>(&kind)) {
      std::int64_t sum = 0;
      for (std::int64_t extent : *sizes) {
        if (extent < 0) throw ValueError(where + ": a size is negative");
        sum += extent;
      }
      if (sum != shape[axis] || sizes->empty())
        throw ValueError(where + " add up to " + std::to_string(sum) + ", not to the extent " +
                         std::to_string(shape[axis]) + " of the shape " + shape_text(shape));
      chunks[axis] = *sizes;
    } else if (const auto& limit = std::get<AxisChunks::Auto>(kind).limit_bytes) {
      limit_bytes = std::max<std::int64_t>(1, *limit);
    }
  }
  choose_auto_chunks(chunks, shape,
                     static_cast<double>(limit_bytes) / static_cast<double>(itemsize(dtype)));
  Chunks normalized;
  for (auto& axis : chunks) normalized.push_back(std::move(*axis));
  return normalized;
}

}  // namespace shoal
