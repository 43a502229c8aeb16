// How a column is aggregated: the aggregator, and for min and max the count of values, which tells
// an empty result (missing) from one that is there.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/aggregator.hpp"

namespace arrow {
class Array;
class DataType;
class Field;
}  // namespace arrow

namespace shoal {

class ColumnAggregate {
 public:
  struct State {
    AggregateState values;
    AggregateState counts;  // empty when not kept
  };

  // Throws KeyError for an unknown aggregate, TypeError for a column it cannot take.
  ColumnAggregate(const std::string& aggregate, const std::string& column,
                  const arrow::DataType& type, std::int64_t ddof);

  const std::string& column() const { return column_; }
  DType result_dtype() const { return values_.result_dtype(); }
  std::shared_ptr<arrow::Field> result_field(const std::string& name) const;

  State fold(const arrow::Array& column) const;
  // groups[i] is row i's group, negative for none.
  State fold_grouped(const arrow::Array& column, std::span<const std::int64_t> groups,
                     std::int64_t group_count) const;
  State empty(const Shape& shape) const;
  State merge(std::span<const State* const> states) const;
  void merge_groups(State& into, const State& part, std::span<const std::int64_t> groups) const;
  std::shared_ptr<arrow::Array> finish(const State& state) const;

 private:
  std::string column_;
  Aggregator values_;
  std::optional<Aggregator> counts_;
  bool presence_only_ = false;  // a count: any type of column will do
};

template <>
struct ValueTraits<ColumnAggregate::State> {
  static std::size_t nbytes(const ColumnAggregate::State& state) {
    return ValueTraits<AggregateState>::nbytes(state.values) +
           ValueTraits<AggregateState>::nbytes(state.counts);
  }
};

}  // namespace shoal
