#include <gtest/gtest.h>

#include <shoal/config.hpp>
#include <shoal/delayed.hpp>

#include <atomic>
#include <memory>
#include <numeric>

namespace shoal {
namespace {

int inc(int x) { return x + 1; }
int twice(int x) { return 2 * x; }
int add(int x, int y) { return x + y; }
int sum(const std::vector<int>& items) { return std::accumulate(items.begin(), items.end(), 0); }

class DelayedTest : public testing::TestWithParam<std::string> {
 protected:
  ComputeOptions options() const {
    ComputeOptions options;
    options.scheduler = GetParam();
    return options;
  }
};

TEST_P(DelayedTest, TheLoopOfTheLessonGivesFifty) {
  std::vector<Delayed<int>> output;
  for (int x : {1, 2, 3, 4, 5}) output.push_back(delayed(add)(delayed(inc)(x), delayed(twice)(x)));
  EXPECT_EQ(delayed(sum)(output).compute(options()), 50);
}

TEST_P(DelayedTest, PlainDelayedAndVectorArgumentsMix) {
  const auto describe = delayed(
      [](const std::string& name, const std::vector<int>& plain, const std::vector<int>& late,
         int last) {
        return name + std::to_string(plain.size()) + std::to_string(late.at(1)) +
               std::to_string(last);
      },
      "describe");
  const std::vector<Delayed<int>> late = {delayed(inc)(1), delayed(inc)(6)};
  const Delayed<std::string> text =
      describe(std::string("n"), std::vector<int>{1, 2, 3}, late, delayed(twice)(4));
  EXPECT_EQ(text.compute(options()), "n378");
}

TEST_P(DelayedTest, AnEmptyVectorOfDelayedIsAnEmptyVector) {
  EXPECT_EQ(delayed(sum)(std::vector<Delayed<int>>{}).compute(options()), 0);
}

TEST_P(DelayedTest, AFunctionWithoutAResultRuns) {
  const auto count = std::make_shared<std::atomic<int>>(0);
  const Delayed<void> first = delayed([count] { ++*count; })();
  delayed([count](std::monostate) { ++*count; })(first).compute(options());
  EXPECT_EQ(*count, 2);
}

TEST_P(DelayedTest, AnExceptionKeepsItsType) {
  const auto fail = delayed([](int x) -> int { throw std::out_of_range(std::to_string(x)); });
  try {
    delayed(inc)(fail(7)).compute(options());
    FAIL() << "nothing was thrown";
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "7");
  }
}

TEST_P(DelayedTest, EqualCallsAreCallsOfTheirOwnAndOneCallRunsOnce) {
  const auto count = std::make_shared<std::atomic<int>>(0);
  const auto next = delayed([count] { return ++*count; });
  const auto a = next();
  const auto b = next();
  delayed(sum)(std::vector<Delayed<int>>{a, b, a, b}).compute(options());
  EXPECT_EQ(*count, 2);
}

TEST_P(DelayedTest, ManyAreComputedInOneRun) {
  std::vector<Delayed<int>> many;
  for (int i = 0; i < 1000; ++i) many.push_back(delayed(inc)(i));
  const std::vector<int> results = compute(many, options());
  ASSERT_EQ(results.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], i + 1);
}

TEST_P(DelayedTest, LongChainsRunAndAreFreed) {
  Delayed<int> value = delayed(inc)(0);
  for (int i = 1; i < 100000; ++i) value = delayed(inc)(value);
  EXPECT_EQ(value.compute(options()), 100000);
}

TEST_P(DelayedTest, ATaskMayCompute) {
  const ComputeOptions inner = options();
  const auto nested = delayed([inner](int x) { return delayed(inc)(x).compute(inner); });
  std::vector<Delayed<int>> many;
  for (int i = 0; i < 20; ++i) many.push_back(nested(i));
  ComputeOptions outer = options();
  outer.num_workers = 1;
  EXPECT_EQ(delayed(sum)(many).compute(outer), 210);
}

INSTANTIATE_TEST_SUITE_P(Executors, DelayedTest, testing::Values("sync", "threads"));

TEST(Delayed, BuildingRunsNothing) {
  bool ran = false;
  const auto value = delayed([&ran] { return ran = true; })();
  EXPECT_FALSE(ran);
  EXPECT_TRUE(value.compute());
  EXPECT_TRUE(ran);
}

TEST(Delayed, PlansShowTheGivenNames) {
  const auto total = delayed(add, "add")(delayed(inc, "inc")(1), 2);
  const std::string plan = total.explain();
  EXPECT_NE(plan.find("add"), std::string::npos) << plan;
  EXPECT_NE(plan.find("inc"), std::string::npos) << plan;
}

TEST(Delayed, TheResultsTypeIsDeduced) {
  static_assert(std::is_same_v<decltype(delayed(inc)(1)), Delayed<int>>);
  static_assert(
      std::is_same_v<decltype(delayed(std::plus<>())(delayed(inc)(1), 2.5)), Delayed<double>>);
  EXPECT_EQ(delayed(std::plus<>())(delayed(inc)(1), 2.5).compute(), 4.5);
}

}  // namespace
}  // namespace shoal
