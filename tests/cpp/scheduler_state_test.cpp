#include "exec/scheduler_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "graph/order.hpp"
#include "random_graph.hpp"

namespace shoal {
namespace {

using testing::mixing_kernel;
using testing::random_graph;
using testing::RandomGraph;

TEST(RankSet, IsASetWithItsLeastMember) {
  for (std::size_t bound : {0u, 1u, 63u, 64u, 65u, 5000u}) {
    RankSet set(bound);
    std::set<std::uint32_t> expected;
    std::mt19937 random(7);
    for (int i = 0; bound > 0 && i < 20000; ++i) {
      const auto rank = static_cast<std::uint32_t>(random() % bound);
      if (expected.erase(rank)) {
        set.erase(rank);
      } else {
        expected.insert(rank);
        set.insert(rank);
      }
      ASSERT_EQ(set.least(), expected.empty() ? RankSet::none : *expected.begin());
      ASSERT_EQ(set.size(), expected.size());
    }
    set.clear();
    EXPECT_TRUE(set.empty());
    EXPECT_EQ(set.least(), RankSet::none);
    EXPECT_EQ(set.size(), 0u);
  }
}

struct NoResource final : Resource {
  void acquire() override {}
  void release() override {}
};
class ResourceKernel final : public Kernel {
 public:
  explicit ResourceKernel(Resource* resource) : resource_(resource) {}
  Value run(std::span<const Value>, const TaskContext&) const override { return {}; }
  Resource* resource() const override { return resource_; }

 private:
  Resource* resource_;
};

// A state and all it refers to.
struct Machine {
  Machine(Graph given, std::vector<TaskId> outputs, std::int64_t memory_limit)
      : graph(std::move(given)),
        dependents(graph),
        ranks(order(graph, dependents, outputs)),
        state(graph, dependents, outputs, ranks, memory_limit) {}

  std::vector<TaskId> take(ResourceId held, std::size_t most) {
    std::vector<TaskId> taken;
    state.take(held, most, taken);
    return taken;
  }
  std::vector<TaskId> finish(TaskId task, std::int64_t bytes = 0) {
    std::vector<TaskId> released;
    state.finished(task, bytes, released);
    return released;
  }

  Graph graph;
  Dependents dependents;
  std::vector<std::uint32_t> ranks;
  SchedulerState state;
};

// Plays random events against a state and checks every instruction against a plain model.
class Fuzz {
 public:
  Fuzz(RandomGraph given, std::int64_t limit, std::mt19937_64& random)
      : random_(random),
        outputs_(given.outputs),
        limit_(limit),
        machine_(std::move(given.graph), given.outputs, limit),
        needed_(needed_tasks(machine_.graph, outputs_)),
        phases_(machine_.graph.size(), Phase::Waiting),
        bytes_(machine_.graph.size(), 0) {
    for (LayerId id = 0; id < machine_.graph.layer_count(); ++id)
      machine_.state.set_quick(id, chance(2));
  }

  void run(bool with_failures) {
    std::size_t steps = 0;
    while (!machine_.state.done()) {
      ASSERT_LT(++steps, 100 * machine_.graph.size() + 100) << "it does not end";
      if (with_failures && chance(200)) {
        machine_.state.cancel();
        stopped_ = true;
      }
      if (chance(10)) set_busy();
      if (running_.empty() || chance(2)) {
        take();
      } else {
        end_one(with_failures);
      }
      ASSERT_EQ(machine_.state.running(), running_.size());
    }
    EXPECT_TRUE(running_.empty());
    if (stopped_) return;
    for (TaskId id = 0; id < phases_.size(); ++id) {
      if (!needed_[id]) {
        EXPECT_EQ(phases_[id], Phase::Waiting);
      } else {
        EXPECT_EQ(phases_[id], is_output(id) ? Phase::Finished : Phase::Released);
      }
    }
  }

 private:
  enum class Phase { Waiting, Running, Finished, Released, Failed };

  bool chance(std::uint64_t one_in) { return random_() % one_in == 0; }
  bool is_output(TaskId id) const {
    return std::find(outputs_.begin(), outputs_.end(), id) != outputs_.end();
  }
  void set_busy() {
    if (machine_.state.resource_count() > 1)
      machine_.state.set_busy(
          1 + static_cast<ResourceId>(random_() % (machine_.state.resource_count() - 1)),
          chance(2));
  }

  void take() {
    const auto held = static_cast<ResourceId>(random_() % machine_.state.resource_count());
    const std::size_t most = 1 + random_() % 5;
    const auto taken = machine_.take(held, most);
    ASSERT_LE(taken.size(), most);
    if (stopped_) {
      ASSERT_TRUE(taken.empty());
    }
    // Something always runs, or nothing could ever end.
    if (!stopped_ && running_.empty() && !machine_.state.done()) {
      ASSERT_FALSE(taken.empty());
    }
    for (TaskId id : taken) {
      ASSERT_TRUE(needed_[id]);
      ASSERT_EQ(phases_[id], Phase::Waiting) << "task " << id << " was handed out twice";
      for (TaskId input : machine_.graph.inputs(id))
        ASSERT_EQ(phases_[input], Phase::Finished) << "an input is not there";
      ASSERT_EQ(machine_.state.resource_of(id), machine_.state.resource_of(taken[0]));
      const std::int64_t before = alive_ + projected();
      const std::int64_t own = machine_.graph.task(id).bytes;
      if (limit_ > 0 && !running_.empty() && machine_.graph.inputs(id).empty()) {
        ASSERT_LE(before + own, limit_) << "a source was started while memory was short";
      }
      phases_[id] = Phase::Running;
      running_.push_back(id);
    }
  }

  std::int64_t projected() const {
    std::int64_t total = 0;
    for (TaskId id : running_) total += machine_.graph.task(id).bytes;
    return total;
  }

  void end_one(bool with_failures) {
    const std::size_t at = random_() % running_.size();
    const TaskId id = running_[at];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(at));
    if (with_failures && chance(100)) {
      machine_.state.failed(id);
      phases_[id] = Phase::Failed;
      stopped_ = true;
      return;
    }
    bytes_[id] = static_cast<std::int64_t>(random_() % 120);
    phases_[id] = Phase::Finished;
    alive_ += bytes_[id];
    std::set<TaskId> expected;
    for (TaskId input : machine_.graph.inputs(id)) {
      if (is_output(input)) continue;
      const auto users = machine_.dependents.of(input);
      const bool last = std::all_of(users.begin(), users.end(), [&](TaskId user) {
        return !needed_[user] || phases_[user] == Phase::Finished ||
               phases_[user] == Phase::Released;
      });
      if (last) expected.insert(input);
    }
    const auto released = machine_.finish(id, bytes_[id]);
    ASSERT_EQ(std::set<TaskId>(released.begin(), released.end()), expected);
    ASSERT_EQ(released.size(), expected.size());
    for (TaskId old : released) {
      phases_[old] = Phase::Released;
      alive_ -= bytes_[old];
    }
    if (limit_ > 0) {
      ASSERT_EQ(machine_.state.budget().used(), alive_ + projected());
    }
  }

  std::mt19937_64& random_;
  std::vector<TaskId> outputs_;
  std::int64_t limit_;
  Machine machine_;
  std::vector<bool> needed_;
  std::vector<Phase> phases_;
  std::vector<std::int64_t> bytes_;
  std::vector<TaskId> running_;
  std::int64_t alive_ = 0;
  bool stopped_ = false;
};

// A random graph some of whose layers name resources.
RandomGraph random_graph_with_resources(std::mt19937_64& random, Resource* a, Resource* b) {
  const RandomGraph plain = random_graph(random, random() % 150, random() % 8);
  RandomGraph given;
  given.outputs = plain.outputs;
  const std::vector<Resource*> resources = {nullptr, a, b, a};
  for (LayerId id = 0; id < plain.graph.layer_count(); ++id)
    given.graph.add_layer(std::make_shared<ResourceKernel>(resources[id]), "layer");
  for (TaskId id = 0; id < plain.graph.size(); ++id) {
    const Task& task = plain.graph.task(id);
    given.graph.add(task.layer, task.index, plain.graph.inputs(id), task.bytes);
  }
  return given;
}

TEST(SchedulerState, EveryOrderOfEventsEndsWithEveryTaskRunOnce) {
  NoResource a, b;
  std::mt19937_64 random(11);
  for (int round = 0; round < 1000; ++round) {
    const std::int64_t limit = round % 2 ? 0 : 100 + static_cast<std::int64_t>(random() % 200);
    Fuzz(random_graph_with_resources(random, &a, &b), limit, random).run(false);
    if (HasFatalFailure()) FAIL() << "in round " << round;
  }
}

TEST(SchedulerState, FailuresAndCancelsStopNewWorkAndTheRunStillEnds) {
  NoResource a, b;
  std::mt19937_64 random(12);
  for (int round = 0; round < 1000; ++round) {
    const std::int64_t limit = round % 2 ? 0 : 100 + static_cast<std::int64_t>(random() % 200);
    Fuzz(random_graph_with_resources(random, &a, &b), limit, random).run(true);
    if (HasFatalFailure()) FAIL() << "in round " << round;
  }
}

TEST(SchedulerState, TheFirstInOrderIsTakenFirst) {
  Graph graph;
  const LayerId layer = graph.add_layer(mixing_kernel(0), "layer");
  std::vector<TaskId> outputs;
  for (int i = 0; i < 10; ++i) outputs.push_back(graph.add(layer, i, {}));
  Machine machine(std::move(graph), outputs, 0);
  EXPECT_EQ(machine.take(0, 3), std::vector<TaskId>{0});  // not known to be quick
  machine.state.set_quick(layer, true);
  EXPECT_EQ(machine.take(0, 3), (std::vector<TaskId>{1, 2, 3}));
  EXPECT_EQ(machine.take(0, 100).size(), 6u);
  EXPECT_TRUE(machine.take(0, 1).empty());
}

TEST(SchedulerState, AHeldResourceComesFirstAndABusyOneLast) {
  NoResource resource;
  Graph graph;
  const LayerId plain = graph.add_layer(mixing_kernel(0), "plain");
  const LayerId with = graph.add_layer(std::make_shared<ResourceKernel>(&resource), "with");
  const TaskId source = graph.add(plain, 0, {});
  const TaskId with1 = graph.add(with, 0, {source});
  const TaskId plain1 = graph.add(plain, 0, {source});
  const TaskId with2 = graph.add(with, 0, {source});
  const TaskId plain2 = graph.add(plain, 0, {source});
  Machine machine(std::move(graph), {with1, plain1, with2, plain2}, 0);
  EXPECT_EQ(machine.take(0, 1), std::vector<TaskId>{source});
  EXPECT_TRUE(machine.finish(source).empty());
  const ResourceId id = machine.state.resource_of(with1);
  EXPECT_EQ(machine.state.resource(id), &resource);
  EXPECT_EQ(machine.take(0, 1), std::vector<TaskId>{with1});
  machine.state.set_busy(id, true);
  EXPECT_EQ(machine.take(0, 1), std::vector<TaskId>{plain1});
  EXPECT_EQ(machine.take(id, 1), std::vector<TaskId>{with2});
  EXPECT_EQ(machine.take(id, 1), std::vector<TaskId>{plain2});
}

TEST(SchedulerState, SourcesWaitWhileMemoryIsShortAndOthersDoNot) {
  Graph graph;
  const LayerId layer = graph.add_layer(mixing_kernel(0), "layer");
  std::vector<TaskId> sources, sums;
  for (int i = 0; i < 4; ++i) {
    sources.push_back(graph.add(layer, i, {}, 60));
    sums.push_back(graph.add(layer, i, {sources.back()}, 8));
  }
  Machine machine(std::move(graph), sums, 100);
  EXPECT_EQ(machine.take(0, 1), std::vector<TaskId>{sources[0]});
  EXPECT_TRUE(machine.take(0, 1).empty());  // 60 projected + 60 > 100
  machine.finish(sources[0], 60);
  EXPECT_EQ(machine.take(0, 1), std::vector<TaskId>{sums[0]});
  EXPECT_TRUE(machine.take(0, 1).empty());
  EXPECT_EQ(machine.finish(sums[0], 8), std::vector<TaskId>{sources[0]});
  EXPECT_EQ(machine.take(0, 1), std::vector<TaskId>{sources[1]});
}

}  // namespace
}  // namespace shoal
