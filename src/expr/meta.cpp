#include "expr/meta.hpp"

#include <arrow/type.h>

namespace shoal {
namespace {

std::string list(const Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

struct Describe {
  std::string operator()(const DelayedMeta&) const { return "one value"; }
  std::string operator()(const BagMeta& meta) const {
    return std::to_string(meta.partitions) + (meta.partitions == 1 ? " partition" : " partitions");
  }
  std::string operator()(const ArrayMeta& meta) const {
    std::string text = std::string(dtype_name(meta.dtype)) + " " + list(meta.shape);
    for (std::size_t axis = 0; axis < meta.chunks.size(); ++axis)
      text += (axis ? " x " : " in ") + std::to_string(meta.chunks[axis].size());
    return meta.chunks.empty() ? text : text + " chunks";
  }
  std::string operator()(const FrameMeta& meta) const {
    std::string text = "columns [";
    for (int i = 0; meta.schema && i < meta.schema->num_fields(); ++i)
      text += (i ? ", " : "") + meta.schema->field(i)->name();
    return text + "] in " + std::to_string(meta.partitions) +
           (meta.partitions == 1 ? " partition" : " partitions");
  }
};

struct CountBlocks {
  std::int64_t operator()(const DelayedMeta&) const { return 1; }
  std::int64_t operator()(const BagMeta& meta) const { return meta.partitions; }
  std::int64_t operator()(const FrameMeta& meta) const { return meta.partitions; }
  std::int64_t operator()(const ArrayMeta& meta) const {
    std::int64_t count = 1;
    for (const auto& axis : meta.chunks) count *= static_cast<std::int64_t>(axis.size());
    return count;
  }
};

}  // namespace

void hash_kind(Hasher& hasher, const Meta& meta) {
  hasher.number(meta.index());
  const auto* frame = std::get_if<FrameMeta>(&meta);
  if (!frame) return;
  hasher.number(frame->kind);
  for (int i = 0; frame->schema && i < frame->schema->num_fields(); ++i)
    hasher.text(frame->schema->field(i)->name());
}

std::string describe(const Meta& meta) { return std::visit(Describe{}, meta); }

std::int64_t block_count(const Meta& meta) { return std::visit(CountBlocks{}, meta); }

bool same_result(const Meta& a, const Meta& b) {
  if (a.index() != b.index()) return false;
  if (const auto* array = std::get_if<ArrayMeta>(&a)) return *array == std::get<ArrayMeta>(b);
  if (const auto* frame = std::get_if<FrameMeta>(&a)) {
    const auto& other = std::get<FrameMeta>(b);
    return frame->kind == other.kind && frame->schema->Equals(*other.schema) &&
           frame->index_columns == other.index_columns && frame->partitions == other.partitions;
  }
  return block_count(a) == block_count(b);
}

}  // namespace shoal
