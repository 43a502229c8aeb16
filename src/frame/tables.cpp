#include "frame/tables.hpp"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <shoal/error.hpp>

#include <set>

#include "frame/frame_operation.hpp"

namespace shoal {
namespace {

class HeldTables final : public FrameSource {
 public:
  HeldTables(std::shared_ptr<const std::vector<Table>> tables, FrameMeta meta, Token token)
      : tables_(std::move(tables)), meta_(std::move(meta)), token_(token) {}

  std::string name() const override { return "from_tables"; }
  void hash(Hasher& hasher) const override {
    hasher.token(token_);
    for (const auto& name : data_columns(meta_)) hasher.text(name);
  }
  FrameMeta meta() const override { return meta_; }

  std::shared_ptr<const FrameSource> with_columns(
      const std::vector<std::string>& names) const override {
    auto tables = std::make_shared<std::vector<Table>>();
    for (const Table& table : *tables_) tables->push_back(select(table, names));
    FrameMeta meta = meta_;
    if (!tables->empty()) meta.schema = tables->front().columns->schema();
    return std::make_shared<HeldTables>(std::move(tables), std::move(meta), token_);
  }

  std::optional<std::vector<std::int64_t>> partition_rows() const override {
    std::vector<std::int64_t> rows;
    for (const Table& table : *tables_) rows.push_back(table.num_rows());
    return rows;
  }

  void lower(const Expr&, const LoweredInputs&, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    const LayerId layer = graph.add_layer(
        make_kernel([tables = tables_](std::span<const Value>, const TaskContext& context) {
          return Value::of((*tables)[static_cast<std::size_t>(context.index)]);
        }),
        name());
    for (std::size_t i = 0; i < tables_->size(); ++i)
      blocks.push_back(graph.add(layer, static_cast<std::int64_t>(i), {}));
  }

 private:
  std::shared_ptr<const std::vector<Table>> tables_;
  FrameMeta meta_;
  Token token_;
};

}  // namespace

Table concatenate(std::span<const Table> tables) {
  if (tables.empty()) throw InternalError("concatenate: no tables");
  if (tables.size() == 1) return tables.front();
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (const Table& table : tables) batches.push_back(table.columns);
  auto joined = arrow::ConcatenateRecordBatches(batches);
  if (!joined.ok()) throw MemoryError("joining partitions: " + joined.status().ToString());
  return {std::move(joined).ValueUnsafe(), tables.front().first_row, tables.front().index_columns};
}

Table slice(const Table& table, std::int64_t first, std::int64_t rows) {
  return {table.columns->Slice(first, rows), table.first_row + first, table.index_columns};
}

namespace {

int position_of(const Table& table, const std::string& name) {
  const auto& schema = *table.columns->schema();
  int found = static_cast<int>(table.index_columns.size());
  while (found < schema.num_fields() && schema.field(found)->name() != name) ++found;
  if (found == schema.num_fields())
    throw InternalError("frame: a partition has no column '" + name + "'");
  return found;
}

}  // namespace

Table select(const Table& table, const std::vector<std::string>& names) {
  std::vector<int> columns;
  for (int i = 0; i < static_cast<int>(table.index_columns.size()); ++i) columns.push_back(i);
  for (const auto& name : names) columns.push_back(position_of(table, name));
  auto selected = table.columns->SelectColumns(columns);
  if (!selected.ok()) throw InternalError("select: " + selected.status().ToString());
  return {std::move(selected).ValueUnsafe(), table.first_row, table.index_columns};
}

const std::shared_ptr<arrow::Array>& data_column(const Table& table, const std::string& name) {
  return table.columns->columns()[static_cast<std::size_t>(position_of(table, name))];
}

ExprPtr frame_from_tables(std::vector<Table> tables, FrameKind kind) {
  if (tables.empty()) throw ValueError("from_tables: give at least one table");
  FrameMeta meta;
  meta.kind = kind;
  meta.schema = tables.front().columns->schema();
  meta.index_columns = tables.front().index_columns;
  meta.partitions = static_cast<std::int64_t>(tables.size());
  const auto names = data_columns(meta);
  std::set<std::string> seen;
  for (const auto& name : names)
    if (!seen.insert(name).second)
      throw ValueError("from_tables: the column '" + name + "' is there twice; rename one");
  std::int64_t row = 0;
  for (Table& table : tables) {
    if (!table.columns->schema()->Equals(*meta.schema, false) ||
        table.index_columns != meta.index_columns)
      throw ValueError("from_tables: the tables' columns differ: " +
                       table.columns->schema()->ToString() + " and " + meta.schema->ToString());
    table.first_row = row;
    row += table.num_rows();
  }
  return make_source(
      std::make_shared<HeldTables>(std::make_shared<const std::vector<Table>>(std::move(tables)),
                                   std::move(meta), unique_token()));
}

}  // namespace shoal
