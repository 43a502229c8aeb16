#include "frame/groupby.hpp"

#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/concatenate.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/initialize.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <shoal/error.hpp>

#include <algorithm>

#include "frame/column_aggregate.hpp"
#include "frame/columns.hpp"
#include "frame/frame_operation.hpp"
#include "frame/group_keys.hpp"
#include "frame/reduce.hpp"
#include "frame/tables.hpp"

namespace shoal {
namespace {

// The groups of some rows: each key column's value in each group, and each aggregate's states.
struct GroupStates {
  arrow::ArrayVector keys;
  std::int64_t count = 0;
  std::vector<ColumnAggregate::State> states;
};

}  // namespace

template <>
struct ValueTraits<GroupStates> {
  static std::size_t nbytes(const GroupStates& groups) {
    std::size_t bytes = sizeof groups;
    for (const auto& key : groups.keys)
      for (const auto& buffer : key->data()->buffers)
        if (buffer) bytes += static_cast<std::size_t>(buffer->size());
    for (const auto& state : groups.states)
      bytes += ValueTraits<ColumnAggregate::State>::nbytes(state);
    return bytes;
  }
};

namespace {

struct Grouping {
  std::vector<std::string> keys;
  std::vector<ColumnAggregate> aggregates;
  bool size = false;  // count rows: the only aggregate, of the first key, whose groups have no
                      // missing keys
};

std::shared_ptr<arrow::Array> take(const arrow::Array& column,
                                   const std::vector<std::int64_t>& rows) {
  static const arrow::Status ready = arrow::compute::Initialize();
  if (!ready.ok()) throw InternalError("groupby: " + ready.ToString());
  const arrow::Int64Array indices(static_cast<std::int64_t>(rows.size()),
                                  arrow::Buffer::Wrap(rows));
  auto taken = arrow::compute::Take(column, indices, arrow::compute::TakeOptions::NoBoundsCheck());
  if (!taken.ok()) throw MemoryError("groupby: " + taken.status().ToString());
  return std::move(taken).ValueUnsafe();
}

arrow::ArrayVector take_all(const arrow::ArrayVector& columns,
                            const std::vector<std::int64_t>& rows) {
  arrow::ArrayVector taken;
  for (const auto& column : columns) taken.push_back(take(*column, rows));
  return taken;
}

GroupStates group_partition(const Grouping& grouping, const Table& table) {
  arrow::ArrayVector keys;
  for (const auto& name : grouping.keys) keys.push_back(data_column(table, name));
  const RowGroups groups = group_rows(keys, table.num_rows());
  GroupStates result{take_all(keys, groups.first_rows), groups.count(), {}};
  for (const auto& aggregate : grouping.aggregates)
    result.states.push_back(aggregate.fold_grouped(*data_column(table, aggregate.column()),
                                                   groups.groups, groups.count()));
  return result;
}

GroupStates merge_groups(const Grouping& grouping, std::span<const Value> values) {
  arrow::ArrayVector keys;
  std::int64_t rows = 0;
  for (const Value& value : values) rows += value.as<GroupStates>().count;
  for (std::size_t k = 0; k < grouping.keys.size(); ++k) {
    arrow::ArrayVector parts;
    for (const Value& value : values) parts.push_back(value.as<GroupStates>().keys[k]);
    auto joined = arrow::Concatenate(parts);
    if (!joined.ok()) throw MemoryError("groupby: " + joined.status().ToString());
    keys.push_back(std::move(joined).ValueUnsafe());
  }
  const RowGroups groups = group_rows(keys, rows);
  GroupStates merged{take_all(keys, groups.first_rows), groups.count(), {}};
  for (std::size_t a = 0; a < grouping.aggregates.size(); ++a) {
    const auto& aggregate = grouping.aggregates[a];
    ColumnAggregate::State state = aggregate.empty({groups.count()});
    std::size_t at = 0;
    for (const Value& value : values) {
      const auto& part = value.as<GroupStates>();
      const auto count = static_cast<std::size_t>(part.count);
      aggregate.merge_groups(state, part.states[a], std::span(groups.groups).subspan(at, count));
      at += count;
    }
    merged.states.push_back(std::move(state));
  }
  return merged;
}

Table finish_groups(const Grouping& grouping, const GroupStates& groups,
                    const std::shared_ptr<arrow::Schema>& schema) {
  arrow::ArrayVector columns = groups.keys;
  for (std::size_t a = 0; a < grouping.aggregates.size(); ++a)
    columns.push_back(grouping.aggregates[a].finish(groups.states[a]));
  columns = take_all(columns, sorted_rows(groups.keys, groups.count));
  return {arrow::RecordBatch::Make(schema, groups.count, std::move(columns)), 0, grouping.keys};
}

class AggregateGroups final : public FrameOperation {
 public:
  AggregateGroups(std::string aggregate, std::int64_t ddof, Grouping grouping)
      : aggregate_(std::move(aggregate)),
        ddof_(ddof),
        grouping_(std::make_shared<const Grouping>(std::move(grouping))) {}

  std::string name() const override { return "groupby " + aggregate_; }
  std::string parameters() const override {
    std::string text = "by";
    for (const auto& key : grouping_->keys) text += " " + key;
    if (grouping_->size) return text;
    text += ": of";
    for (const auto& aggregate : grouping_->aggregates) text += " " + aggregate.column();
    return text;
  }
  void hash(Hasher& hasher) const override {
    hasher.number(ddof_).number(grouping_->keys.size());
    for (const auto& key : grouping_->keys) hasher.text(key);
    for (const auto& aggregate : grouping_->aggregates) hasher.text(aggregate.column());
  }
  std::optional<std::vector<std::string>> columns_read() const override {
    std::vector<std::string> names = grouping_->keys;
    for (const auto& aggregate : grouping_->aggregates) names.push_back(aggregate.column());
    return names;
  }

  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    const LayerId group = graph.add_layer(
        make_kernel([grouping = grouping_](std::span<const Value> values, const TaskContext&) {
          return Value::of(group_partition(*grouping, values[0].as<Table>()));
        }),
        "group a partition");
    const LayerId merge = graph.add_layer(
        make_kernel([grouping = grouping_](std::span<const Value> values, const TaskContext&) {
          return Value::of(merge_groups(*grouping, values));
        }),
        "merge groups");
    const LayerId finish = graph.add_layer(
        make_kernel([grouping = grouping_, schema = self.frame_meta().schema](
                        std::span<const Value> values, const TaskContext&) {
          return Value::of(finish_groups(*grouping, values[0].as<GroupStates>(), schema));
        }),
        name());
    std::vector<TaskId> parts;
    for (const TaskId input : inputs[0])
      parts.push_back(graph.add(group, static_cast<std::int64_t>(parts.size()), {input}));
    blocks.push_back(graph.add(finish, 0, {add_merge_tree(graph, merge, std::move(parts))}));
  }

 private:
  std::string aggregate_;
  std::int64_t ddof_;
  std::shared_ptr<const Grouping> grouping_;
};

}  // namespace

ExprPtr aggregate_groups(const ExprPtr& frame, const std::vector<std::string>& keys,
                         const std::optional<std::vector<std::string>>& columns,
                         const std::string& aggregate, bool series, std::int64_t ddof,
                         bool numeric_only) {
  const FrameMeta& input = frame->frame_meta();
  if (keys.empty()) throw ValueError("groupby: name at least one column to group by");
  Grouping grouping;
  grouping.keys = keys;
  FrameMeta meta;
  meta.kind = series ? FrameKind::Series : FrameKind::DataFrame;
  meta.index_columns = keys;
  std::vector<std::shared_ptr<arrow::Field>> fields;
  for (const auto& key : keys) {
    if (std::count(keys.begin(), keys.end(), key) > 1)
      throw ValueError("groupby: the key '" + key + "' is named twice");
    fields.push_back(input.schema->field(find_column(input, key, "groupby")));
  }
  if (aggregate == "size") {
    grouping.size = true;
    grouping.aggregates.emplace_back("count", keys[0], *fields[0]->type(), ddof);
    const bool named = columns && columns->size() == 1;
    fields.push_back(
        arrow::field(named ? columns->front() : std::string(kUnnamedColumn), arrow::int64()));
  } else {
    std::vector<std::string> names;
    if (columns) {
      names = *columns;
    } else {
      for (const auto& name : data_columns(input))
        if (std::find(keys.begin(), keys.end(), name) == keys.end()) names.push_back(name);
    }
    for (const auto& name : names) {
      const auto& type = *input.schema->field(find_column(input, name, "groupby"))->type();
      if (numeric_only && !numeric_dtype(type)) continue;
      grouping.aggregates.emplace_back(aggregate, name, type, ddof);
      fields.push_back(grouping.aggregates.back().result_field(name));
    }
  }
  meta.schema = arrow::schema(std::move(fields));
  return Expr::make(std::make_shared<AggregateGroups>(aggregate, ddof, std::move(grouping)),
                    {frame}, Meta(std::move(meta)));
}

}  // namespace shoal
