#include "frame/select.hpp"

#include <arrow/type.h>
#include <shoal/error.hpp>

#include "frame/frame_operation.hpp"
#include "frame/tables.hpp"

namespace shoal {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

class SelectColumns final : public FrameOperation {
 public:
  explicit SelectColumns(std::vector<std::string> names) : names_(std::move(names)) {}
  std::string name() const override { return "select"; }
  std::string parameters() const override { return joined(names_); }
  void hash(Hasher& hasher) const override {
    for (const auto& name : names_) hasher.text(name);
  }
  std::optional<std::vector<std::string>> columns_read() const override { return names_; }

  void lower(const Expr&, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    const LayerId layer = graph.add_layer(
        make_kernel([names = names_](std::span<const Value> values, const TaskContext&) {
          return Value::of(select(values[0].as<Table>(), names));
        }),
        name());
    for (const TaskId input : inputs[0])
      blocks.push_back(graph.add(layer, static_cast<std::int64_t>(blocks.size()), {input}));
  }

 private:
  std::vector<std::string> names_;
};

// No tasks of its own: its blocks are the input's.
class SelectPartitions final : public FrameOperation {
 public:
  SelectPartitions(std::int64_t first, std::int64_t count) : first_(first), count_(count) {}
  std::string name() const override { return "partitions"; }
  std::string parameters() const override {
    return std::to_string(first_) + " to " + std::to_string(first_ + count_ - 1);
  }
  void hash(Hasher& hasher) const override { hasher.number(first_).number(count_); }
  std::optional<std::vector<std::string>> columns_read() const override { return std::nullopt; }

  void lower(const Expr&, const LoweredInputs& inputs, Graph&,
             std::vector<TaskId>& blocks) const override {
    const auto range =
        inputs[0].subspan(static_cast<std::size_t>(first_), static_cast<std::size_t>(count_));
    blocks.insert(blocks.end(), range.begin(), range.end());
  }

  FrameMeta meta_over(const FrameMeta& input) const {
    FrameMeta meta = input;
    meta.partitions = count_;
    return meta;
  }

 private:
  std::int64_t first_;
  std::int64_t count_;
};

ExprPtr selection(const ExprPtr& frame, const std::vector<std::string>& names, FrameKind kind,
                  const std::string& operation) {
  const FrameMeta& input = frame->frame_meta();
  std::vector<std::shared_ptr<arrow::Field>> fields;
  for (std::size_t i = 0; i < input.index_columns.size(); ++i)
    fields.push_back(input.schema->field(static_cast<int>(i)));
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      if (names[i] == names[j])
        throw ValueError(operation + ": the column '" + names[i] + "' is named twice");
    fields.push_back(input.schema->field(find_column(input, names[i], operation)));
  }
  FrameMeta meta = input;
  meta.kind = kind;
  meta.schema = arrow::schema(std::move(fields));
  const ExprPtr inner = input_of_selection(frame);
  return Expr::make(std::make_shared<SelectColumns>(names), {inner ? inner : frame},
                    Meta(std::move(meta)));
}

}  // namespace

ExprPtr select_columns(const ExprPtr& frame, const std::vector<std::string>& names) {
  return selection(frame, names, FrameKind::DataFrame, "selecting columns");
}

ExprPtr select_column(const ExprPtr& frame, const std::string& name) {
  return selection(frame, {name}, FrameKind::Series, "selecting a column");
}

ExprPtr select_partitions(const ExprPtr& frame, std::int64_t first, std::int64_t count) {
  const FrameMeta& input = frame->frame_meta();
  if (first < 0 || count < 0 || first + count > input.partitions)
    throw IndexError("partitions: asked for " + std::to_string(first) + " to " +
                     std::to_string(first + count) + ", there are " +
                     std::to_string(input.partitions));
  auto operation = std::make_shared<SelectPartitions>(first, count);
  Meta meta = operation->meta_over(input);
  return Expr::make(std::move(operation), {frame}, std::move(meta));
}

ExprPtr input_of_selection(const ExprPtr& expr) {
  return operation_as<SelectColumns>(expr) ? expr->inputs()[0] : nullptr;
}

ExprPtr rebuild_partitions(const ExprPtr& expr) {
  const auto* partitions = operation_as<SelectPartitions>(expr);
  if (!partitions) return nullptr;
  return Expr::make(expr->operation_ptr(), expr->inputs(),
                    Meta(partitions->meta_over(expr->inputs()[0]->frame_meta())));
}

}  // namespace shoal
