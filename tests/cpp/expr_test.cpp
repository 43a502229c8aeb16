#include "expr/expr.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "expr/optimize.hpp"

namespace shoal {
namespace {

class AddOne final : public Operation {
 public:
  std::string name() const override { return "add_one"; }
  void hash(Hasher&) const override {}
  void lower(const Expr&, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    const LayerId layer =
        graph.add_layer(make_kernel([](std::span<const Value> values, const TaskContext&) {
                          return Value::of(values[0].as<int>() + 1);
                        }),
                        name());
    blocks.push_back(graph.add(layer, 0, {inputs[0][0]}));
  }
};

ExprPtr add_one(const ExprPtr& input) {
  return Expr::make(std::make_shared<AddOne>(), {input}, Meta(DelayedMeta{}));
}

TEST(Expr, EqualContentIsLoweredOnce) {
  const ExprPtr one = held_values("one", {Value::of(1)}, DelayedMeta{});
  const ExprPtr a = add_one(one);
  const ExprPtr b = add_one(one);
  EXPECT_EQ(a->token(), b->token());
  const std::vector<ExprPtr> roots = {a, b};
  const LoweredGraph lowered = lower(roots);
  EXPECT_EQ(lowered.graph.size(), 2u);
  EXPECT_EQ(lowered.outputs[0], lowered.outputs[1]);
}

TEST(Expr, TheKindOfAResultIsPartOfItsToken) {
  const ExprPtr one = held_values("one", {Value::of(1)}, DelayedMeta{});
  const auto operation = std::make_shared<AddOne>();
  const auto token = [&](Meta meta) {
    return Expr::make(operation, {one}, std::move(meta))->token().hex();
  };
  FrameMeta series;
  series.kind = FrameKind::Series;
  const std::set<std::string> tokens = {token(DelayedMeta{}), token(BagMeta{1}), token(FrameMeta{}),
                                        token(series)};
  EXPECT_EQ(tokens.size(), 4u);
}

// Meaningful under the thread sanitizer.
TEST(Expr, SharedChainsMayBeReadAndFreedOnSeveralThreads) {
  for (int round = 0; round < 20; ++round) {
    ExprPtr shared = held_values("one", {Value::of(1)}, DelayedMeta{});
    for (int i = 0; i < 100; ++i) shared = add_one(shared);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([top = add_one(shared)]() mutable {
        EXPECT_EQ(topological_order({&top, 1}).size(), 102u);
        top.reset();
      });
    shared.reset();
  }
}

TEST(Expr, LongChainsNeitherOverflowWhenLoweredNorWhenFreed) {
  ExprPtr expr = held_values("one", {Value::of(1)}, DelayedMeta{});
  for (int i = 0; i < 300000; ++i) expr = add_one(expr);
  const std::vector<ExprPtr> roots = {expr};
  EXPECT_EQ(lower(roots).graph.size(), 300001u);
}

TEST(Expr, RewritingRebuildsUsersOfAChangedNode) {
  const ExprPtr one = held_values("one", {Value::of(1)}, DelayedMeta{});
  const ExprPtr two = held_values("two", {Value::of(2)}, DelayedMeta{});
  const std::vector<ExprPtr> roots = {add_one(add_one(one))};
  const auto rewritten = rewrite_bottom_up(
      roots, [&](const ExprPtr& expr) { return expr->token() == one->token() ? two : expr; });
  EXPECT_NE(rewritten[0]->token(), roots[0]->token());
  EXPECT_EQ(topological_order(rewritten)[0]->token(), two->token());
}

TEST(Optimize, PassesOverKindsThatAreNotThereAreLeftOut) {
  register_pass({"no arrays here", PassStage::Simplify,
                 [](std::span<const ExprPtr>) -> std::vector<ExprPtr> {
                   throw InternalError("run without an array");
                 },
                 MetaKind::Array});
  register_pass({"values", PassStage::Simplify,
                 [](std::span<const ExprPtr> roots) {
                   return std::vector<ExprPtr>(roots.begin(), roots.end());
                 },
                 MetaKind::Delayed});
  const std::vector<ExprPtr> roots = {add_one(held_values("one", {Value::of(1)}, DelayedMeta{}))};
  std::vector<PassRecord> records;
  OptimizeOptions options;
  options.records = &records;
  EXPECT_EQ(optimize(roots, options)[0]->token(), roots[0]->token());
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].name, "values");
}

}  // namespace
}  // namespace shoal
