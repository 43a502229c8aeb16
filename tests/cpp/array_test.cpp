#include <shoal/array.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace shoal {
namespace {

using std::complex_literals::operator""i;

template <class T>
std::vector<T> values(const Array& array) {
  const auto computed = array.compute<T>();
  return {computed.begin(), computed.end()};
}

TEST(Array, BuildingKnowsShapeDtypeAndChunks) {
  const Array x = random::random({10, 7}, {.chunks = {4, 7}});
  const Array y = (x + x(slice(0, 1)) * 2)(slice(none, none, 3), newaxis, 2);
  EXPECT_EQ(y.shape(), (Shape{4, 1}));
  EXPECT_EQ(y.chunks(), (Chunks{{2, 1, 1}, {1}}));
  EXPECT_EQ((x > 0.5).dtype(), DType::Bool);
  EXPECT_EQ((x * 1i).dtype(), DType::Complex128);
  std::ostringstream text;
  text << x;
  EXPECT_EQ(text.str(), "shoal.array<random, shape=(10, 7), dtype=float64, chunksize=(4, 7)>");
}

TEST(Array, ArithmeticWithNumbersAndArrays) {
  const Array x = arange(5, {.chunks = 2});
  EXPECT_EQ(values<std::int64_t>(3 * x + x % 2 - 1), (std::vector<std::int64_t>{-1, 3, 5, 9, 11}));
  EXPECT_EQ(values<double>(x / 2), (std::vector<double>{0, 0.5, 1, 1.5, 2}));
  EXPECT_EQ(values<double>(pow(x.astype(DType::Float64), 2)),
            (std::vector<double>{0, 1, 4, 9, 16}));
  EXPECT_EQ(values<std::int64_t>(where(x > 2, x, -x)),
            (std::vector<std::int64_t>{0, -1, -2, 3, 4}));
  EXPECT_EQ(values<std::int64_t>(maximum(x, 3)), (std::vector<std::int64_t>{3, 3, 3, 3, 4}));
}

TEST(Array, MeansOfSlicesOfTransposes) {
  const Array x = random::random({60, 60}, {.chunks = 17, .seed = 5});
  const Array z = (x + x.T())(slice(none, none, 2), slice(30)).mean(1);
  const auto whole = x.compute<double>();
  const auto means = z.compute<double>();
  ASSERT_EQ(means.shape(), (Shape{30}));
  for (int i = 0; i < 30; ++i) {
    double sum = 0;
    for (int j = 30; j < 60; ++j) sum += whole(2 * i, j) + whole(j, 2 * i);
    EXPECT_NEAR(means(i), sum / 30, 1e-13);
  }
  EXPECT_NEAR(double{x.sum().compute<double>()}, 1800, 100);
}

Array mandelbrot(int h, int w, int maxit = 20, double r = 2) {
  const Array x = linspace(-2.5, 1.5, 4 * h + 1, {.chunks = 100});
  const Array y = linspace(-1.5, 1.5, 3 * w + 1, {.chunks = 100});
  const auto [a, b] = meshgrid(x, y);
  const Array c = a + b * 1i;
  Array z = zeros_like(c);
  Array divtime = maxit + zeros(z.shape(), {.dtype = DType::Int64});
  for (int i = 0; i < maxit; ++i) {
    z = pow(z, 2) + c;
    const Array diverge = abs(z) > r;
    const Array div_now = diverge & (divtime == maxit);
    divtime[div_now] = i;
    z[diverge] = r;
  }
  return divtime;
}

TEST(Array, Mandelbrot) {
  const auto picture = mandelbrot(50, 50).compute<std::int64_t>();
  ASSERT_EQ(picture.shape(), (Shape{151, 201}));
  for (int row = 0; row < 151; ++row) {
    for (int column = 0; column < 201; ++column) {
      const double step = 4.0 / 200;
      const std::complex<double> c(column == 200 ? 1.5 : column * step - 2.5,
                                   row == 150 ? 1.5 : row * (3.0 / 150) - 1.5);
      std::complex<double> z = 0;
      std::int64_t expected = 20;
      for (int i = 0; i < 20 && expected == 20; ++i) {
        z = std::complex<double>(z.real() * z.real() - z.imag() * z.imag(),
                                 z.real() * z.imag() + z.imag() * z.real()) +
            c;
        if (std::hypot(z.real(), z.imag()) > 2) expected = i;
      }
      ASSERT_EQ(picture(row, column), expected) << row << " " << column;
    }
  }
}

TEST(Array, MemoryIsNotCopied) {
  std::vector<double> memory = {1, 2, 3, 4, 5, 6};
  const Array x = from_memory(memory.data(), {2, 3}, {1, 2});
  memory[0] = 10;
  EXPECT_EQ(values<double>(x.T().sum(1)), (std::vector<double>{14, 7, 9}));
  EXPECT_EQ(values<double>(from_span(std::span(memory), 4) * 2),
            (std::vector<double>{20, 4, 6, 8, 10, 12}));
}

TEST(Array, AssigningToMasksAndSlices) {
  Array x = arange(6, {.chunks = 4});
  const Array before = x;
  x[x > 3] = 0;
  x.at({slice(0, 2)}) = 7.9;
  EXPECT_EQ(values<std::int64_t>(x), (std::vector<std::int64_t>{7, 7, 2, 3, 0, 0}));
  EXPECT_EQ(values<std::int64_t>(before), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
}

TEST(Array, SeveralAreComputedInOneRunAndPersisted) {
  const Array x = random::random({20, 20}, {.chunks = 6}).persist();
  const std::vector<Block> blocks = compute({x.sum(), x.max(0, {.keepdims = true}), x});
  double sum = 0;
  for (double element : NDArray<double>(blocks[2])) sum += element;
  EXPECT_NEAR(double{NDArray<double>(blocks[0])}, sum, 1e-11);
  EXPECT_EQ(blocks[1].shape(), (Shape{1, 20}));
}

TEST(Array, EverySchedulerComputesTheSame) {
  const Array x = linspace(0, 1, 1001, {.chunks = 100});
  for (const char* scheduler : {"sync", "threads"}) {
    ComputeOptions options;
    options.scheduler = scheduler;
    EXPECT_EQ((x * x).compute<double>(options)(1000), 1.0);
    options.optimize = false;
    EXPECT_EQ((x * x).compute<double>(options)(500), 0.25);
  }
}

TEST(Array, ErrorsAreThrownWhileBuilding) {
  const Array x = ones({3, 4}, {.chunks = 2});
  EXPECT_THROW(x + ones({3}), ValueError);
  EXPECT_THROW(x & x, TypeError);
  EXPECT_THROW(x + std::numeric_limits<std::uint64_t>::max(), ValueError);
  EXPECT_THROW(x(3), IndexError);
  EXPECT_THROW(x(0, 0, 0), IndexError);
  EXPECT_THROW(x.sum(2), ValueError);
  EXPECT_THROW(x.rechunk({{1, 1}, -1}), ValueError);
  EXPECT_THROW(x.compute<float>(), TypeError);
  EXPECT_THROW(x.transpose({0, 0}), ValueError);
  EXPECT_THROW(elementwise("ad", {x, x}), KeyError);
  EXPECT_THROW(ones({std::int64_t{1} << 40, std::int64_t{1} << 40}, {.chunks = -1}).compute(),
               MemoryError);
}

TEST(Array, ExplainShowsOneFusedOperation) {
  const Array x = random::random({10, 10}, {.chunks = 5});
  EXPECT_NE((x + x.T()).sum().explain().find("fused(random, add -> sum"), std::string::npos);
}

}  // namespace
}  // namespace shoal
