// The lazy handles: each operation is an expression over the one below.
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <shoal/dataframe.hpp>
#include <shoal/error.hpp>

#include <cmath>
#include <limits>

#include "frame/columns.hpp"
#include "frame/compute_frame.hpp"
#include "frame/frame_operation.hpp"
#include "frame/groupby.hpp"
#include "frame/reduce.hpp"
#include "frame/select.hpp"
#include "frame/tables.hpp"

namespace shoal {
namespace {

ExprPtr held_partitions(const ExprPtr& expr, std::vector<Value> partitions) {
  return held_values(expr->operation().name(), std::move(partitions), expr->meta());
}

}  // namespace

std::int64_t Frame::npartitions() const { return expr_->frame_meta().partitions; }

std::vector<std::string> Frame::columns() const { return data_columns(expr_->frame_meta()); }

std::vector<std::pair<std::string, std::string>> Frame::dtypes() const {
  const FrameMeta& meta = expr_->frame_meta();
  std::vector<std::pair<std::string, std::string>> types;
  for (auto i = static_cast<int>(meta.index_columns.size()); i < meta.schema->num_fields(); ++i)
    types.emplace_back(meta.schema->field(i)->name(), pandas_dtype(*meta.schema, i));
  return types;
}

Table Frame::compute(const ComputeOptions& options) const { return compute_frame(expr_, options); }

std::vector<Value> Frame::compute_partitions(const ComputeOptions& options) const {
  const std::vector<ExprPtr> roots = {expr_};
  return compute_blocks(roots, options)[0];
}

std::string Frame::explain() const {
  const std::vector<ExprPtr> roots = {expr_};
  return shoal::explain(roots);
}

void Frame::visualize(const std::string& path, bool optimize) const {
  const std::vector<ExprPtr> roots = {expr_};
  shoal::visualize(roots, path, optimize);
}

template <class T>
T FrameScalar::compute(const ComputeOptions& options) const {
  const Table table = Frame::compute(options);
  const auto& column = *table.columns->column(0);
  if (column.IsNull(0)) {
    if constexpr (std::is_floating_point_v<T>) return std::numeric_limits<T>::quiet_NaN();
    throw ValueError("compute: the result is missing, there were no values; ask for a double");
  }
  if (column.type_id() == arrow::Type::BOOL)
    return static_cast<T>(static_cast<const arrow::BooleanArray&>(column).Value(0));
  return visit_dtype(numeric_dtype(*column.type()).value(), [&](auto tag) -> T {
    using From = typename decltype(tag)::type;
    if constexpr (std::is_arithmetic_v<From>)
      return static_cast<T>(column.data()->GetValues<From>(1)[0]);
    else throw InternalError("a column of complex numbers");
  });
}
template double FrameScalar::compute<double>(const ComputeOptions&) const;
template std::int64_t FrameScalar::compute<std::int64_t>(const ComputeOptions&) const;
template bool FrameScalar::compute<bool>(const ComputeOptions&) const;

std::string Series::name() const { return columns().front(); }
FrameScalar Series::sum() const { return FrameScalar(reduce(expr_, "sum")); }
FrameScalar Series::prod() const { return FrameScalar(reduce(expr_, "prod")); }
FrameScalar Series::min() const { return FrameScalar(reduce(expr_, "min")); }
FrameScalar Series::max() const { return FrameScalar(reduce(expr_, "max")); }
FrameScalar Series::mean() const { return FrameScalar(reduce(expr_, "mean")); }
FrameScalar Series::count() const { return FrameScalar(reduce(expr_, "count")); }
FrameScalar Series::size() const { return FrameScalar(count_rows(expr_)); }
FrameScalar Series::any() const { return FrameScalar(reduce(expr_, "any")); }
FrameScalar Series::all() const { return FrameScalar(reduce(expr_, "all")); }
FrameScalar Series::var(std::int64_t ddof) const { return FrameScalar(reduce(expr_, "var", ddof)); }
FrameScalar Series::std(std::int64_t ddof) const { return FrameScalar(reduce(expr_, "std", ddof)); }
Table Series::head(std::int64_t rows, const ComputeOptions& options) const {
  return first_rows(expr_, rows, options);
}
Table Series::tail(std::int64_t rows, const ComputeOptions& options) const {
  return last_rows(expr_, rows, options);
}
Series Series::persist(const ComputeOptions& options) const {
  return Series(held_partitions(expr_, compute_partitions(options)));
}

SeriesGroupBy::SeriesGroupBy(std::shared_ptr<const Expr> frame, std::vector<std::string> keys,
                             std::string column)
    : frame_(std::move(frame)), keys_(std::move(keys)), column_(std::move(column)) {
  find_column(frame_->frame_meta(), column_, "groupby");
}
Series SeriesGroupBy::aggregate(const char* name, std::int64_t ddof) const {
  return Series(
      aggregate_groups(frame_, keys_, std::vector<std::string>{column_}, name, true, ddof));
}
Series SeriesGroupBy::sum() const { return aggregate("sum"); }
Series SeriesGroupBy::prod() const { return aggregate("prod"); }
Series SeriesGroupBy::min() const { return aggregate("min"); }
Series SeriesGroupBy::max() const { return aggregate("max"); }
Series SeriesGroupBy::mean() const { return aggregate("mean"); }
Series SeriesGroupBy::count() const { return aggregate("count"); }
Series SeriesGroupBy::size() const { return aggregate("size"); }
Series SeriesGroupBy::var(std::int64_t ddof) const { return aggregate("var", ddof); }
Series SeriesGroupBy::std(std::int64_t ddof) const { return aggregate("std", ddof); }

GroupBy::GroupBy(std::shared_ptr<const Expr> frame, std::vector<std::string> keys)
    : frame_(std::move(frame)), keys_(std::move(keys)) {
  if (keys_.empty()) throw ValueError("groupby: name at least one column to group by");
  for (const auto& key : keys_) find_column(frame_->frame_meta(), key, "groupby");
}
SeriesGroupBy GroupBy::operator[](const std::string& column) const {
  return SeriesGroupBy(frame_, keys_, column);
}
DataFrame GroupBy::aggregate(const char* name) const {
  return DataFrame(aggregate_groups(frame_, keys_, std::nullopt, name, false));
}
DataFrame GroupBy::sum() const { return aggregate("sum"); }
DataFrame GroupBy::prod() const { return aggregate("prod"); }
DataFrame GroupBy::min() const { return aggregate("min"); }
DataFrame GroupBy::max() const { return aggregate("max"); }
DataFrame GroupBy::mean() const { return aggregate("mean"); }
DataFrame GroupBy::count() const { return aggregate("count"); }
Series GroupBy::size() const {
  return Series(aggregate_groups(frame_, keys_, std::nullopt, "size", true));
}

Series DataFrame::operator[](const std::string& column) const {
  return Series(select_column(expr_, column));
}
DataFrame DataFrame::operator[](const std::vector<std::string>& columns) const {
  return DataFrame(select_columns(expr_, columns));
}
DataFrame DataFrame::operator[](std::initializer_list<std::string> columns) const {
  return (*this)[std::vector<std::string>(columns)];
}
GroupBy DataFrame::groupby(const std::string& key) const { return GroupBy(expr_, {key}); }
GroupBy DataFrame::groupby(std::vector<std::string> keys) const {
  return GroupBy(expr_, std::move(keys));
}
GroupBy DataFrame::groupby(std::initializer_list<std::string> keys) const {
  return GroupBy(expr_, std::vector<std::string>(keys));
}
Series DataFrame::sum() const { return Series(reduce(expr_, "sum")); }
Series DataFrame::prod() const { return Series(reduce(expr_, "prod")); }
Series DataFrame::min() const { return Series(reduce(expr_, "min")); }
Series DataFrame::max() const { return Series(reduce(expr_, "max")); }
Series DataFrame::mean() const { return Series(reduce(expr_, "mean")); }
Series DataFrame::count() const { return Series(reduce(expr_, "count")); }
Series DataFrame::var(std::int64_t ddof) const { return Series(reduce(expr_, "var", ddof)); }
Series DataFrame::std(std::int64_t ddof) const { return Series(reduce(expr_, "std", ddof)); }
FrameScalar DataFrame::row_count() const { return FrameScalar(count_rows(expr_)); }
Table DataFrame::head(std::int64_t rows, const ComputeOptions& options) const {
  return first_rows(expr_, rows, options);
}
Table DataFrame::tail(std::int64_t rows, const ComputeOptions& options) const {
  return last_rows(expr_, rows, options);
}
DataFrame DataFrame::persist(const ComputeOptions& options) const {
  return DataFrame(held_partitions(expr_, compute_partitions(options)));
}

DataFrame from_tables(std::vector<Table> tables) {
  return DataFrame(frame_from_tables(std::move(tables)));
}

}  // namespace shoal
