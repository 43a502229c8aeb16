#include "graph/graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "graph/cull.hpp"
#include "graph/dot.hpp"
#include "graph/fuse.hpp"
#include "graph/order.hpp"
#include "graph/validate.hpp"
#include "random_graph.hpp"

namespace shoal {
namespace {

using testing::mixing_kernel;
using testing::random_graph;
using testing::RandomGraph;

// Every task's value, in the order of the ids.
std::vector<Value> evaluate(const Graph& graph) {
  std::vector<Value> values;
  for (TaskId id = 0; id < graph.size(); ++id) {
    std::vector<Value> inputs;
    for (TaskId input : graph.inputs(id)) inputs.push_back(values[input]);
    values.push_back(graph.layer_of(id).kernel->run(inputs, {graph.task(id).index, nullptr}));
  }
  return values;
}

// Tasks in the order, and the most results alive at a time when each is freed after its last user.
struct Walk {
  std::vector<TaskId> tasks;
  std::int64_t most_alive = 0;
};
Walk walk(const Graph& graph, const std::vector<TaskId>& outputs) {
  const auto ranks = order(graph, outputs);
  Walk result;
  const auto needed = static_cast<std::size_t>(
      std::count_if(ranks.begin(), ranks.end(), [](auto rank) { return rank != not_needed; }));
  result.tasks.assign(needed, not_needed);
  for (TaskId id = 0; id < graph.size(); ++id)
    if (ranks[id] != not_needed) result.tasks.at(ranks[id]) = id;
  std::vector<std::size_t> users(graph.size(), 0);
  for (TaskId id : result.tasks)
    for (TaskId input : graph.inputs(id)) ++users[input];
  for (TaskId output : outputs) ++users[output];
  std::int64_t alive = 0;
  for (TaskId id : result.tasks) {
    result.most_alive = std::max(result.most_alive, ++alive);
    for (TaskId input : graph.inputs(id))
      if (--users[input] == 0) --alive;
  }
  return result;
}

TEST(Graph, RefusesWhatIsNotThere) {
  Graph graph;
  EXPECT_THROW(graph.add_layer(nullptr, "none"), InternalError);
  EXPECT_THROW(graph.add(0, 0, {}), InternalError);
  const LayerId layer = graph.add_layer(mixing_kernel(0), "layer");
  EXPECT_THROW(graph.add(layer, 0, {0}), InternalError);
}

TEST(Validate, FindsUnknownOutputsAndNegativeBytes) {
  Graph graph;
  const LayerId layer = graph.add_layer(mixing_kernel(0), "odd");
  const TaskId task = graph.add(layer, 0, {});
  EXPECT_NO_THROW(validate(graph, std::vector<TaskId>{task}));
  EXPECT_THROW(validate(graph, std::vector<TaskId>{1}), InternalError);
  graph.add(layer, 0, {}, -5);
  EXPECT_THROW(validate(graph, std::vector<TaskId>{task}), InternalError);
}

TEST(Order, EveryNeededTaskComesOnceAndAfterItsInputs) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    const RandomGraph given = random_graph(random, random() % 200, random() % 8);
    const auto ranks = order(given.graph, given.outputs);
    const auto needed = needed_tasks(given.graph, given.outputs);
    const auto count = static_cast<std::size_t>(std::count(needed.begin(), needed.end(), true));
    std::vector<bool> seen(count, false);
    for (TaskId id = 0; id < given.graph.size(); ++id) {
      ASSERT_EQ(ranks[id] != not_needed, needed[id]);
      if (!needed[id]) continue;
      ASSERT_LT(ranks[id], count);
      EXPECT_FALSE(seen[ranks[id]]);
      seen[ranks[id]] = true;
      for (TaskId input : given.graph.inputs(id)) EXPECT_LT(ranks[input], ranks[id]);
    }
  }
}

TEST(Order, IndependentTasksKeepTheirOrder) {
  Graph graph;
  const LayerId layer = graph.add_layer(mixing_kernel(0), "source");
  std::vector<TaskId> outputs;
  for (int i = 0; i < 10; ++i) outputs.push_back(graph.add(layer, i, {}));
  EXPECT_EQ(walk(graph, outputs).tasks, outputs);
}

// A reduction of `sources` tasks, `fan` to one; returns its root.
TaskId add_tree(Graph& graph, std::vector<TaskId> level, std::size_t fan) {
  const LayerId layer = graph.add_layer(mixing_kernel(9), "reduce");
  while (level.size() > 1) {
    std::vector<TaskId> next;
    for (std::size_t i = 0; i < level.size(); i += fan)
      next.push_back(
          graph.add(layer, 0, std::span(level).subspan(i, std::min(fan, level.size() - i))));
    level = std::move(next);
  }
  return level[0];
}

TEST(Order, AReductionKeepsOnlyAFewResultsALevel) {
  Graph graph;
  const LayerId layer = graph.add_layer(mixing_kernel(0), "source");
  std::vector<TaskId> sources;
  for (int i = 0; i < 4096; ++i) sources.push_back(graph.add(layer, i, {}));
  const TaskId root = add_tree(graph, sources, 4);
  EXPECT_LE(walk(graph, {root}).most_alive, 6 * 3 + 2);
}

TEST(Order, AnArrayAndItsTransposeMeetBlockByBlock) {
  constexpr int n = 20;
  Graph graph;
  const LayerId source = graph.add_layer(mixing_kernel(0), "x");
  const LayerId sum = graph.add_layer(mixing_kernel(1), "x + x.T");
  std::vector<TaskId> x, sums;
  for (int i = 0; i < n * n; ++i) x.push_back(graph.add(source, i, {}));
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      sums.push_back(graph.add(
          sum, i * n + j,
          {x[static_cast<std::size_t>(i * n + j)], x[static_cast<std::size_t>(j * n + i)]}));
  const TaskId root = add_tree(graph, sums, 4);
  // Row by row it would be about n * n.
  EXPECT_LE(walk(graph, {root}).most_alive, n * n / 4);
}

TEST(Order, ReductionsOfOneArrayWalkItTogether) {
  Graph graph;
  const LayerId source = graph.add_layer(mixing_kernel(0), "x");
  const LayerId partial = graph.add_layer(mixing_kernel(1), "partial");
  std::vector<TaskId> sums, squares;
  for (int i = 0; i < 1024; ++i) {
    const TaskId x = graph.add(source, i, {}, 1000000);
    sums.push_back(graph.add(partial, i, {x}, 8));
    squares.push_back(graph.add(partial, i, {x}, 8));
  }
  const TaskId sum = add_tree(graph, sums, 4), square = add_tree(graph, squares, 4);
  const auto ranks = order(graph, std::vector<TaskId>{sum, square});
  for (std::size_t i = 0; i < sums.size(); ++i)
    EXPECT_LE(std::max(ranks[sums[i]], ranks[squares[i]]), ranks[sums[i] - 1] + 12) << i;
}

TEST(Order, TheLargestSubtreeComesFirst) {
  Graph graph;
  const LayerId layer = graph.add_layer(mixing_kernel(0), "layer");
  const TaskId small = graph.add(layer, 0, {});
  std::vector<TaskId> sources;
  for (int i = 0; i < 16; ++i) sources.push_back(graph.add(layer, i, {}));
  const TaskId tree = add_tree(graph, sources, 16);
  const TaskId both = graph.add(layer, 0, {small, tree});
  const auto ranks = order(graph, std::vector<TaskId>{both});
  EXPECT_GT(ranks[small], ranks[tree]);
}

TEST(Cull, KeepsWhatTheOutputsNeedAndNothingElse) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    const RandomGraph given = random_graph(random, random() % 200, random() % 8);
    const auto needed = needed_tasks(given.graph, given.outputs);
    const Subgraph culled = cull(given.graph, given.outputs);
    EXPECT_EQ(culled.graph.size(),
              static_cast<std::size_t>(std::count(needed.begin(), needed.end(), true)));
    const auto values = evaluate(culled.graph);
    ASSERT_EQ(culled.outputs.size(), given.outputs.size());
    for (std::size_t i = 0; i < given.outputs.size(); ++i)
      EXPECT_EQ(values[culled.outputs[i]].as<std::uint64_t>(), given.expected[given.outputs[i]]);
  }
}

TEST(Fuse, KeepsEveryResult) {
  std::mt19937_64 random(3);
  std::size_t before = 0, after = 0;
  for (int round = 0; round < 300; ++round) {
    const RandomGraph given = random_graph(random, random() % 200, random() % 8);
    Subgraph culled = cull(given.graph, given.outputs);
    before += culled.graph.size();
    const Subgraph fused = fuse(std::move(culled));
    after += fused.graph.size();
    const auto values = evaluate(fused.graph);
    for (std::size_t i = 0; i < given.outputs.size(); ++i)
      EXPECT_EQ(values[fused.outputs[i]].as<std::uint64_t>(), given.expected[given.outputs[i]]);
  }
  EXPECT_LT(after, before);
}

struct NoResource final : Resource {
  void acquire() override {}
  void release() override {}
};
class ResourceKernel final : public Kernel {
 public:
  explicit ResourceKernel(Resource& resource) : resource_(resource) {}
  Value run(std::span<const Value>, const TaskContext&) const override { return {}; }
  Resource* resource() const override { return &resource_; }

 private:
  Resource& resource_;
};

// The tasks left of a chain of these layers.
std::size_t fused_size(const std::vector<KernelPtr>& kernels, Resource** resource = nullptr) {
  Graph graph;
  std::vector<TaskId> inputs;
  for (const KernelPtr& kernel : kernels)
    inputs = {graph.add(graph.add_layer(kernel, "link"), 0, inputs)};
  const Subgraph fused = fuse({std::move(graph), inputs});
  if (resource) *resource = fused.graph.layer_of(fused.outputs[0]).kernel->resource();
  return fused.graph.size();
}

TEST(Fuse, KeepsAResourceThatAllMembersNameAndMixesNone) {
  NoResource a, b;
  const auto with_a = std::make_shared<ResourceKernel>(a);
  const auto with_b = std::make_shared<ResourceKernel>(b);
  const KernelPtr plain = mixing_kernel(0);
  Resource* resource = nullptr;
  EXPECT_EQ(fused_size({with_a, with_a, with_a}, &resource), 1u);
  EXPECT_EQ(resource, &a);
  EXPECT_EQ(fused_size({plain, plain}, &resource), 1u);
  EXPECT_EQ(resource, nullptr);
  EXPECT_EQ(fused_size({with_a, with_b}), 2u);
  EXPECT_EQ(fused_size({plain, with_a, with_a, plain}), 3u);
}

TEST(Fuse, CutsLongChains) {
  EXPECT_EQ(fused_size(std::vector<KernelPtr>(80, mixing_kernel(0))), 10u);
}

TEST(Fuse, BlocksOfTheSameLayersShareALayer) {
  Graph graph;
  const LayerId a = graph.add_layer(mixing_kernel(0), "a");
  const LayerId b = graph.add_layer(mixing_kernel(1), "b");
  std::vector<TaskId> outputs;
  for (int i = 0; i < 5; ++i)
    outputs.push_back(graph.add(b, 10 + i, {graph.add(a, i, {}, 100)}, 50));
  const Subgraph fused = fuse({std::move(graph), outputs});
  EXPECT_EQ(fused.graph.size(), 5u);
  EXPECT_EQ(fused.graph.layer_count(), 1u);
  EXPECT_EQ(fused.graph.layer(0).name, "a, b");
  EXPECT_EQ(fused.graph.task(0).bytes, 100);  // at its largest
}

TEST(GraphToDot, QuotesNamesAndMarksOutputs) {
  Graph graph;
  const LayerId layer = graph.add_layer(mixing_kernel(0), "say \"hi\"\\\nthere");
  const TaskId unused = graph.add(layer, 0, {});
  const TaskId output = graph.add(layer, 1, {});
  const std::string text = graph_to_dot(graph, std::vector<TaskId>{output});
  EXPECT_NE(text.find(R"(label="say \"hi\"\\\nthere")"), std::string::npos) << text;
  EXPECT_NE(text.find("data1 [shape=box, label=\"\", penwidth=2]"), std::string::npos) << text;
  EXPECT_EQ(text.find("function" + std::to_string(unused) + " "), std::string::npos);
}

}  // namespace
}  // namespace shoal
