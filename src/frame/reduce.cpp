#include "frame/reduce.hpp"

#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <shoal/error.hpp>

#include <algorithm>
#include <numeric>

#include "frame/column_aggregate.hpp"
#include "frame/columns.hpp"
#include "frame/frame_operation.hpp"
#include "frame/select.hpp"
#include "frame/tables.hpp"

namespace shoal {
namespace {

using States = std::vector<ColumnAggregate::State>;  // one a column

// The common type of a DataFrame's results, one row a column.
DType common_dtype(const std::vector<ColumnAggregate>& aggregates) {
  std::optional<DType> common;
  for (const auto& aggregate : aggregates) {
    const DType dtype = aggregate.result_dtype();
    common = common ? promote(*common, dtype) : dtype;
  }
  return common.value_or(DType::Float64);
}

// An element of a numeric column as a T.
template <class T>
T element_as(const arrow::Array& column, std::int64_t i) {
  const auto& data = *column.data();
  if (data.type->id() == arrow::Type::BOOL)
    return static_cast<T>(static_cast<const arrow::BooleanArray&>(column).Value(i));
  return visit_dtype(numeric_dtype(*data.type).value(), [&](auto tag) -> T {
    using From = typename decltype(tag)::type;
    if constexpr (std::is_arithmetic_v<From> && std::is_arithmetic_v<T>)
      return static_cast<T>(data.GetValues<From>(1)[i]);
    else throw InternalError("a column of complex numbers");
  });
}

// The results, a row for each column, under an unnamed index of the columns' names.
Table stacked_results(const std::vector<ColumnAggregate>& aggregates,
                      const arrow::ArrayVector& results,
                      const std::shared_ptr<arrow::Schema>& schema) {
  arrow::LargeStringBuilder names;
  const DType dtype = numeric_dtype(*schema->field(1)->type()).value();
  Block values = Block::allocate(dtype, {static_cast<std::int64_t>(results.size())});
  Block present = Block::allocate(DType::Int64, {static_cast<std::int64_t>(results.size())});
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!names.Append(aggregates[i].column()).ok()) throw MemoryError("no memory for the results");
    static_cast<std::int64_t*>(present.mutable_data())[i] = results[i]->IsValid(0);
    visit_dtype(dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      static_cast<T*>(values.mutable_data())[i] = element_as<T>(*results[i], 0);
    });
  }
  Table table;
  table.index_columns = {schema->field(0)->name()};
  table.columns =
      arrow::RecordBatch::Make(schema, static_cast<std::int64_t>(results.size()),
                               {names.Finish().ValueOrDie(), column_from_block(values, &present)});
  return table;
}

class Reduce final : public FrameOperation {
 public:
  Reduce(std::string aggregate, std::int64_t ddof, std::vector<ColumnAggregate> columns)
      : aggregate_(std::move(aggregate)),
        ddof_(ddof),
        columns_(std::make_shared<const std::vector<ColumnAggregate>>(std::move(columns))) {}

  std::string name() const override { return aggregate_; }
  std::string parameters() const override {
    std::string text;
    for (const auto& column : *columns_) text += (text.empty() ? "" : ", ") + column.column();
    return text;
  }
  void hash(Hasher& hasher) const override {
    hasher.number(ddof_);
    for (const auto& column : *columns_) hasher.text(column.column());
  }
  std::optional<std::vector<std::string>> columns_read() const override {
    std::vector<std::string> names;
    for (const auto& column : *columns_) names.push_back(column.column());
    return names;
  }

  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    const LayerId fold = graph.add_layer(
        make_kernel([columns = columns_](std::span<const Value> values, const TaskContext&) {
          const auto& table = values[0].as<Table>();
          States states;
          for (const auto& column : *columns)
            states.push_back(column.fold(*data_column(table, column.column())));
          return Value::of(std::move(states));
        }),
        aggregate_ + " of a partition");
    const LayerId merge = graph.add_layer(
        make_kernel([columns = columns_](std::span<const Value> values, const TaskContext&) {
          States merged;
          for (std::size_t c = 0; c < columns->size(); ++c) {
            std::vector<const ColumnAggregate::State*> states;
            for (const Value& value : values) states.push_back(&value.as<States>()[c]);
            merged.push_back((*columns)[c].merge(states));
          }
          return Value::of(std::move(merged));
        }),
        "merge " + aggregate_);
    const LayerId finish = graph.add_layer(
        make_kernel(
            [columns = columns_, kind = self.frame_meta().kind, schema = self.frame_meta().schema](
                std::span<const Value> values, const TaskContext&) {
              const auto& states = values[0].as<States>();
              arrow::ArrayVector results;
              for (std::size_t c = 0; c < columns->size(); ++c)
                results.push_back((*columns)[c].finish(states[c]));
              if (kind == FrameKind::Series)
                return Value::of(stacked_results(*columns, results, schema));
              return Value::of(Table{arrow::RecordBatch::Make(schema, 1, results), 0, {}});
            }),
        aggregate_);
    std::vector<TaskId> parts;
    for (const TaskId input : inputs[0])
      parts.push_back(graph.add(fold, static_cast<std::int64_t>(parts.size()), {input}));
    blocks.push_back(graph.add(finish, 0, {add_merge_tree(graph, merge, std::move(parts))}));
  }

 private:
  std::string aggregate_;
  std::int64_t ddof_;
  std::shared_ptr<const std::vector<ColumnAggregate>> columns_;
};

std::shared_ptr<arrow::Array> int64_column(std::int64_t value) {
  arrow::Int64Builder builder;
  if (!builder.Append(value).ok()) throw MemoryError("no memory for a number");
  return builder.Finish().ValueOrDie();
}

FrameMeta scalar_meta(std::shared_ptr<arrow::Field> field) {
  FrameMeta meta;
  meta.kind = FrameKind::Scalar;
  meta.schema = arrow::schema({std::move(field)});
  return meta;
}

class CountRows final : public FrameOperation {
 public:
  std::string name() const override { return "size"; }
  void hash(Hasher&) const override {}
  std::optional<std::vector<std::string>> columns_read() const override {
    return std::vector<std::string>{};
  }
  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    const LayerId count =
        graph.add_layer(make_kernel([](std::span<const Value> values, const TaskContext&) {
                          return Value::of(values[0].as<Table>().num_rows());
                        }),
                        "rows of a partition");
    const LayerId merge =
        graph.add_layer(make_kernel([](std::span<const Value> values, const TaskContext&) {
                          std::int64_t sum = 0;
                          for (const Value& value : values) sum += value.as<std::int64_t>();
                          return Value::of(sum);
                        }),
                        "merge size");
    const LayerId finish = graph.add_layer(
        make_kernel(
            [schema = self.frame_meta().schema](std::span<const Value> values, const TaskContext&) {
              return Value::of(Table{
                  arrow::RecordBatch::Make(schema, 1, {int64_column(values[0].as<std::int64_t>())}),
                  0,
                  {}});
            }),
        name());
    std::vector<TaskId> parts;
    for (const TaskId input : inputs[0])
      parts.push_back(graph.add(count, static_cast<std::int64_t>(parts.size()), {input}));
    blocks.push_back(graph.add(finish, 0, {add_merge_tree(graph, merge, std::move(parts))}));
  }
};

}  // namespace

TaskId add_merge_tree(Graph& graph, LayerId merge, std::vector<TaskId> parts) {
  std::int64_t index = 0;
  while (parts.size() > 1) {
    std::vector<TaskId> merged;
    for (std::size_t i = 0; i < parts.size(); i += kMergeWidth) {
      const auto group =
          std::span<const TaskId>(parts).subspan(i, std::min(kMergeWidth, parts.size() - i));
      merged.push_back(group.size() == 1 ? group[0] : graph.add(merge, index++, group));
    }
    parts = std::move(merged);
  }
  return parts.front();
}

ExprPtr reduce(const ExprPtr& frame, const std::string& aggregate, std::int64_t ddof,
               bool numeric_only) {
  const FrameMeta& input = frame->frame_meta();
  if (input.kind == FrameKind::Scalar) throw TypeError(aggregate + ": this is one value already");
  std::vector<ColumnAggregate> aggregates;
  for (const auto& name : data_columns(input)) {
    const auto& type = *input.schema->field(find_column(input, name, aggregate))->type();
    if (numeric_only && !numeric_dtype(type)) continue;
    aggregates.emplace_back(aggregate, name, type, ddof);
  }
  FrameMeta meta;
  if (input.kind == FrameKind::Series) {
    if (aggregates.empty()) throw TypeError(aggregate + ": the column is not of numbers");
    meta = scalar_meta(aggregates[0].result_field(aggregates[0].column()));
  } else {
    const DType common = common_dtype(aggregates);
    meta.kind = FrameKind::Series;
    meta.index_columns = {std::string(kUnnamedIndex)};
    meta.schema = arrow::schema(
        {arrow::field(std::string(kUnnamedIndex), arrow::large_utf8()),
         arrow::field(std::string(kUnnamedColumn), arrow_type(common), common != DType::Bool)});
  }
  return Expr::make(std::make_shared<Reduce>(aggregate, ddof, std::move(aggregates)), {frame},
                    Meta(std::move(meta)));
}

std::optional<std::int64_t> known_row_count(const ExprPtr& frame) {
  const ExprPtr below = input_of_selection(frame);
  const auto* source = operation_as<FrameSource>(below ? below : frame);
  const auto rows = source ? source->partition_rows() : std::nullopt;
  if (!rows) return std::nullopt;
  return std::accumulate(rows->begin(), rows->end(), std::int64_t{0});
}

ExprPtr count_rows(const ExprPtr& frame) {
  if (const auto rows = known_row_count(frame)) {
    FrameMeta meta = scalar_meta(arrow::field("size", arrow::int64()));
    Table table{arrow::RecordBatch::Make(meta.schema, 1, {int64_column(*rows)}), 0, {}};
    return held_values("size", {Value::of(std::move(table))}, std::move(meta));
  }
  return Expr::make(std::make_shared<CountRows>(), {frame},
                    Meta(scalar_meta(arrow::field("size", arrow::int64()))));
}

}  // namespace shoal
