#include "kernels/tile_program.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "each_instruction_set.hpp"
#include "kernels/random.hpp"

namespace shoal {
namespace {

Shape c_strides(const Shape& shape, std::int64_t item) {
  Shape strides(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; item *= shape[axis]) strides[axis] = item;
  return strides;
}

// Calls function(index) for every index of shape, in row-major order.
void for_each_index(const Shape& shape, const std::function<void(const Shape&)>& function) {
  if (element_count(shape) == 0) return;
  Shape index(shape.size(), 0);
  while (true) {
    function(index);
    std::size_t axis = shape.size();
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1]) index[--axis] = 0;
    if (axis == 0) return;
  }
}

std::int64_t dot(const Shape& index, const Shape& strides) {
  return std::inner_product(index.begin(), index.end(), strides.begin(), std::int64_t{0});
}

std::string text(const Shape& shape) {
  std::string result = "(";
  for (std::int64_t extent : shape) result += std::to_string(extent) + ",";
  return result + ")";
}

const std::vector<Shape> shapes = {
    {},        {0},        {1},       {7},          {64},         {513},       {5000},
    {3, 0},    {1, 1},     {5, 7},    {200, 3},     {3, 200},     {40, 150},   {150, 40},
    {70, 700}, {130, 130}, {2, 3, 4}, {17, 2, 130}, {4, 150, 33}, {2, 1, 300}, {3, 5, 2, 19}};

// Every way to lay one leaf out over a shape.
struct Layout {
  std::string name;
  Shape strides;  // in elements
  std::int64_t first = 0;
  std::int64_t elements = 1;
};

std::vector<Layout> layouts(const Shape& shape) {
  std::vector<Layout> all;
  const std::size_t rank = shape.size();
  const std::int64_t size = std::max<std::int64_t>(1, element_count(shape));
  all.push_back({"contiguous", c_strides(shape, 1), 0, size});
  Shape reversed_shape(shape.rbegin(), shape.rend());
  Shape transposed = c_strides(reversed_shape, 1);
  all.push_back({"transposed", Shape(transposed.rbegin(), transposed.rend()), 0, size});
  Layout gaps{"every third", c_strides(shape, 3), 0, 3 * size};
  all.push_back(gaps);
  Layout transposed_gaps = all[1];
  transposed_gaps.name = "transposed, every second";
  for (auto& stride : transposed_gaps.strides) stride *= 2;
  transposed_gaps.elements *= 2;
  all.push_back(transposed_gaps);
  Layout backwards{"backwards", c_strides(shape, 1), 0, size};
  for (std::size_t axis = 0; axis < rank; ++axis) {
    backwards.first += std::max<std::int64_t>(0, shape[axis] - 1) * backwards.strides[axis];
    backwards.strides[axis] *= -1;
  }
  all.push_back(backwards);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    Shape strides = c_strides(shape, 1);
    strides[axis] = 0;
    all.push_back({"broadcast along axis " + std::to_string(axis), strides, 0, size});
  }
  all.push_back({"one element", Shape(rank, 0), 0, 1});
  return all;
}

template <class T>
class TileLeaves : public testing::Test {};
using LeafTypes = testing::Types<bool, std::int8_t, std::int16_t, float, double,
                                 std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(TileLeaves, LeafTypes);

TYPED_TEST(TileLeaves, AreReadInEveryLayout) {
  using T = TypeParam;
  using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
  constexpr auto item = static_cast<std::int64_t>(sizeof(T));
  TileBuilder builder;
  const Register x = builder.memory_leaf(dtype_of<T>());
  const Register y = builder.memory_leaf(dtype_of<T>());
  builder.add_output(builder.apply(OpCode::add, {x, y}));
  builder.add_output(x);
  const TileProgram program = builder.build();
  for (const Shape& shape : shapes) {
    for (const Layout& layout : layouts(shape)) {
      SCOPED_TRACE(text(shape) + " " + layout.name);
      const auto total = static_cast<std::size_t>(layout.elements);
      std::vector<Stored> memory(total);
      for (std::size_t i = 0; i < total; ++i)
        memory[i] = std::is_same_v<T, bool> ? static_cast<Stored>(i % 3 == 1)
                                            : static_cast<Stored>(static_cast<int>(i % 50));
      const auto plain = static_cast<std::size_t>(element_count(shape));
      std::vector<Stored> other(plain + 1, static_cast<Stored>(1));
      std::vector<Stored> sum(plain + 1), copy(plain + 1);
      const auto in_bytes = [&](Shape strides) {
        for (auto& stride : strides) stride *= item;
        return strides;
      };
      const TileProgram::Leaf leaves[] = {
          TileProgram::Leaf::memory(memory.data() + layout.first, in_bytes(layout.strides)),
          TileProgram::Leaf::memory(other.data(), c_strides(shape, item))};
      const TileProgram::Output outputs[] = {{sum.data(), c_strides(shape, item)},
                                             {copy.data(), c_strides(shape, item)}};
      program.run(shape, leaves, outputs);
      std::size_t at = 0;
      for_each_index(shape, [&](const Shape& index) {
        const Stored want =
            memory[static_cast<std::size_t>(layout.first + dot(index, layout.strides))];
        EXPECT_EQ(copy[at], want) << text(index);
        const Stored more =
            std::is_same_v<T, bool> ? Stored(1) : static_cast<Stored>(want + Stored(1));
        EXPECT_EQ(sum[at], more);
        ++at;
      });
      EXPECT_EQ(copy[plain], Stored()) << "wrote beyond the end";
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(TileOutputs, AreWrittenThroughStrides) {
  TileBuilder builder;
  builder.add_output(builder.apply(OpCode::negative, {builder.memory_leaf(DType::Float64)}));
  const TileProgram program = builder.build();
  for (const Shape& shape : shapes) {
    const auto size = static_cast<std::size_t>(element_count(shape));
    std::vector<double> memory(size), result(2 * size + 1, 0.5);
    std::iota(memory.begin(), memory.end(), 1.0);
    const auto leaf = TileProgram::Leaf::memory(memory.data(), c_strides(shape, 8));
    const TileProgram::Output output{result.data(), c_strides(shape, 16)};
    program.run(shape, std::span(&leaf, 1), std::span(&output, 1));
    for (std::size_t i = 0; i < size; ++i) {
      ASSERT_EQ(result[2 * i], -memory[i]) << text(shape);
      ASSERT_EQ(result[2 * i + 1], 0.5) << "a gap was written, " << text(shape);
    }
  }
}

// Leaves that are functions of an element's number: every affine map gives the same numbers.
TEST(GeneratedLeaves, DependOnTheElementsNumberAlone) {
  constexpr std::uint64_t seed = 99;
  TileBuilder builder;
  builder.add_output(builder.random_leaf(seed));
  builder.add_output(builder.index_leaf());
  const TileProgram program = builder.build();
  for (const Shape& shape : shapes) {
    for (const Layout& layout : layouts(shape)) {
      for (std::int64_t base : {0, 5, 16, 1000003}) {
        SCOPED_TRACE(text(shape) + " " + layout.name + " from " + std::to_string(base));
        const auto size = static_cast<std::size_t>(element_count(shape));
        std::vector<double> random(size);
        std::vector<std::int64_t> number(size);
        const auto leaf = TileProgram::Leaf::index(base + layout.first, layout.strides);
        const TileProgram::Leaf leaves[] = {leaf, leaf};
        const TileProgram::Output outputs[] = {{random.data(), c_strides(shape, 8)},
                                               {number.data(), c_strides(shape, 8)}};
        program.run(shape, leaves, outputs);
        const auto range = static_cast<std::size_t>(base + layout.elements) / random_group + 1;
        std::vector<double> all(range * random_group);
        random_groups(seed, 0, range, all.data());
        std::size_t at = 0;
        for_each_index(shape, [&](const Shape& index) {
          const std::int64_t want = base + layout.first + dot(index, layout.strides);
          ASSERT_EQ(number[at], want);
          ASSERT_EQ(random[at], all[static_cast<std::size_t>(want)]) << text(index);
          ++at;
        });
        if (HasFailure()) return;
      }
    }
  }
}

std::vector<std::vector<int>> axis_subsets(std::size_t rank) {
  std::vector<std::vector<int>> subsets;
  for (unsigned mask = 0; mask < 1u << rank; ++mask) {
    std::vector<int> axes;
    for (std::size_t axis = 0; axis < rank; ++axis)
      if (mask >> axis & 1) axes.push_back(static_cast<int>(axis));
    subsets.push_back(axes);
  }
  return subsets;
}

template <class T>
T fold_reference(Fold fold, T a, T b) {
  if constexpr (std::is_same_v<T, std::complex<double>>) {
    return fold == Fold::Sum ? a + b : a * b;
  } else {
    switch (fold) {
      case Fold::Sum: return static_cast<T>(a + b);
      case Fold::Prod: return static_cast<T>(a * b);
      case Fold::Min: return a != a || a < b ? a : b;
      case Fold::Max: return a != a || a > b ? a : b;
      case Fold::Any: return a || b;
      case Fold::All: return a && b;
    }
    return a;
  }
}

// Whole numbers, so that sums and products do not depend on the order.
template <class T>
void check_folds(std::initializer_list<Fold> folds) {
  using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
  constexpr auto item = static_cast<std::int64_t>(sizeof(T));
  for (const Shape& shape : shapes) {
    for (const Layout& layout : layouts(shape)) {
      if (layout.name == "every third" || layout.name == "backwards") continue;
      std::vector<Stored> memory(static_cast<std::size_t>(layout.elements));
      for (std::size_t i = 0; i < memory.size(); ++i) {
        const std::size_t scrambled = i * 2654435761u % 1000;
        if constexpr (std::is_same_v<T, bool>) memory[i] = scrambled < 20 ? 1 : 0;
        else if constexpr (std::is_same_v<T, std::complex<double>>)
          memory[i] = scrambled % 3 ? T(0, 1) : T(-1, 0);  // products stay on the unit circle
        else memory[i] = static_cast<T>(scrambled < 3 ? 2 : scrambled % 2 ? 1 : -1);
      }
      Shape byte_strides = layout.strides;
      for (auto& stride : byte_strides) stride *= item;
      for (const std::vector<int>& axes : axis_subsets(shape.size())) {
        Shape kept = shape;
        for (int axis : axes) kept[static_cast<std::size_t>(axis)] = 1;
        Shape strides = c_strides(kept, item);
        Shape element_strides = c_strides(kept, 1);
        for (int axis : axes) element_strides[static_cast<std::size_t>(axis)] = 0;
        const auto size = static_cast<std::size_t>(element_count(kept));
        TileBuilder builder;
        const Register x = builder.memory_leaf(dtype_of<T>());
        std::vector<std::vector<Stored>> results;
        std::vector<TileProgram::Output> outputs;
        std::vector<std::vector<T>> wanted;
        for (Fold fold : folds) {
          builder.add_fold(fold, x);
          results.emplace_back(size + 1);
          outputs.push_back({results.back().data(), strides});
          T identity{};
          std::visit(
              [&](auto scalar) {
                if constexpr (std::is_convertible_v<decltype(scalar), T>)
                  identity = static_cast<T>(scalar);
              },
              fold_identity(fold, dtype_of<T>()));
          wanted.emplace_back(size, identity);
        }
        const TileProgram program = builder.build();
        const auto leaf = TileProgram::Leaf::memory(memory.data() + layout.first, byte_strides);
        program.run(shape, std::span(&leaf, 1), outputs, axes);
        std::size_t number = 0;
        for (Fold fold : folds) {
          auto& want = wanted[number];
          for_each_index(shape, [&](const Shape& index) {
            const auto to = static_cast<std::size_t>(dot(index, element_strides));
            want[to] = fold_reference<T>(
                fold, want[to],
                static_cast<T>(
                    memory[static_cast<std::size_t>(layout.first + dot(index, layout.strides))]));
          });
          for (std::size_t i = 0; i < size; ++i)
            ASSERT_EQ(static_cast<T>(results[number][i]), want[i])
                << text(shape) << " " << layout.name << " fold " << static_cast<int>(fold)
                << " over " << testing::PrintToString(axes) << " element " << i;
          ++number;
        }
      }
    }
  }
}

TEST(Folds, OfFloat64OverAnyAxes) {
  check_folds<double>({Fold::Sum, Fold::Prod, Fold::Min, Fold::Max});
}
TEST(Folds, OfFloat32OverAnyAxes) { check_folds<float>({Fold::Sum, Fold::Max}); }
TEST(Folds, OfInt64OverAnyAxes) { check_folds<std::int64_t>({Fold::Sum, Fold::Min, Fold::Max}); }
TEST(Folds, OfInt8OverAnyAxes) { check_folds<std::int8_t>({Fold::Min, Fold::Max}); }
TEST(Folds, OfComplexOverAnyAxes) { check_folds<std::complex<double>>({Fold::Sum, Fold::Prod}); }
TEST(Folds, OfBoolOverAnyAxes) { check_folds<bool>({Fold::Any, Fold::All}); }

double fold_all(Fold fold, const std::vector<double>& values) {
  TileBuilder builder;
  builder.add_fold(fold, builder.memory_leaf(DType::Float64));
  double result = 0;
  const auto leaf = TileProgram::Leaf::memory(values.data(), {8});
  const TileProgram::Output output{&result, {0}};
  const int axis = 0;
  const auto extent = static_cast<std::int64_t>(values.size());
  builder.build().run(std::span(&extent, 1), std::span(&leaf, 1), std::span(&output, 1),
                      std::span(&axis, 1));
  return result;
}

TEST(Folds, MinAndMaxPropagateNaN) {
  for (std::size_t length : {1u, 8u, 65u, 3000u}) {
    for (std::size_t at : {std::size_t{0}, length / 2, length - 1}) {
      std::vector<double> values(length, 1.0);
      values[at] = NAN;
      EXPECT_TRUE(std::isnan(fold_all(Fold::Min, values))) << length << " " << at;
      EXPECT_TRUE(std::isnan(fold_all(Fold::Max, values))) << length << " " << at;
    }
  }
}

TEST(Folds, SumsAreAccurate) {
  constexpr std::size_t length = 3000001;
  std::vector<double> values(length);
  long double exact = 0;
  for (std::size_t i = 0; i < length; ++i) {
    values[i] = 0.1 + static_cast<double>(i % 1000) * 1e-3;
    exact += values[i];
  }
  const double sum = fold_all(Fold::Sum, values);
  EXPECT_LE(std::abs(sum - static_cast<double>(exact)), 4e-16 * static_cast<double>(exact));
  EXPECT_EQ(fold_all(Fold::Sum, {1e308, 1e308, 1}), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(fold_all(Fold::Sum, {INFINITY, -INFINITY})));
}

// ---- the compiler ----

TEST(TileBuilder, ComputesEqualOperationsOnce) {
  TileBuilder builder;
  const Register x = builder.memory_leaf(DType::Float64);
  const Register y = builder.memory_leaf(DType::Float64);
  const Register a = builder.apply(OpCode::add, {x, y});
  const Register b = builder.apply(OpCode::add, {x, y});
  EXPECT_EQ(a, b);
  EXPECT_EQ(builder.constant(2.0, DType::Float64),
            builder.constant(std::int64_t{2}, DType::Float64));
  EXPECT_NE(builder.constant(0.0, DType::Float64), builder.constant(-0.0, DType::Float64));
  builder.add_output(builder.apply(OpCode::multiply, {a, b}));
  EXPECT_EQ(builder.build().instruction_count(), 2u);
}

TEST(TileBuilder, ComputesConstantsAtBuildTimeAndDropsWhatIsNotNeeded) {
  TileBuilder builder;
  const Register x = builder.memory_leaf(DType::Complex128);
  const Register two = builder.constant(std::int64_t{2}, DType::Int64);
  const Register four =
      builder.cast(builder.apply(OpCode::multiply, {two, two}), DType::Complex128);
  EXPECT_EQ(four, builder.constant(4.0, DType::Complex128));
  builder.apply(OpCode::exp, {x});
  builder.add_output(builder.apply(OpCode::add, {x, four}));
  EXPECT_EQ(builder.build().instruction_count(), 1u);
}

TEST(TileBuilder, AConstantIsAnOutput) {
  TileBuilder builder;
  builder.add_output(builder.constant(std::complex<double>(1, -2), DType::Complex64));
  builder.add_output(builder.constant(true, DType::Bool));
  const TileProgram program = builder.build();
  std::vector<std::complex<float>> numbers(100);
  bool flags[100] = {};
  const Shape shape{100};
  const TileProgram::Output outputs[] = {{numbers.data(), {8}}, {flags, {1}}};
  program.run(shape, {}, outputs);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(numbers[i], std::complex<float>(1, -2));
    EXPECT_TRUE(flags[i]);
  }
}

TEST(TileBuilder, LongChainsNeedFewTiles) {
  TileBuilder builder;
  const Register x = builder.memory_leaf(DType::Float64);
  Register y = x;
  for (int i = 1; i <= 5000; ++i)
    y = builder.apply(OpCode::add, {builder.apply(OpCode::multiply, {y, x}),
                                    builder.constant(static_cast<double>(i), DType::Float64)});
  builder.add_output(y);
  const TileProgram program = builder.build();
  EXPECT_EQ(program.instruction_count(), 10000u);
  EXPECT_LE(program.tile_count(), 3u);
  std::vector<double> in(700), out(700);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<double>(i % 3) - 1;
  const Shape shape{700};
  const auto leaf = TileProgram::Leaf::memory(in.data(), {8});
  const TileProgram::Output output{out.data(), {8}};
  program.run(shape, std::span(&leaf, 1), std::span(&output, 1));
  for (std::size_t i = 0; i < in.size(); ++i) {
    double want = in[i];
    for (int k = 1; k <= 5000; ++k) want = want * in[i] + k;
    ASSERT_EQ(out[i], want);
  }
}

TEST(TileBuilder, WideTreesNeedFewTiles) {
  TileBuilder builder;
  Register total = builder.memory_leaf(DType::Float64);
  for (int i = 0; i < 300; ++i) {
    const Register leaf = builder.memory_leaf(DType::Float64);
    total = builder.apply(OpCode::add, {total, builder.apply(OpCode::multiply, {leaf, leaf})});
  }
  builder.add_output(total);
  EXPECT_LE(builder.build().tile_count(), 3u);
}

TEST(TileBuilder, TellsMisuse) {
  TileBuilder builder;
  const Register x = builder.memory_leaf(DType::Float64);
  EXPECT_THROW(builder.build(), InternalError);
  EXPECT_THROW(builder.apply(OpCode::add, {x, Register{77}}), InternalError);
  EXPECT_THROW(builder.apply(OpCode::invert, {x}), TypeError);
  builder.add_output(x);
  EXPECT_THROW(builder.add_fold(Fold::Sum, x), InternalError);
  const Shape shape{3};
  EXPECT_THROW(builder.build().run(shape, {}, {}), InternalError);
}

// The lesson's program against plain loops, to the last bit.
TEST(TileProgram, Mandelbrot) {
  constexpr int maxit = 20;
  constexpr std::int64_t height = 151, width = 201;
  TileBuilder builder;
  const Register x = builder.memory_leaf(DType::Float64);
  const Register y = builder.memory_leaf(DType::Float64);
  const Register c = builder.apply(
      OpCode::add,
      {x, builder.apply(OpCode::multiply,
                        {y, builder.constant(std::complex<double>(0, 1), DType::Complex128)})});
  Register z = builder.constant(0.0, DType::Complex128);
  Register divtime = builder.constant(std::int64_t{maxit}, DType::Int64);
  for (int i = 0; i < maxit; ++i) {
    const Register two = builder.constant(std::int64_t{2}, DType::Complex128);
    z = builder.apply(OpCode::add, {builder.apply(OpCode::power, {z, two}), c});
    const Register diverge = builder.apply(
        OpCode::greater,
        {builder.apply(OpCode::absolute, {z}), builder.constant(2.0, DType::Float64)});
    const Register still = builder.apply(
        OpCode::equal, {divtime, builder.constant(std::int64_t{maxit}, DType::Int64)});
    divtime =
        builder.apply(OpCode::where, {builder.apply(OpCode::bitwise_and, {diverge, still}),
                                      builder.constant(std::int64_t{i}, DType::Int64), divtime});
    z = builder.apply(OpCode::where, {diverge, two, z});
  }
  builder.add_output(divtime);
  const TileProgram program = builder.build();
  EXPECT_LE(program.tile_count(), 10u);
  std::vector<double> xs(width), ys(height);
  for (std::int64_t i = 0; i < width; ++i)
    xs[static_cast<std::size_t>(i)] = -2.5 + 0.02 * static_cast<double>(i);
  for (std::int64_t i = 0; i < height; ++i)
    ys[static_cast<std::size_t>(i)] = -1.5 + 0.02 * static_cast<double>(i);
  std::vector<std::int64_t> picture(height * width);
  const TileProgram::Leaf leaves[] = {TileProgram::Leaf::memory(xs.data(), {0, 8}),
                                      TileProgram::Leaf::memory(ys.data(), {8, 0})};
  const TileProgram::Output output{picture.data(), {width * 8, 8}};
  program.run(Shape{height, width}, leaves, std::span(&output, 1));
  for (std::size_t row = 0; row < height; ++row) {
    for (std::size_t column = 0; column < width; ++column) {
      double re = 0, im = 0;
      std::int64_t want = maxit;
      for (int i = 0; i < maxit; ++i) {
        const double next_re = std::fma(re, re, -(im * im)) + xs[column];
        im = std::fma(re, im, im * re) + ys[row];
        re = next_re;
        const double larger = std::max(std::abs(re), std::abs(im));
        const double ratio = larger == 0 ? 0 : std::min(std::abs(re), std::abs(im)) / larger;
        if (std::sqrt(std::fma(ratio, ratio, 1.0)) * larger > 2) {
          if (want == maxit) want = i;
          re = 2;
          im = 0;
        }
      }
      ASSERT_EQ(picture[row * width + column], want) << row << ", " << column;
    }
  }
}

}  // namespace
}  // namespace shoal
