#include "kernels/aggregator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace shoal {
namespace {

template <class T>
Block block_of(std::vector<T> values, Shape shape) {
  Block block = Block::allocate(dtype_of<T>(), std::move(shape));
  std::copy(values.begin(), values.end(), static_cast<T*>(block.mutable_data()));
  return block;
}

AggregateState state_of(const Aggregator& aggregator, const Block& block,
                        std::vector<int> reduced_axes) {
  const AggregateProgram program(
      aggregator, [&](TileBuilder& builder) { return builder.memory_leaf(block.dtype()); });
  const auto leaf = TileProgram::Leaf::memory(block.data(), block.strides());
  return program.run(block.shape(), std::span(&leaf, 1), reduced_axes);
}

template <class T>
std::vector<T> values_of(const Block& block) {
  EXPECT_EQ(block.dtype(), dtype_of<T>());
  return std::vector<T>(block.data_as<T>(), block.data_as<T>() + block.size());
}

// The whole of `values`, folded in parts of `part` elements and merged.
template <class Result, class T>
Result aggregate(std::string_view name, const std::vector<T>& values, std::size_t part,
                 AggregateOptions options = {}) {
  const Aggregator aggregator = Aggregator::make(name, dtype_of<T>(), options);
  std::vector<AggregateState> states{aggregator.empty_state({1})};
  for (std::size_t begin = 0; begin < values.size(); begin += part) {
    const std::vector<T> some(
        values.begin() + static_cast<std::ptrdiff_t>(begin),
        values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), begin + part)));
    states.push_back(
        state_of(aggregator, block_of(some, {static_cast<std::int64_t>(some.size())}), {0}));
  }
  std::vector<const AggregateState*> all;
  for (const AggregateState& state : states) all.push_back(&state);
  return values_of<Result>(aggregator.finish(aggregator.merge(all))).at(0);
}

TEST(Aggregator, ResultDTypesAreNumPys) {
  using enum DType;
  const auto result = [](std::string_view name, DType value) {
    return Aggregator::make(name, value).result_dtype();
  };
  EXPECT_EQ(result("sum", Bool), Int64);
  EXPECT_EQ(result("sum", Int8), Int64);
  EXPECT_EQ(result("sum", UInt16), UInt64);
  EXPECT_EQ(result("prod", UInt64), UInt64);
  EXPECT_EQ(result("sum", Float32), Float32);
  EXPECT_EQ(result("sum", Complex64), Complex64);
  EXPECT_EQ(result("mean", Int32), Float64);
  EXPECT_EQ(result("mean", Float32), Float32);
  EXPECT_EQ(result("var", Complex64), Float32);
  EXPECT_EQ(result("std", Bool), Float64);
  EXPECT_EQ(result("min", Int8), Int8);
  EXPECT_EQ(result("any", Float64), Bool);
  EXPECT_EQ(result("count", Float64), Int64);
  EXPECT_THROW(result("median_of_medians", Float64), KeyError);
  EXPECT_EQ(Aggregator::names().size(), 10u);
}

TEST(Aggregator, AnyPartsGiveTheSame) {
  std::vector<double> values(1000);
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 1e6 + static_cast<double>(i * 7919 % 1000);
    sum += values[i];
  }
  const double mean = sum / 1000;
  double squares = 0;
  for (double value : values) squares += (value - mean) * (value - mean);
  for (std::size_t part : {1u, 3u, 64u, 999u, 1000u}) {
    EXPECT_EQ(aggregate<double>("sum", values, part), sum);
    EXPECT_DOUBLE_EQ(aggregate<double>("mean", values, part), mean);
    EXPECT_NEAR(aggregate<double>("var", values, part), squares / 1000, squares * 1e-12);
    EXPECT_NEAR(aggregate<double>("std", values, part, {.ddof = 1}), std::sqrt(squares / 999),
                1e-7);
    EXPECT_EQ(aggregate<double>("min", values, part), 1e6);
    EXPECT_EQ(aggregate<double>("max", values, part), 1e6 + 999);
    EXPECT_EQ(aggregate<std::int64_t>("count", values, part), 1000);
    EXPECT_TRUE(aggregate<bool>("any", values, part));
    EXPECT_TRUE(aggregate<bool>("all", values, part));
  }
}

TEST(Aggregator, SmallIntegersAddUpInWideOnes) {
  const std::vector<std::int8_t> values(1000, 100);
  EXPECT_EQ(aggregate<std::int64_t>("sum", values, 100), 100000);
  EXPECT_EQ(aggregate<double>("mean", values, 100), 100.0);
  const std::vector<std::uint8_t> ones(300, 255);
  EXPECT_EQ(aggregate<std::uint64_t>("sum", ones, 7), 76500u);
  const std::vector<std::int16_t> twos(40, 2);
  EXPECT_EQ(aggregate<std::int64_t>("prod", twos, 9), 1ll << 40);
}

TEST(Aggregator, SinglePrecisionAccumulatesInDouble) {
  const std::vector<float> values(10000001, 0.1f);
  EXPECT_EQ(aggregate<float>("mean", values, 1000000), 0.1f);
}

TEST(Aggregator, ComplexVarianceIsOfTheDistances) {
  const std::vector<std::complex<double>> values = {{1, 1}, {-1, 1}, {1, -1}, {-1, -1}, {0, 0}};
  for (std::size_t part : {1u, 2u, 5u})
    EXPECT_DOUBLE_EQ(aggregate<double>("var", values, part), 8.0 / 5);
}

TEST(Aggregator, NothingGivesIdentitiesAndNaN) {
  const std::vector<double> none;
  EXPECT_EQ(aggregate<double>("sum", none, 1), 0);
  EXPECT_EQ(aggregate<double>("prod", none, 1), 1);
  EXPECT_EQ(aggregate<std::int64_t>("count", none, 1), 0);
  EXPECT_FALSE(aggregate<bool>("any", none, 1));
  EXPECT_TRUE(aggregate<bool>("all", none, 1));
  for (std::string_view name : {"mean", "var", "std", "min", "max"})
    EXPECT_TRUE(std::isnan(aggregate<double>(name, none, 1))) << name;
  EXPECT_TRUE(std::isnan(aggregate<double>("var", std::vector<double>{5}, 1, {.ddof = 1})));
}

TEST(Aggregator, NaNGoesThroughArrays) {
  const std::vector<double> values = {1, NAN, 3};
  for (std::string_view name : {"sum", "mean", "var", "min", "max"})
    for (std::size_t part : {1u, 3u})
      EXPECT_TRUE(std::isnan(aggregate<double>(name, values, part))) << name;
  EXPECT_EQ(aggregate<std::int64_t>("count", values, 2), 3);
}

TEST(AggregateProgram, FoldsAlongAxesKeepingThem) {
  std::vector<std::int32_t> values(4 * 5 * 6);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int32_t>(i * i % 17);
  const Block block = block_of(values, {4, 5, 6});
  const Aggregator var = Aggregator::make("var", DType::Int32);
  const Block result = var.finish(state_of(var, block, {0, 2}));
  EXPECT_EQ(result.shape(), (Shape{1, 5, 1}));
  for (std::size_t j = 0; j < 5; ++j) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t k = 0; k < 6; ++k) sum += values[(i * 5 + j) * 6 + k];
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t k = 0; k < 6; ++k)
        squares += std::pow(values[(i * 5 + j) * 6 + k] - sum / 24, 2);
    EXPECT_NEAR(result.data_as<double>()[j], squares / 24, 1e-12);
  }
  const Aggregator count = Aggregator::make("count", DType::Int32);
  EXPECT_EQ(values_of<std::int64_t>(count.finish(state_of(count, block, {1}))),
            std::vector<std::int64_t>(24, 5));
}

TEST(AggregateProgram, FusesTheExpression) {
  const Aggregator mean = Aggregator::make("mean", DType::Bool);
  const AggregateProgram program(mean, [](TileBuilder& builder) {
    const Register index = builder.index_leaf();
    return builder.apply(OpCode::less, {index, builder.constant(std::int64_t{25}, DType::Int64)});
  });
  const auto leaf = TileProgram::Leaf::index(0, {1});
  const int axis = 0;
  const Shape shape{100};
  const AggregateState state = program.run(shape, std::span(&leaf, 1), std::span(&axis, 1));
  EXPECT_EQ(values_of<double>(mean.finish(state)), std::vector<double>{0.25});
}

TEST(Aggregator, MergesGroups) {
  const Aggregator mean = Aggregator::make("mean", DType::Float64);
  AggregateState into = mean.empty_state({4});
  const AggregateState part = {block_of<double>({10, 20}, {2}),
                               block_of<std::int64_t>({2, 5}, {2})};
  const std::int64_t first[] = {3, 1};
  const std::int64_t second[] = {3, 0};
  mean.merge_groups(into, part, first);
  mean.merge_groups(into, part, second);
  const std::vector<double> result = values_of<double>(mean.finish(into));
  EXPECT_EQ(result[0], 4);
  EXPECT_EQ(result[1], 4);
  EXPECT_TRUE(std::isnan(result[2]));
  EXPECT_EQ(result[3], 5);
}

}  // namespace
}  // namespace shoal
