#include <gtest/gtest.h>
#include <shoal/future.hpp>

#include <atomic>
#include <barrier>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include "exec/executor.hpp"

namespace shoal {
namespace {

using namespace std::chrono_literals;

template <class Function>
KernelPtr kernel_of(Function function) {
  return make_kernel([function](std::span<const Value> inputs, const TaskContext& context) {
    return function(inputs, context);
  });
}
KernelPtr number(int value) {
  return kernel_of([value](auto, auto&) { return Value::of(value); });
}
KernelPtr sum() {
  return kernel_of([](std::span<const Value> inputs, auto&) {
    int total = 0;
    for (const Value& input : inputs) total += input.as<int>();
    return Value::of(total);
  });
}
// A task that runs until told to go on.
struct Gate {
  std::promise<void> opened;
  std::shared_future<void> open = opened.get_future().share();
  std::atomic<bool> entered = false;
  KernelPtr kernel() {
    return kernel_of([this](auto, auto&) {
      entered = true;
      open.wait();
      return Value::of(1);
    });
  }
  void wait_until_entered() const {
    while (!entered) std::this_thread::yield();
  }
};
TaskPool pool_of(int threads) {
  TaskPoolOptions options;
  options.num_threads = threads;
  return TaskPool(options);
}

TEST(AnyFuture, IsReadyOrFailedFromTheStart) {
  EXPECT_FALSE(AnyFuture().valid());
  const AnyFuture ready = AnyFuture::ready(Value::of(3));
  EXPECT_EQ(ready.status(), FutureStatus::Finished);
  EXPECT_TRUE(ready.wait());
  EXPECT_EQ(ready.result().as<int>(), 3);
  EXPECT_EQ(ready.exception(), nullptr);
  const AnyFuture failed = AnyFuture::failed(std::make_exception_ptr(KeyError("x")));
  EXPECT_EQ(failed.status(), FutureStatus::Error);
  EXPECT_THROW(failed.result(), KeyError);
  EXPECT_NE(failed.exception(), nullptr);
}

TEST(AnyFuture, WaitsNoLongerThanTheTimeout) {
  AnyPromise promise;
  EXPECT_FALSE(promise.future().wait(0.0));
  EXPECT_FALSE(promise.future().wait(0.01));
  promise.set_value(Value::of(1));
  EXPECT_TRUE(promise.future().wait(0.0));
  EXPECT_TRUE(promise.future().wait(1e300));
}

TEST(AnyFuture, WaitingCanBeInterrupted) {
  AnyPromise promise;
  int polls = 0;
  EXPECT_THROW(promise.future().wait(std::nullopt, [&] { return ++polls == 3; }), Cancelled);
  EXPECT_EQ(promise.future().status(), FutureStatus::Pending);
}

TEST(AnyFuture, CallsBackOnce) {
  AnyPromise promise;
  int before = 0, after = 0;
  promise.future().on_done([&] { ++before; });
  EXPECT_EQ(before, 0);
  promise.set_value(Value::of(1));
  promise.set_value(Value::of(2));
  promise.future().on_done([&] { ++after; });
  EXPECT_EQ(before, 1);
  EXPECT_EQ(after, 1);
  EXPECT_EQ(promise.future().result().as<int>(), 1);
}

TEST(AnyFuture, CancelStopsOnlyWhatIsPending) {
  AnyPromise pending;
  EXPECT_TRUE(pending.future().cancel());
  EXPECT_FALSE(pending.start());
  EXPECT_EQ(pending.future().status(), FutureStatus::Cancelled);
  EXPECT_THROW(pending.future().result(), Cancelled);
  AnyPromise running;
  EXPECT_TRUE(running.start());
  EXPECT_FALSE(running.future().cancel());
  running.set_value(Value::of(1));
  EXPECT_FALSE(running.future().cancel());
}

TEST(AnyPromise, DroppedUnfulfilledFailsItsFuture) {
  AnyFuture future;
  {
    AnyPromise promise;
    future = promise.future();
  }
  EXPECT_THROW(future.result(), InternalError);
}

TEST(TaskPool, RunsTasksOnTheirDependenciesValues) {
  for (int threads : {1, 2, 4}) {
    TaskPool pool = pool_of(threads);
    EXPECT_EQ(pool.num_threads(), threads);
    std::vector<AnyFuture> numbers;
    for (int i = 1; i <= 100; ++i) numbers.push_back(pool.submit(number(i)));
    EXPECT_EQ(pool.submit(sum(), numbers).result().as<int>(), 5050);
    EXPECT_EQ(pool.submit(sum(), {numbers[2], numbers[2]}).result().as<int>(), 6);
  }
}

TEST(TaskPool, PassesTheIndexAndTheEnvironment) {
  struct Environment final : RunEnvironment {};
  TaskPoolOptions options;
  options.environment = std::make_shared<const Environment>();
  const auto* expected = options.environment.get();
  TaskPool pool(options);
  const auto kernel = kernel_of([expected](auto, const TaskContext& context) {
    return Value::of(context.environment == expected ? context.index : -1);
  });
  EXPECT_EQ(pool.submit(kernel, {}, 7).result().as<std::int64_t>(), 7);
}

TEST(TaskPool, AFailureReachesAllThatDependOnIt) {
  struct Custom {
    int code;
  };
  TaskPool pool = pool_of(2);
  AnyFuture future = pool.submit(kernel_of([](auto, auto&) -> Value { throw Custom{5}; }));
  for (int i = 0; i < 100000; ++i) future = pool.submit(sum(), {future});  // no deep recursion
  try {
    future.result();
    FAIL() << "no exception";
  } catch (const Custom& custom) {
    EXPECT_EQ(custom.code, 5);
  }
  EXPECT_EQ(future.status(), FutureStatus::Error);
}

TEST(TaskPool, ACancelledTaskNeverStartsNorItsUsers) {
  TaskPool pool = pool_of(1);
  Gate gate;
  std::atomic<bool> ran = false;
  const AnyFuture first = pool.submit(gate.kernel());
  gate.wait_until_entered();
  const AnyFuture second = pool.submit(kernel_of([&](auto, auto&) {
    ran = true;
    return Value::of(1);
  }));
  const AnyFuture third = pool.submit(sum(), {second});
  EXPECT_FALSE(first.cancel());
  EXPECT_EQ(first.status(), FutureStatus::Running);
  EXPECT_TRUE(second.cancel());
  gate.opened.set_value();
  EXPECT_THROW(third.result(), Cancelled);
  EXPECT_EQ(third.status(), FutureStatus::Cancelled);
  EXPECT_EQ(first.result().as<int>(), 1);
  pool.shutdown();
  EXPECT_FALSE(ran);
}

TEST(TaskPool, RunsByPriorityThenInOrderOfSubmission) {
  TaskPool pool = pool_of(1);
  Gate gate;
  pool.submit(gate.kernel());
  gate.wait_until_entered();
  std::vector<std::int64_t> ran;
  const auto note = kernel_of([&](auto, const TaskContext& context) {
    ran.push_back(context.index);
    return Value();
  });
  const std::vector<int> priorities = {0, 2, -1, 0, 2, 1};
  std::vector<AnyFuture> futures;
  for (std::size_t i = 0; i < priorities.size(); ++i)
    futures.push_back(pool.submit(note, {}, static_cast<std::int64_t>(i), priorities[i]));
  gate.opened.set_value();
  for (const auto& future : futures) future.result();
  EXPECT_EQ(ran, (std::vector<std::int64_t>{1, 4, 5, 0, 3, 2}));
}

TEST(TaskPool, TasksThatWaitForOthersDoNotBlockThePool) {
  TaskPool pool = pool_of(1);
  std::function<int(int)> fibonacci = [&](int n) {
    if (n < 2) return n;
    const auto branch = [&](int m) {
      return pool.submit(
          kernel_of([&fibonacci, m](auto, auto&) { return Value::of(fibonacci(m)); }));
    };
    const AnyFuture a = branch(n - 1), b = branch(n - 2);
    return a.result().as<int>() + b.result().as<int>();
  };
  const AnyFuture result =
      pool.submit(kernel_of([&](auto, auto&) { return Value::of(fibonacci(8)); }));
  EXPECT_EQ(result.result().as<int>(), 21);
}

TEST(TaskPool, ATaskMayRunAGraphWhoseTasksWaitForThePool) {
  TaskPool pool = pool_of(1);
  for (const char* executor : {"sync", "threads"}) {
    const auto outer = kernel_of([&](auto, auto&) {
      Graph graph;
      const LayerId layer =
          graph.add_layer(kernel_of([&](auto, const TaskContext& context) {
                            return pool.submit(number(static_cast<int>(context.index))).result();
                          }),
                          "wait");
      std::vector<TaskId> outputs;
      for (int i = 0; i < 10; ++i) outputs.push_back(graph.add(layer, i, {}));
      int total = 0;
      RunOptions options;
      options.num_workers = 2;
      for (const Value& value : find_executor(executor).run(std::move(graph), outputs, options))
        total += value.as<int>();
      return Value::of(total);
    });
    EXPECT_EQ(pool.submit(outer).result().as<int>(), 45);
  }
}

TEST(TaskPool, NoMoreTasksRunAtATimeThanThreads) {
  TaskPool pool = pool_of(2);
  std::atomic<int> running = 0, most = 0;
  const auto kernel = kernel_of([&](auto, auto&) {
    const int now = ++running;
    if (now > most) most = now;
    std::this_thread::sleep_for(100us);
    --running;
    return Value();
  });
  std::vector<AnyFuture> futures;
  for (int i = 0; i < 100; ++i) futures.push_back(pool.submit(kernel));
  for (const auto& future : futures) future.result();
  EXPECT_LE(most, 2);
}

TEST(TaskPool, TasksRunAtTheSameTime) {
  TaskPool pool = pool_of(3);
  std::barrier together(3);
  const auto kernel = kernel_of([&](auto, auto&) {
    together.arrive_and_wait();
    return Value();
  });
  std::vector<AnyFuture> futures;
  for (int i = 0; i < 9; ++i) futures.push_back(pool.submit(kernel));
  for (const auto& future : futures) future.result();
}

TEST(TaskPool, ResultsLiveWhileAFutureRefersToThem) {
  TaskPool pool = pool_of(1);
  auto token = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = token;
  AnyFuture future = pool.submit(kernel_of([token](auto, auto&) { return Value::of(token); }));
  token.reset();
  AnyFuture user = pool.submit(kernel_of([](auto, auto&) { return Value(); }), {future});
  user.result();
  EXPECT_FALSE(watched.expired());
  future = AnyFuture();
  // `user` ran on the result, but does not keep it.
  EXPECT_TRUE(watched.expired());
}

TEST(TaskPool, ShutdownCancelsWhatIsPendingAndWaitsForWhatRuns) {
  TaskPool pool = pool_of(1);
  Gate gate;
  std::atomic<bool> ended = false;
  const AnyFuture running = pool.submit(gate.kernel());
  running.on_done([&] { ended = true; });
  gate.wait_until_entered();
  const AnyFuture pending = pool.submit(number(1));
  AnyPromise never;
  const AnyFuture waiting = pool.submit(sum(), {never.future()});
  pool.shutdown(false);
  EXPECT_EQ(pending.status(), FutureStatus::Cancelled);
  EXPECT_EQ(waiting.status(), FutureStatus::Cancelled);
  EXPECT_THROW(pool.submit(number(1)), ValueError);
  gate.opened.set_value();
  pool.shutdown(true);
  EXPECT_TRUE(ended);
  EXPECT_EQ(running.status(), FutureStatus::Finished);
}

TEST(TaskPool, ShutdownFromItsOwnTaskDoesNotWaitForItself) {
  TaskPool pool = pool_of(1);
  pool.submit(kernel_of([&](auto, auto&) {
        pool.shutdown(true);
        return Value();
      }))
      .result();
}

TEST(TaskPool, NegativeThreadsAreRefused) { EXPECT_THROW(pool_of(-1), ValueError); }

class CountingResource final : public Resource {
 public:
  void acquire() override {
    mutex.lock();
    held = true;
    ++acquired;
  }
  void release() override {
    held = false;
    mutex.unlock();
  }
  std::mutex mutex;
  bool held = false;
  std::atomic<int> acquired = 0;
};
class ResourceKernel final : public Kernel {
 public:
  explicit ResourceKernel(CountingResource& resource) : resource_(resource) {}
  Value run(std::span<const Value>, const TaskContext&) const override {
    return Value::of(resource_.held);
  }
  Resource* resource() const override { return &resource_; }

 private:
  CountingResource& resource_;
};

TEST(TaskPool, AWorkerKeepsItsResourceOverConsecutiveTasks) {
  CountingResource resource;
  TaskPool pool = pool_of(1);
  Gate gate;
  pool.submit(gate.kernel());
  gate.wait_until_entered();
  std::vector<AnyFuture> futures;
  for (int i = 0; i < 100; ++i) {
    futures.push_back(pool.submit(std::make_shared<ResourceKernel>(resource)));
    futures.push_back(
        pool.submit(kernel_of([&](auto, auto&) { return Value::of(!resource.held); })));
  }
  gate.opened.set_value();
  for (const auto& future : futures) EXPECT_TRUE(future.result().as<bool>());
  EXPECT_EQ(resource.acquired, 1);
  pool.shutdown();
  EXPECT_FALSE(resource.held);
}

TEST(TaskPool, ManySubmittersAndRandomDependencies) {
  TaskPool pool = pool_of(3);
  std::vector<std::thread> submitters;
  std::atomic<int> wrong = 0;
  for (unsigned seed = 0; seed < 3; ++seed) {
    submitters.emplace_back([&, seed] {
      std::mt19937 random(seed);
      std::vector<AnyFuture> futures;
      std::vector<int> expected;
      for (int i = 0; i < 2000; ++i) {
        std::vector<AnyFuture> dependencies;
        unsigned total = 0;
        for (unsigned j = 0; j < random() % 3 && i > 0; ++j) {
          const std::size_t at = random() % futures.size();
          dependencies.push_back(futures[at]);
          total += static_cast<unsigned>(expected[at]);
        }
        total %= 1000;
        futures.push_back(pool.submit(kernel_of([i](std::span<const Value> inputs, auto&) {
                                        if (inputs.empty()) return Value::of(i % 1000);
                                        int sum = 0;
                                        for (const Value& input : inputs) sum += input.as<int>();
                                        return Value::of(sum % 1000);
                                      }),
                                      dependencies));
        expected.push_back(dependencies.empty() ? i % 1000 : static_cast<int>(total));
      }
      for (std::size_t i = 0; i < futures.size(); ++i)
        if (futures[i].result().as<int>() != expected[i]) ++wrong;
    });
  }
  for (auto& submitter : submitters) submitter.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace shoal
