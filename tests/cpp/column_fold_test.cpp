#include "kernels/column_fold.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace shoal {
namespace {

struct Column {
  std::vector<double> values;
  std::vector<std::uint8_t> validity;  // bits
  std::vector<std::int64_t> groups;

  explicit Column(std::size_t length) : values(length), validity(length / 8 + 1), groups(length) {
    for (std::size_t i = 0; i < length; ++i) {
      values[i] = i % 11 == 5 ? NAN : static_cast<double>(i * 37 % 101);
      if (i % 7 != 3) validity[i / 8] = static_cast<std::uint8_t>(validity[i / 8] | 1 << i % 8);
      groups[i] = static_cast<std::int64_t>(i * 13 % 5) - 1;  // -1: no group
    }
  }
  bool present(std::size_t i, bool skips_nan) const {
    return (validity[i / 8] >> i % 8 & 1) != 0 && !(skips_nan && std::isnan(values[i]));
  }
  ColumnView view(std::size_t offset) const {
    ColumnView view;
    view.dtype = DType::Float64;
    view.values = values.data();
    view.validity = validity.data();
    view.offset = static_cast<std::int64_t>(offset);
    view.length = static_cast<std::int64_t>(values.size() - offset);
    return view;
  }
};

// The aggregate of the elements of one group, or of all.
double reference(const Column& column, std::size_t offset, std::string_view name, int group = -2) {
  std::vector<double> present;
  for (std::size_t i = offset; i < column.values.size(); ++i)
    if (column.present(i, true) && (group == -2 || column.groups[i] == group))
      present.push_back(column.values[i]);
  double sum = 0, squares = 0, least = INFINITY, greatest = -INFINITY;
  for (double value : present) {
    sum += value;
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  const auto count = static_cast<double>(present.size());
  for (double value : present) squares += (value - sum / count) * (value - sum / count);
  if (name == "sum") return sum;
  if (name == "mean") return sum / count;
  if (name == "min") return present.empty() ? NAN : least;
  if (name == "max") return present.empty() ? NAN : greatest;
  if (name == "var") return squares / std::max(count - 1, 0.0);
  if (name == "std") return std::sqrt(squares / std::max(count - 1, 0.0));
  return count;
}

double element(const Block& block, std::size_t i) {
  return block.dtype() == DType::Int64 ? static_cast<double>(block.data_as<std::int64_t>()[i])
                                       : block.data_as<double>()[i];
}

void expect_near(double got, double want, std::string_view name) {
  if (std::isnan(want)) EXPECT_TRUE(std::isnan(got)) << name << " " << got;
  else EXPECT_NEAR(got, want, 1e-12 * (1 + std::abs(want))) << name;
}

constexpr std::string_view names[] = {"sum", "mean", "min", "max", "var", "std", "count"};

TEST(FoldColumn, SkipsWhatIsMissing) {
  for (std::size_t length : {2u, 8u, 9u, 100u, 3001u}) {
    const Column column(length);
    for (std::size_t offset : {0u, 1u, 7u}) {
      if (offset >= length) continue;
      for (std::string_view name : names) {
        const Aggregator aggregator = Aggregator::make(name, DType::Float64, {.ddof = 1});
        const AggregateState state = fold_column(aggregator, column.view(offset));
        EXPECT_TRUE(state[0].shape().empty());
        const double want = reference(column, offset, name);
        expect_near(element(aggregator.finish(state), 0), want, name);
      }
    }
  }
}

TEST(FoldColumn, GroupsEqualTheirElementsAlone) {
  for (std::size_t length : {3u, 100u, 3001u}) {
    const Column column(length);
    for (std::size_t offset : {0u, 3u}) {
      if (offset >= length) continue;
      const std::span<const std::int64_t> groups = std::span(column.groups).subspan(offset);
      for (std::string_view name : names) {
        const Aggregator aggregator = Aggregator::make(name, DType::Float64, {.ddof = 1});
        const Block result =
            aggregator.finish(fold_column_grouped(aggregator, column.view(offset), groups, 5));
        ASSERT_EQ(result.shape(), Shape{5});
        for (int group = 0; group < 5; ++group)  // group 4 has no element
          expect_near(element(result, static_cast<std::size_t>(group)),
                      reference(column, offset, name, group), name);
      }
    }
  }
}

TEST(FoldColumn, NaNCountsWhereItIsNotMissing) {
  const double values[] = {1, NAN, 3};
  ColumnView view;
  view.values = values;
  view.length = 3;
  const Aggregator count = Aggregator::make("count", DType::Float64);
  const Aggregator max = Aggregator::make("max", DType::Float64);
  EXPECT_EQ(element(count.finish(fold_column(count, view)), 0), 2);
  EXPECT_EQ(element(max.finish(fold_column(max, view)), 0), 3);
  view.nan_is_missing = false;
  EXPECT_EQ(element(count.finish(fold_column(count, view)), 0), 3);
  EXPECT_TRUE(std::isnan(element(max.finish(fold_column(max, view)), 0)));
  const std::int64_t groups[] = {0, 0, 1};
  const Block grouped = max.finish(fold_column_grouped(max, view, groups, 2));
  EXPECT_TRUE(std::isnan(element(grouped, 0)));
  EXPECT_EQ(element(grouped, 1), 3);
}

TEST(FoldColumn, BoolsAreBits) {
  const std::uint8_t bits[] = {0b10110100, 0b1};
  ColumnView view;
  view.dtype = DType::Bool;
  view.values = bits;
  view.offset = 1;
  view.length = 8;
  const Aggregator sum = Aggregator::make("sum", DType::Bool);
  EXPECT_EQ(element(sum.finish(fold_column(sum, view)), 0), 5);
  const Aggregator any = Aggregator::make("any", DType::Bool);
  const std::int64_t groups[] = {0, 1, 0, 1, 1, 0, 1, 1};
  const AggregateState state = fold_column_grouped(any, view, groups, 3);
  const auto* anys = state[0].data_as<bool>();
  EXPECT_FALSE(anys[0]);
  EXPECT_TRUE(anys[1]);
  EXPECT_FALSE(anys[2]);
}

TEST(FoldColumn, EmptyAndIntegerColumns) {
  ColumnView view;
  view.dtype = DType::Int32;
  const Aggregator sum = Aggregator::make("sum", DType::Int32);
  EXPECT_EQ(element(sum.finish(fold_column(sum, view)), 0), 0);
  EXPECT_EQ(element(sum.finish(fold_column_grouped(sum, view, {}, 2)), 1), 0);
  const std::int32_t values[] = {2000000000, 2000000000, -5};
  view.values = values;
  view.length = 3;
  EXPECT_EQ(element(sum.finish(fold_column(sum, view)), 0), 3999999995.0);
  const std::int64_t groups[] = {1, 1, 0};
  EXPECT_EQ(element(sum.finish(fold_column_grouped(sum, view, groups, 2)), 1), 4000000000.0);
}

}  // namespace
}  // namespace shoal
