#include "frame/column_aggregate.hpp"

#include <arrow/array.h>
#include <arrow/type.h>
#include <shoal/error.hpp>

#include "frame/columns.hpp"

namespace shoal {
namespace {

Aggregator make_aggregator(const std::string& aggregate, const std::string& column,
                           const arrow::DataType& type, std::int64_t ddof) {
  if (aggregate == "count") return Aggregator::make("count", DType::Bool);
  const auto dtype = numeric_dtype(type);
  if (!dtype) {
    const bool text = type.id() == arrow::Type::LARGE_STRING || type.id() == arrow::Type::STRING;
    throw TypeError(aggregate + ": the column '" + column + "' is " +
                    (text ? std::string("str") : type.ToString()) +
                    ", not of numbers; only count takes it");
  }
  return Aggregator::make(aggregate, *dtype, {.ddof = ddof});
}

}  // namespace

ColumnAggregate::ColumnAggregate(const std::string& aggregate, const std::string& column,
                                 const arrow::DataType& type, std::int64_t ddof)
    : column_(column),
      values_(make_aggregator(aggregate, column, type, ddof)),
      presence_only_(aggregate == "count" && !numeric_dtype(type)) {
  if (aggregate == "count" && !presence_only_)
    values_ = Aggregator::make("count", numeric_dtype(type).value());
  if (aggregate == "min" || aggregate == "max")
    counts_ = Aggregator::make("count", values_.value_dtype());
}

std::shared_ptr<arrow::Field> ColumnAggregate::result_field(const std::string& name) const {
  // Truth values stay pandas' bool: nullable ones would be its object.
  return arrow::field(name, arrow_type(result_dtype()), result_dtype() != DType::Bool);
}

ColumnAggregate::State ColumnAggregate::fold(const arrow::Array& column) const {
  std::vector<std::uint8_t> bits;
  const ColumnView view = presence_only_ ? presence_view(column, bits) : column_view(column);
  return {fold_column(values_, view), counts_ ? fold_column(*counts_, view) : AggregateState{}};
}

ColumnAggregate::State ColumnAggregate::fold_grouped(const arrow::Array& column,
                                                     std::span<const std::int64_t> groups,
                                                     std::int64_t group_count) const {
  std::vector<std::uint8_t> bits;
  const ColumnView view = presence_only_ ? presence_view(column, bits) : column_view(column);
  return {fold_column_grouped(values_, view, groups, group_count),
          counts_ ? fold_column_grouped(*counts_, view, groups, group_count) : AggregateState{}};
}

ColumnAggregate::State ColumnAggregate::empty(const Shape& shape) const {
  return {values_.empty_state(shape), counts_ ? counts_->empty_state(shape) : AggregateState{}};
}

ColumnAggregate::State ColumnAggregate::merge(std::span<const State* const> states) const {
  std::vector<const AggregateState*> values;
  std::vector<const AggregateState*> counts;
  for (const State* state : states) {
    values.push_back(&state->values);
    counts.push_back(&state->counts);
  }
  return {values_.merge(values), counts_ ? counts_->merge(counts) : AggregateState{}};
}

void ColumnAggregate::merge_groups(State& into, const State& part,
                                   std::span<const std::int64_t> groups) const {
  values_.merge_groups(into.values, part.values, groups);
  if (counts_) counts_->merge_groups(into.counts, part.counts, groups);
}

std::shared_ptr<arrow::Array> ColumnAggregate::finish(const State& state) const {
  if (!counts_) return column_from_block(values_.finish(state.values), nullptr);
  const Block counts = counts_->finish(state.counts).contiguous();
  return column_from_block(values_.finish(state.values), &counts);
}

}  // namespace shoal
