// Tile programs on one core: generated numbers, memory, transposed memory, and the lesson's
// Mandelbrot set. Items per second are elements (of the Mandelbrot set: pixels times iterations).
#include <benchmark/benchmark.h>

#include <vector>

#include "kernels/tile_program.hpp"

namespace shoal {
namespace {

void random_sum(benchmark::State& state) {
  TileBuilder builder;
  builder.add_fold(Fold::Sum, builder.random_leaf(7));
  const TileProgram program = builder.build();
  const Shape shape{1000, 1000};
  const auto leaf = TileProgram::Leaf::index(0, {10000, 1});
  double sum = 0;
  const TileProgram::Output output{&sum, {0, 0}};
  const int axes[] = {0, 1};
  for (auto _ : state) program.run(shape, std::span(&leaf, 1), std::span(&output, 1), axes);
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * element_count(shape));
}
BENCHMARK(random_sum);

void random_plus_its_transpose(benchmark::State& state) {
  TileBuilder builder;
  builder.add_fold(Fold::Sum,
                   builder.apply(OpCode::add, {builder.random_leaf(7), builder.random_leaf(7)}));
  const TileProgram program = builder.build();
  const Shape shape{1000, 1000};
  const TileProgram::Leaf leaves[] = {TileProgram::Leaf::index(0, {10000, 1}),
                                      TileProgram::Leaf::index(0, {1, 10000})};
  std::vector<double> sums(1000);
  const TileProgram::Output output{sums.data(), {8, 0}};
  const int axis = 1;
  for (auto _ : state) program.run(shape, leaves, std::span(&output, 1), std::span(&axis, 1));
  state.SetItemsProcessed(state.iterations() * element_count(shape));
}
BENCHMARK(random_plus_its_transpose);

// sum(2 * x + 1), of memory that fits the L2 cache and of memory that fits none.
void scaled_sum(benchmark::State& state) {
  TileBuilder builder;
  const Register x = builder.memory_leaf(DType::Float64);
  const Register twice =
      builder.apply(OpCode::multiply, {x, builder.constant(2.0, DType::Float64)});
  builder.add_fold(Fold::Sum,
                   builder.apply(OpCode::add, {twice, builder.constant(1.0, DType::Float64)}));
  const TileProgram program = builder.build();
  const std::vector<double> memory(static_cast<std::size_t>(state.range(0)), 0.5);
  const auto leaf = TileProgram::Leaf::memory(memory.data(), {8});
  double sum = 0;
  const TileProgram::Output output{&sum, {0}};
  const int axis = 0;
  for (auto _ : state)
    program.run(Shape{state.range(0)}, std::span(&leaf, 1), std::span(&output, 1),
                std::span(&axis, 1));
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * state.range(0) * 8);
}
BENCHMARK(scaled_sum)->Arg(1 << 14)->Arg(50'000'000);

void memory_plus_its_transpose(benchmark::State& state) {
  TileBuilder builder;
  builder.add_output(builder.apply(
      OpCode::add, {builder.memory_leaf(DType::Float64), builder.memory_leaf(DType::Float64)}));
  const TileProgram program = builder.build();
  const std::int64_t side = state.range(0);
  const std::vector<double> memory(static_cast<std::size_t>(side * side), 0.5);
  std::vector<double> result(memory.size());
  const TileProgram::Leaf leaves[] = {TileProgram::Leaf::memory(memory.data(), {8 * side, 8}),
                                      TileProgram::Leaf::memory(memory.data(), {8, 8 * side})};
  const TileProgram::Output output{result.data(), {8 * side, 8}};
  for (auto _ : state) program.run(Shape{side, side}, leaves, std::span(&output, 1));
  state.SetItemsProcessed(state.iterations() * side * side);
}
BENCHMARK(memory_plus_its_transpose)->Arg(1000)->Arg(4000);

void mandelbrot(benchmark::State& state) {
  constexpr int iterations = 20;
  constexpr std::int64_t height = 1501, width = 2001;
  TileBuilder builder;
  const auto number = [&](Scalar value, DType dtype) { return builder.constant(value, dtype); };
  const Register x = builder.memory_leaf(DType::Float64);
  const Register y = builder.memory_leaf(DType::Float64);
  const Register i = number(std::complex<double>(0, 1), DType::Complex128);
  const Register c = builder.apply(OpCode::add, {x, builder.apply(OpCode::multiply, {y, i})});
  const Register two = number(2.0, DType::Complex128);
  const Register never = number(std::int64_t{iterations}, DType::Int64);
  Register z = number(0.0, DType::Complex128);
  Register divtime = never;
  for (int step = 0; step < iterations; ++step) {
    z = builder.apply(OpCode::add, {builder.apply(OpCode::power, {z, two}), c});
    const Register modulus = builder.apply(OpCode::absolute, {z});
    const Register diverge = builder.apply(OpCode::greater, {modulus, number(2.0, DType::Float64)});
    const Register now = builder.apply(OpCode::bitwise_and,
                                       {diverge, builder.apply(OpCode::equal, {divtime, never})});
    divtime =
        builder.apply(OpCode::where, {now, number(std::int64_t{step}, DType::Int64), divtime});
    z = builder.apply(OpCode::where, {diverge, two, z});
  }
  builder.add_output(divtime);
  const TileProgram program = builder.build();
  std::vector<double> xs(width), ys(height);
  for (std::size_t k = 0; k < width; ++k) xs[k] = -2.5 + 0.002 * static_cast<double>(k);
  for (std::size_t k = 0; k < height; ++k) ys[k] = -1.5 + 0.002 * static_cast<double>(k);
  std::vector<std::int64_t> picture(height * width);
  const TileProgram::Leaf leaves[] = {TileProgram::Leaf::memory(xs.data(), {0, 8}),
                                      TileProgram::Leaf::memory(ys.data(), {8, 0})};
  const TileProgram::Output output{picture.data(), {8 * width, 8}};
  for (auto _ : state) program.run(Shape{height, width}, leaves, std::span(&output, 1));
  state.SetItemsProcessed(state.iterations() * height * width * iterations);
}
BENCHMARK(mandelbrot)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace shoal
