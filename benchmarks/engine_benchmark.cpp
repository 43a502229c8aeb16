// The engine's own cost: tasks that do nothing. Items per second are tasks per second.
#include <benchmark/benchmark.h>
#include <shoal/compute.hpp>
#include <shoal/future.hpp>

#include "exec/executor.hpp"
#include "exec/scheduler_state.hpp"
#include "expr/expr.hpp"
#include "graph/order.hpp"

namespace shoal {
namespace {

KernelPtr no_op() {
  return make_kernel([](std::span<const Value>, const TaskContext&) { return Value(); });
}

struct Program {
  Graph graph;
  std::vector<TaskId> outputs;
};

// Tasks that need nothing of one another: half of them sources, half on one source each.
Program independent(std::size_t tasks) {
  Program program;
  const LayerId source = program.graph.add_layer(no_op(), "source");
  const LayerId map = program.graph.add_layer(no_op(), "map");
  program.graph.reserve(tasks, tasks / 2);
  for (std::size_t i = 0; i < tasks / 2; ++i) {
    const auto index = static_cast<std::int64_t>(i);
    const TaskId from = program.graph.add(source, index, {});
    program.outputs.push_back(program.graph.add(map, index, {from}));
  }
  return program;
}

// A reduction of eight to one over half of the tasks.
Program reduction(std::size_t tasks) {
  Program program;
  const LayerId source = program.graph.add_layer(no_op(), "source");
  const LayerId reduce = program.graph.add_layer(no_op(), "reduce");
  std::vector<TaskId> level;
  for (std::size_t i = 0; i < tasks * 7 / 8; ++i)
    level.push_back(program.graph.add(source, static_cast<std::int64_t>(i), {}));
  while (level.size() > 1) {
    std::vector<TaskId> next;
    for (std::size_t i = 0; i < level.size(); i += 8)
      next.push_back(program.graph.add(
          reduce, 0, std::span(level).subspan(i, std::min<std::size_t>(8, level.size() - i))));
    level = std::move(next);
  }
  program.outputs = level;
  return program;
}

// One task after the other.
Program chain(std::size_t tasks) {
  Program program;
  const LayerId layer = program.graph.add_layer(no_op(), "link");
  TaskId last = program.graph.add(layer, 0, {});
  for (std::size_t i = 1; i < tasks; ++i)
    last = program.graph.add(layer, static_cast<std::int64_t>(i), {last});
  program.outputs = {last};
  return program;
}

// A stencil of random reach: many edges, no structure.
Program tangle(std::size_t tasks) {
  Program program;
  const LayerId layer = program.graph.add_layer(no_op(), "tangle");
  std::uint64_t seed = 1;
  const auto below = [&](std::size_t bound) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % bound;
  };
  for (std::size_t i = 0; i < tasks; ++i) {
    std::vector<TaskId> inputs;
    for (int j = 0; j < 3 && i > 0; ++j)
      inputs.push_back(static_cast<TaskId>(i - 1 - below(std::min<std::size_t>(i, 1000))));
    program.outputs = {program.graph.add(layer, static_cast<std::int64_t>(i), inputs)};
  }
  return program;
}

void count_tasks(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

template <Program make(std::size_t)>
void BuildOrderRun(benchmark::State& state) {
  RunOptions options;
  options.num_workers = 2;
  Executor& executor = find_executor("threads");
  for (auto _ : state) {
    Program program = make(static_cast<std::size_t>(state.range(0)));
    benchmark::DoNotOptimize(executor.run(std::move(program.graph), program.outputs, options));
  }
  count_tasks(state);
}

template <Program make(std::size_t)>
void RunInline(benchmark::State& state) {
  Executor& executor = find_executor("sync");
  for (auto _ : state) {
    Program program = make(static_cast<std::size_t>(state.range(0)));
    benchmark::DoNotOptimize(executor.run(std::move(program.graph), program.outputs, {}));
  }
  count_tasks(state);
}

template <Program make(std::size_t)>
void Order(benchmark::State& state) {
  const Program program = make(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(order(program.graph, program.outputs));
  count_tasks(state);
}

template <Program make(std::size_t)>
void State(benchmark::State& state) {
  const Program program = make(static_cast<std::size_t>(state.range(0)));
  const Dependents dependents(program.graph);
  const auto ranks = order(program.graph, dependents, program.outputs);
  std::vector<TaskId> taken, released;
  for (auto _ : state) {
    SchedulerState machine(program.graph, dependents, program.outputs, ranks, 0);
    for (LayerId id = 0; id < program.graph.layer_count(); ++id) machine.set_quick(id, true);
    while (!machine.done()) {
      taken.clear();
      released.clear();
      machine.take(0, 32, taken);
      for (TaskId task : taken) machine.finished(task, 0, released);
    }
  }
  count_tasks(state);
}

void PoolSubmits(benchmark::State& state) {
  TaskPoolOptions options;
  options.num_threads = 2;
  TaskPool pool(options);
  const KernelPtr kernel = no_op();
  for (auto _ : state) {
    std::vector<AnyFuture> futures;
    futures.reserve(static_cast<std::size_t>(state.range(0)));
    for (std::int64_t i = 0; i < state.range(0); ++i) futures.push_back(pool.submit(kernel, {}, i));
    for (const AnyFuture& future : futures) future.result();
  }
  count_tasks(state);
}

void PoolRoundTrip(benchmark::State& state) {
  TaskPool pool;
  const KernelPtr kernel = no_op();
  for (auto _ : state) pool.submit(kernel).result();
}

// Expressions of one task each, as many delayed calls make them, summed by one more.
class Call final : public Operation {
 public:
  explicit Call(std::size_t number) : number_(number) {}
  std::string name() const override { return "call"; }
  void hash(Hasher& hasher) const override { hasher.number(number_); }
  void lower(const Expr&, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    std::vector<TaskId> tasks;
    for (const auto& input : inputs) tasks.push_back(input[0]);
    blocks.push_back(graph.add(graph.add_layer(no_op(), name()), 0, tasks));
  }

 private:
  std::size_t number_;
};

void ComputeExpressions(benchmark::State& state) {
  ComputeOptions options;
  options.num_workers = 2;
  for (auto _ : state) {
    std::vector<ExprPtr> calls;
    for (std::size_t i = 1; i < static_cast<std::size_t>(state.range(0)); ++i)
      calls.push_back(Expr::make(std::make_shared<Call>(i), {}, Meta(DelayedMeta{})));
    const std::vector<ExprPtr> all = {
        Expr::make(std::make_shared<Call>(0), std::move(calls), Meta(DelayedMeta{}))};
    benchmark::DoNotOptimize(compute_blocks(all, options));
  }
  count_tasks(state);
}

#define SIZES ->RangeMultiplier(10)->Range(10000, 1000000)->Unit(benchmark::kMillisecond)
BENCHMARK(BuildOrderRun<independent>) SIZES->UseRealTime();
BENCHMARK(BuildOrderRun<reduction>) SIZES->UseRealTime();
BENCHMARK(BuildOrderRun<chain>) SIZES->UseRealTime();
BENCHMARK(BuildOrderRun<tangle>) SIZES->UseRealTime();
BENCHMARK(RunInline<independent>) SIZES;
BENCHMARK(Order<independent>) SIZES;
BENCHMARK(Order<reduction>) SIZES;
BENCHMARK(Order<tangle>) SIZES;
BENCHMARK(State<independent>) SIZES;
BENCHMARK(State<reduction>) SIZES;
BENCHMARK(State<tangle>) SIZES;
BENCHMARK(ComputeExpressions)
    ->Arg(10000)
    ->Arg(100000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(PoolSubmits)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(PoolRoundTrip)->UseRealTime();

}  // namespace
}  // namespace shoal
