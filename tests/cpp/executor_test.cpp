#include "exec/executor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <future>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

#include "random_graph.hpp"

namespace shoal {
namespace {

using namespace std::chrono_literals;
using testing::random_graph;
using testing::RandomGraph;

template <class Function>
KernelPtr kernel_of(Function function) {
  return make_kernel([function](std::span<const Value> inputs, const TaskContext& context) {
    return function(inputs, context);
  });
}

std::vector<Value> run_one(Executor& executor, KernelPtr kernel, const RunOptions& options = {}) {
  Graph graph;
  const TaskId task = graph.add(graph.add_layer(std::move(kernel), "one"), 0, {});
  return executor.run(std::move(graph), std::vector<TaskId>{task}, options);
}

class EveryExecutor : public ::testing::TestWithParam<std::string> {
 protected:
  Executor& executor = find_executor(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Executors, EveryExecutor, ::testing::Values("sync", "threads"),
                         [](const auto& info) { return info.param; });

TEST_P(EveryExecutor, ComputesRandomGraphs) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 60; ++round) {
    const RandomGraph given = random_graph(random, 1 + random() % 300, random() % 6);
    RunOptions options;
    options.num_workers = 1 + static_cast<int>(random() % 4);
    options.memory_limit = round % 2 ? 0 : 150;
    const auto values = executor.run(given.graph, given.outputs, options);
    ASSERT_EQ(values.size(), given.outputs.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(values[i].as<std::uint64_t>(), given.expected[given.outputs[i]]);
  }
}

TEST_P(EveryExecutor, AnEmptyGraphHasNoOutputs) {
  EXPECT_TRUE(executor.run(Graph(), {}, {}).empty());
}

TEST_P(EveryExecutor, TheTasksOwnExceptionReachesTheCaller) {
  struct Custom {
    int code;
  };
  try {
    run_one(executor, kernel_of([](auto, auto&) -> Value { throw Custom{42}; }));
    FAIL() << "no exception";
  } catch (const Custom& custom) {
    EXPECT_EQ(custom.code, 42);
  }
}

TEST_P(EveryExecutor, NothingStartsAfterAFailure) {
  Graph graph;
  std::atomic<int> started = 0;
  const LayerId fails =
      graph.add_layer(kernel_of([](auto, auto&) -> Value { throw ValueError("bad"); }), "fails");
  const LayerId after = graph.add_layer(kernel_of([&](auto, auto&) {
                                          ++started;
                                          return Value::of(1);
                                        }),
                                        "after");
  const TaskId failed = graph.add(fails, 0, {});
  std::vector<TaskId> outputs;
  for (int i = 0; i < 100; ++i) outputs.push_back(graph.add(after, i, {failed}));
  EXPECT_THROW(executor.run(std::move(graph), outputs, {}), ValueError);
  EXPECT_EQ(started, 0);
}

TEST_P(EveryExecutor, AnUnknownOutputIsRefused) {
  EXPECT_THROW(executor.run(Graph(), std::vector<TaskId>{3}, {}), InternalError);
}

TEST_P(EveryExecutor, ATaskThatCannotFitFailsBeforeAnythingRuns) {
  Graph graph;
  bool ran = false;
  const LayerId layer = graph.add_layer(kernel_of([&](auto, auto&) {
                                          ran = true;
                                          return Value();
                                        }),
                                        "huge");
  const std::vector<TaskId> outputs = {graph.add(layer, 0, {}, 10), graph.add(layer, 1, {}, 1000)};
  RunOptions options;
  options.memory_limit = 300;
  try {
    executor.run(std::move(graph), outputs, options);
    FAIL() << "no exception";
  } catch (const MemoryError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("huge"), std::string::npos) << message;
    EXPECT_NE(message.find("1000 bytes"), std::string::npos) << message;
    EXPECT_NE(message.find("300"), std::string::npos) << message;
    EXPECT_NE(message.find("4 times smaller"), std::string::npos) << message;
  }
  EXPECT_FALSE(ran);
}

struct Recorder final : Observer {
  std::vector<std::string> calls;
  void run_started(std::size_t tasks) override {
    calls.push_back("start " + std::to_string(tasks));
  }
  void task_finished(std::string_view layer) override { calls.emplace_back(layer); }
  void run_finished(bool ok) override { calls.push_back(ok ? "ok" : "failed"); }
};

TEST_P(EveryExecutor, ObserversHearOfEveryTask) {
  std::mt19937_64 random(2);
  const RandomGraph given = random_graph(random, 500, 1);
  Recorder recorder;
  RunOptions options;
  options.observers = {&recorder};
  std::vector<TaskId> outputs(given.graph.size());
  for (TaskId id = 0; id < outputs.size(); ++id) outputs[id] = id;
  executor.run(given.graph, outputs, options);
  ASSERT_EQ(recorder.calls.size(), 502u);
  EXPECT_EQ(recorder.calls.front(), "start 500");
  EXPECT_EQ(recorder.calls.back(), "ok");
}

TEST_P(EveryExecutor, ObserversHearThatARunFailed) {
  Recorder recorder;
  RunOptions options;
  options.observers = {&recorder};
  EXPECT_THROW(
      run_one(executor, kernel_of([](auto, auto&) -> Value { throw ValueError("bad"); }), options),
      ValueError);
  EXPECT_EQ(recorder.calls, (std::vector<std::string>{"start 1", "failed"}));
}

TEST_P(EveryExecutor, AnObserverThatThrowsFailsTheRun) {
  struct Throws final : Observer {
    void task_finished(std::string_view) override { throw KeyError("observer"); }
  } throws;
  RunOptions options;
  options.observers = {&throws};
  EXPECT_THROW(run_one(executor, kernel_of([](auto, auto&) { return Value::of(1); }), options),
               KeyError);
}

TEST_P(EveryExecutor, AnInterruptionStopsTheRun) {
  Graph graph;
  std::atomic<int> ran = 0;
  const LayerId layer = graph.add_layer(kernel_of([&](auto, auto&) {
                                          ++ran;
                                          std::this_thread::sleep_for(5ms);
                                          return Value::of(1);
                                        }),
                                        "slow");
  std::vector<TaskId> outputs = {graph.add(layer, 0, {})};
  for (int i = 1; i < 2000; ++i) outputs.push_back(graph.add(layer, i, {outputs.back()}));
  RunOptions options;
  options.interrupted = [&] { return ran > 3; };
  EXPECT_THROW(executor.run(std::move(graph), outputs, options), Cancelled);
  EXPECT_LT(ran, 2000);
}

TEST_P(EveryExecutor, TheEnvironmentReachesTheTasks) {
  struct Environment final : RunEnvironment {};
  RunOptions options;
  const auto environment = std::make_shared<const Environment>();
  options.environment = environment;
  const auto values = run_one(executor, kernel_of([](auto, const TaskContext& context) {
                                return Value::of(context.environment);
                              }),
                              options);
  EXPECT_EQ(values[0].as<const RunEnvironment*>(), environment.get());
}

// Counts the objects alive at a time.
struct Counted {
  static inline std::atomic<int> alive = 0;
  static inline std::atomic<int> most = 0;
  Counted() { note(); }
  Counted(const Counted&) { note(); }
  ~Counted() { --alive; }
  static void note() {
    const int now = ++alive;
    int before = most;
    while (before < now && !most.compare_exchange_weak(before, now)) {
    }
  }
};

TEST_P(EveryExecutor, ResultsAreFreedWhenNobodyNeedsThem) {
  constexpr int width = 4096;
  Graph graph;
  const LayerId source =
      graph.add_layer(kernel_of([](auto, auto&) { return Value::of(Counted()); }), "source");
  const LayerId reduce = graph.add_layer(kernel_of([](std::span<const Value> inputs, auto&) {
                                           for (const Value& input : inputs) input.as<Counted>();
                                           return Value::of(Counted());
                                         }),
                                         "reduce");
  std::vector<TaskId> level;
  for (int i = 0; i < width; ++i) level.push_back(graph.add(source, i, {}));
  while (level.size() > 1) {
    std::vector<TaskId> next;
    for (std::size_t i = 0; i < level.size(); i += 4)
      next.push_back(graph.add(reduce, 0, std::span(level).subspan(i, 4)));
    level = std::move(next);
  }
  Counted::most = 0;
  RunOptions options;
  options.num_workers = 2;
  executor.run(std::move(graph), level, options);
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_LT(Counted::most, 400);  // depth-first: a batch of sources and a few a level
}

TEST_P(EveryExecutor, NothingOfARunIsKeptAfterIt) {
  for (bool fails : {false, true}) {
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = held;
    KernelPtr kernel = kernel_of([held, fails](auto, auto&) {
      if (fails) throw ValueError("bad");
      return Value::of(held);
    });
    held.reset();
    try {
      run_one(executor, std::move(kernel));
    } catch (const ValueError&) {
    }
    EXPECT_TRUE(watched.expired());
  }
}

TEST_P(EveryExecutor, ANestedRunEndsWithAnyNumberOfWorkers) {
  for (int workers : {1, 2, 4}) {
    RunOptions options;
    options.num_workers = workers;
    std::function<Value(int)> nest = [&](int depth) {
      if (depth == 0) return Value::of(1);
      Graph graph;
      const LayerId layer =
          graph.add_layer(kernel_of([&nest, depth](auto, auto&) { return nest(depth - 1); }), "n");
      std::vector<TaskId> outputs;
      for (int i = 0; i < 3; ++i) outputs.push_back(graph.add(layer, i, {}));
      int sum = 0;
      for (const Value& value : executor.run(std::move(graph), outputs, options))
        sum += value.as<int>();
      return Value::of(sum);
    };
    EXPECT_EQ(nest(4).as<int>(), 81);
  }
}

// A mutex that knows who holds it, and how often it changed hands.
class CountingResource final : public Resource {
 public:
  void acquire() override {
    mutex_.lock();
    holder = std::this_thread::get_id();
    ++acquired;
  }
  void release() override {
    holder = std::thread::id();
    mutex_.unlock();
  }
  std::atomic<std::thread::id> holder;
  std::atomic<int> acquired = 0;

 private:
  std::mutex mutex_;
};

class ResourceKernel final : public Kernel {
 public:
  ResourceKernel(CountingResource& resource, std::atomic<int>& wrong)
      : resource_(resource), wrong_(wrong) {}
  Value run(std::span<const Value>, const TaskContext&) const override {
    if (resource_.holder != std::this_thread::get_id()) ++wrong_;
    return Value::of(1);
  }
  Resource* resource() const override { return &resource_; }

 private:
  CountingResource& resource_;
  std::atomic<int>& wrong_;
};

Graph graph_with_resource(CountingResource& resource, std::atomic<int>& wrong, int tasks,
                          std::vector<TaskId>& outputs) {
  Graph graph;
  const LayerId with = graph.add_layer(std::make_shared<ResourceKernel>(resource, wrong), "with");
  const LayerId without = graph.add_layer(kernel_of([&](auto, auto&) {
                                            if (resource.holder == std::this_thread::get_id())
                                              ++wrong;
                                            return Value::of(1);
                                          }),
                                          "without");
  for (int i = 0; i < tasks; ++i) {
    outputs.push_back(graph.add(with, i, {}));
    outputs.push_back(graph.add(without, i, {}));
  }
  return graph;
}

TEST_P(EveryExecutor, AResourceIsHeldOverItsTasksAndNoOthers) {
  CountingResource resource;
  std::atomic<int> wrong = 0;
  std::vector<TaskId> outputs;
  Graph graph = graph_with_resource(resource, wrong, 500, outputs);
  executor.run(std::move(graph), outputs, {});
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(resource.holder.load(), std::thread::id());
}

TEST(ThreadsExecutor, AWorkerKeepsItsResourceOverConsecutiveTasks) {
  CountingResource resource;
  std::atomic<int> wrong = 0;
  std::vector<TaskId> outputs;
  Graph graph = graph_with_resource(resource, wrong, 500, outputs);
  RunOptions options;
  options.num_workers = 1;
  find_executor("threads").run(std::move(graph), outputs, options);
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(resource.acquired, 2);
}

// Gives up waiting after a while, and says so. Not a std::timed_mutex: the thread sanitizer does
// not see its try_lock_for.
class ImpatientResource final : public Resource {
 public:
  void acquire() override {
    std::unique_lock lock(mutex_);
    if (freed_.wait_for(lock, std::chrono::seconds(10), [this] { return !held_; })) {
      held_ = true;
      return;
    }
    stuck = true;
    given_up_in_this_thread_ = true;
  }
  void release() override {
    if (std::exchange(given_up_in_this_thread_, false)) return;
    {
      std::lock_guard lock(mutex_);
      held_ = false;
    }
    freed_.notify_one();
  }
  std::atomic<bool> stuck = false;

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  bool held_ = false;
  static thread_local bool given_up_in_this_thread_;
};
thread_local bool ImpatientResource::given_up_in_this_thread_ = false;

// A worker whose batch is stolen before it starts must still give up what it held for the last.
TEST(ThreadsExecutor, AWorkerThatSleepsHoldsNoResource) {
  ImpatientResource resource;
  struct HoldingKernel final : Kernel {
    explicit HoldingKernel(Resource& resource) : held(resource) {}
    Value run(std::span<const Value>, const TaskContext&) const override { return Value::of(1); }
    Resource* resource() const override { return &held; }
    Resource& held;
  };
  RunOptions options;
  options.num_workers = 4;
  options.interrupted = [&resource] {  // as a caller that asks an interpreter for signals
    resource.acquire();
    resource.release();
    return resource.stuck.load();
  };
  for (int run = 0; run < 20000; ++run) {
    Graph graph;
    const LayerId with = graph.add_layer(std::make_shared<HoldingKernel>(resource), "with");
    const LayerId without =
        graph.add_layer(kernel_of([](auto, auto&) { return Value::of(1); }), "without");
    std::vector<TaskId> outputs;
    for (int i = 0; i < 6; ++i) {
      const TaskId first = graph.add(i % 2 ? without : with, i, {});
      const TaskId second = graph.add(i % 2 ? with : without, i, {first});
      outputs.push_back(graph.add(i % 2 ? without : with, i + 6, {second}));
    }
    ASSERT_NO_THROW(find_executor("threads").run(std::move(graph), outputs, options)) << run;
    ASSERT_FALSE(resource.stuck) << run;
  }
}

TEST(ThreadsExecutor, TasksRunAtTheSameTime) {
  std::barrier together(3);
  Graph graph;
  const LayerId layer = graph.add_layer(kernel_of([&](auto, auto&) {
                                          together.arrive_and_wait();
                                          return Value::of(1);
                                        }),
                                        "meet");
  std::vector<TaskId> outputs;
  for (int i = 0; i < 9; ++i) outputs.push_back(graph.add(layer, i, {}));
  RunOptions options;
  options.num_workers = 3;
  EXPECT_EQ(find_executor("threads").run(std::move(graph), outputs, options).size(), 9u);
}

TEST(ThreadsExecutor, SlowTasksThatMeetAreNotBatchedAmongQuickOnes) {
  constexpr int pairs = 50;
  std::vector<std::unique_ptr<std::latch>> latches;
  for (int i = 0; i < pairs; ++i) latches.push_back(std::make_unique<std::latch>(2));
  Graph graph;
  const LayerId quick = graph.add_layer(kernel_of([](auto, auto&) { return Value(); }), "quick");
  const LayerId meet =
      graph.add_layer(kernel_of([&](auto, const TaskContext& context) {
                        latches[static_cast<std::size_t>(context.index)]->arrive_and_wait();
                        std::this_thread::sleep_for(200us);
                        return Value();
                      }),
                      "meet");
  std::vector<TaskId> outputs;
  for (int i = 0; i < pairs; ++i) {
    for (int j = 0; j < 200; ++j) outputs.push_back(graph.add(quick, j, {}));
    outputs.push_back(graph.add(meet, i, {}));
    outputs.push_back(graph.add(meet, i, {}));
  }
  RunOptions options;
  options.num_workers = 2;
  EXPECT_EQ(find_executor("threads").run(std::move(graph), outputs, options).size(),
            outputs.size());
}

TEST(ThreadsExecutor, NoMoreTasksRunAtATimeThanWorkers) {
  std::atomic<int> running = 0, most = 0;
  Graph graph;
  const LayerId layer = graph.add_layer(kernel_of([&](auto, auto&) {
                                          const int now = ++running;
                                          if (now > most) most = now;
                                          std::this_thread::sleep_for(100us);
                                          --running;
                                          return Value();
                                        }),
                                        "count");
  std::vector<TaskId> outputs;
  for (int i = 0; i < 200; ++i) outputs.push_back(graph.add(layer, i, {}));
  RunOptions options;
  options.num_workers = 2;
  find_executor("threads").run(std::move(graph), outputs, options);
  EXPECT_LE(most, 2);
}

TEST(ThreadsExecutor, AnInterruptedCallerLeavesRunningTasksBehind) {
  auto go_on = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  std::shared_future<void> signal = go_on->get_future().share();
  std::atomic<bool> running = false;
  RunOptions options;
  options.interrupted = [&] { return running.load(); };
  // The kernel owns `ended`: it is told once the task, the graph and its result are all dropped.
  struct TellWhenGone {
    std::shared_ptr<std::promise<void>> promise;
    explicit TellWhenGone(std::shared_ptr<std::promise<void>> promise)
        : promise(std::move(promise)) {}
    ~TellWhenGone() { promise->set_value(); }
  };
  auto gone = std::make_shared<TellWhenGone>(ended);
  KernelPtr kernel = kernel_of([signal, gone, &running](auto, auto&) {
    running = true;
    signal.wait();
    return Value::of(1);
  });
  gone.reset();
  EXPECT_THROW(run_one(find_executor("threads"), std::move(kernel), options), Cancelled);
  // The caller is back while the task still waits.
  std::future<void> end = ended->get_future();
  EXPECT_EQ(end.wait_for(0s), std::future_status::timeout);
  go_on->set_value();
  end.wait();
}

TEST(ThreadsExecutor, AnInterruptionReachesNestedRuns) {
  std::atomic<int> inner_ran = 0;
  auto ended = std::make_shared<std::promise<void>>();
  RunOptions options;
  options.interrupted = [&] { return inner_ran > 0; };
  KernelPtr kernel = kernel_of([&inner_ran, ended](auto, auto&) {
    Graph graph;
    const LayerId layer = graph.add_layer(kernel_of([&](auto, auto&) {
                                            ++inner_ran;
                                            std::this_thread::sleep_for(1ms);
                                            return Value();
                                          }),
                                          "inner");
    std::vector<TaskId> outputs = {graph.add(layer, 0, {})};
    for (int i = 0; i < 100000; ++i) outputs.push_back(graph.add(layer, i, {outputs.back()}));
    try {
      find_executor("threads").run(std::move(graph), outputs, {});
    } catch (const Cancelled&) {
      ended->set_value();
      throw;
    }
    return Value();
  });
  EXPECT_THROW(run_one(find_executor("threads"), std::move(kernel), options), Cancelled);
  ended->get_future().wait();
  EXPECT_LT(inner_ran, 100000);
}

TEST(ThreadsExecutor, RunsOnLentThreads) {
  std::mt19937_64 random(3);
  const RandomGraph given = random_graph(random, 2000, 5);
  std::vector<std::thread> lent;
  RunOptions options;
  options.num_workers = 3;
  options.spawn = [&](std::function<void()> worker) { lent.emplace_back(std::move(worker)); };
  const auto values = find_executor("threads").run(given.graph, given.outputs, options);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(values[i].as<std::uint64_t>(), given.expected[given.outputs[i]]);
  EXPECT_EQ(lent.size(), 3u);
  for (auto& thread : lent) thread.join();
}

TEST(ThreadsExecutor, GoesOnWithoutLentThreadsThatNeverCome) {
  std::mt19937_64 random(4);
  const RandomGraph given = random_graph(random, 2000, 5);
  std::vector<std::function<void()>> kept;
  RunOptions options;
  options.num_workers = 2;
  options.spawn = [&](std::function<void()> worker) { kept.push_back(std::move(worker)); };
  const auto values = find_executor("threads").run(given.graph, given.outputs, options);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(values[i].as<std::uint64_t>(), given.expected[given.outputs[i]]);
  for (auto& worker : kept) worker();  // too late: nothing to do
}

TEST(ThreadsExecutor, ASpawnThatThrowsFailsTheRun) {
  RunOptions options;
  options.spawn = [](std::function<void()>) { throw ValueError("the pool is shut down"); };
  EXPECT_THROW(
      run_one(find_executor("threads"), kernel_of([](auto, auto&) { return Value(); }), options),
      ValueError);
}

TEST(FindExecutor, AnUnknownNameListsTheKnownOnes) {
  try {
    find_executor("fastest");
    FAIL() << "no exception";
  } catch (const ValueError& error) {
    const std::string message = error.what();
    for (const char* part : {"fastest", "sync", "threads"})
      EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace shoal
