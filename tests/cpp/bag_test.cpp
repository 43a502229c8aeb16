#include <gtest/gtest.h>

#include <shoal/bag.hpp>

#include <atomic>
#include <numeric>
#include <sstream>
#include <string>

#include "expr/optimize.hpp"

namespace shoal {
namespace {

using Case = std::tuple<std::string, int, int>;  // scheduler, elements, partitions

std::vector<int> numbers(int count) {
  std::vector<int> items(static_cast<std::size_t>(count));
  std::iota(items.begin(), items.end(), -3);
  return items;
}

class BagTest : public testing::TestWithParam<Case> {
 protected:
  ComputeOptions options() const {
    ComputeOptions options;
    options.scheduler = std::get<0>(GetParam());
    return options;
  }
  std::vector<int> elements() const { return numbers(std::get<1>(GetParam())); }
  Bag<int> bag() const {
    return Bag<int>::from_sequence(elements(), {.npartitions = std::get<2>(GetParam())});
  }
  // The same elements, with partitions that a filter has emptied before, among and after them.
  Bag<int> bag_with_gaps() const {
    std::vector<int> padded(20, 1000);
    for (int item : elements()) {
      padded.push_back(item);
      padded.insert(padded.end(), 3, 1000);
    }
    padded.insert(padded.end(), 20, 1000);
    return Bag<int>::from_sequence(padded, {.partition_size = 2}).filter([](int x) {
      return x < 1000;
    });
  }
};

TEST_P(BagTest, KeepsTheElementsInOrder) {
  EXPECT_EQ(bag().compute(options()), elements());
  EXPECT_EQ(bag_with_gaps().compute(options()), elements());
}

TEST_P(BagTest, MapsFiltersAndFlattens) {
  const auto program = bag()
                           .map([](int x) { return std::to_string(x); })
                           .filter([](const std::string& text) { return text.size() < 2; })
                           .map([](const std::string& text) { return text + "!"; })
                           .flatten();
  std::vector<char> expected;
  for (int x : elements())
    if (x >= 0 && x < 10) expected.insert(expected.end(), {static_cast<char>('0' + x), '!'});
  EXPECT_EQ(program.compute(options()), expected);
  ComputeOptions unoptimized = options();
  unoptimized.optimize = false;
  EXPECT_EQ(program.compute(unoptimized), expected);
}

TEST_P(BagTest, Reduces) {
  const std::vector<int> items = elements();
  for (const Bag<int>& bag : {bag(), bag_with_gaps()}) {
    const std::int64_t sum = std::accumulate(items.begin(), items.end(), std::int64_t{0});
    EXPECT_EQ(bag.sum().compute(options()), sum);
    EXPECT_EQ(bag.count().compute(options()), static_cast<std::int64_t>(items.size()));
    EXPECT_EQ(bag.any().compute(options()),
              std::any_of(items.begin(), items.end(), [](int x) { return x != 0; }));
    EXPECT_EQ(bag.all().compute(options()),
              std::all_of(items.begin(), items.end(), [](int x) { return x != 0; }));
    EXPECT_EQ(bag.fold(std::plus<>(), 100).compute(options()), sum + 100);
    const auto longest = bag.fold(
        [](std::size_t length, int x) { return std::max(length, std::to_string(x).size()); },
        [](std::size_t a, std::size_t b) { return std::max(a, b); }, std::size_t{0});
    std::size_t expected = 0;
    for (int x : items) expected = std::max(expected, std::to_string(x).size());
    EXPECT_EQ(longest.compute(options()), expected);
    EXPECT_EQ(bag.frequencies().compute(options()).size(), items.size());
    if (items.empty()) {
      EXPECT_THROW(bag.min().compute(options()), ValueError);
      EXPECT_THROW(bag.max().compute(options()), ValueError);
      EXPECT_THROW(bag.mean().compute(options()), ValueError);
      EXPECT_THROW(bag.fold(std::plus<>()).compute(options()), ValueError);
    } else {
      EXPECT_EQ(bag.min().compute(options()), items.front());
      EXPECT_EQ(bag.max().compute(options()), items.back());
      EXPECT_DOUBLE_EQ(bag.mean().compute(options()),
                       static_cast<double>(sum) / static_cast<double>(items.size()));
      EXPECT_EQ(bag.fold(std::plus<>()).compute(options()), sum);
    }
  }
}

TEST_P(BagTest, FoldsKeepTheOrder) {
  const auto words = bag().map([](int x) { return std::to_string(x); });
  std::string expected = "<";
  for (int x : elements()) expected += std::to_string(x);
  EXPECT_EQ(words.fold(std::plus<>(), std::string("<")).compute(options()), expected);
}

TEST_P(BagTest, EveryPartitionStartsFromItsOwnInitialValue) {
  using Counts = std::vector<int>;  // of even and of odd elements
  const auto take_in = [](Counts counts, int x) {
    ++counts.at(x % 2 == 0 ? 0 : 1);
    return counts;
  };
  const auto join = [](Counts a, const Counts& b) {
    a.at(0) += b.at(0);
    a.at(1) += b.at(1);
    return a;
  };
  Counts expected = {0, 0};
  for (int x : elements()) ++expected[x % 2 == 0 ? 0 : 1];
  EXPECT_EQ(bag().fold(take_in, join, Counts{0, 0}).compute(options()), expected);
}

TEST_P(BagTest, TakesFromTheFront) {
  const std::vector<int> items = elements();
  for (std::size_t n : {0, 1, 3, 1000}) {
    const std::vector<int> expected(
        items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min(n, items.size())));
    EXPECT_EQ(bag().take(n, -1, options()), expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, BagTest,
                         testing::Combine(testing::Values("sync", "threads"),
                                          testing::Values(0, 1, 2, 5, 103),
                                          testing::Values(1, 2, 3, 7, 200)));

TEST(Bag, SplitsAsAskedFor) {
  using Sizes = std::vector<std::int64_t>;
  EXPECT_EQ(partition_sizes(5, {.npartitions = 2}), (Sizes{3, 2}));
  EXPECT_EQ(partition_sizes(10, {.npartitions = 4}), (Sizes{3, 3, 3, 1}));
  EXPECT_EQ(partition_sizes(10, {.partition_size = 3}), (Sizes{3, 3, 3, 1}));
  EXPECT_EQ(partition_sizes(5, {}), (Sizes{1, 1, 1, 1, 1}));
  EXPECT_EQ(partition_sizes(1000, {}), Sizes(100, 10));
  EXPECT_EQ(partition_sizes(0, {}), Sizes{0});
  EXPECT_THROW(partition_sizes(5, {.npartitions = -1}), ValueError);
}

TEST(Bag, SaysWhatItIs) {
  std::ostringstream text;
  text << Bag<int>::from_sequence({1, 2, 3, 4, 5}, {.npartitions = 2}).map([](int x) { return x; });
  EXPECT_EQ(text.str(), "shoal.bag<map, npartitions=2>");
}

TEST(Bag, AdjacentStepsAreOneTaskAPartition) {
  const auto bag = Bag<int>::from_sequence(numbers(10), {.npartitions = 5})
                       .map([](int x) { return x + 1; })
                       .filter([](int x) { return x > 0; })
                       .map([](int x) { return 2 * x; });
  const std::vector<ExprPtr> roots = {bag.expression()};
  EXPECT_EQ(topological_order(roots).size(), 4u);
  EXPECT_EQ(topological_order(optimize(roots)).size(), 2u);
}

TEST(Bag, AStepThatIsUsedTwiceRunsOnce) {
  std::atomic<int> calls = 0;
  const auto shared = Bag<int>::from_sequence(numbers(10), {.npartitions = 5}).map([&](int x) {
    ++calls;
    return x;
  });
  const auto minimum = shared.min();
  const auto maximum = shared.max();
  const std::vector<ExprPtr> roots = {minimum.expression(), maximum.expression(),
                                      shared.expression()};
  const auto blocks = compute_blocks(roots);
  EXPECT_EQ(blocks[0][0].as<int>(), -3);
  EXPECT_EQ(blocks[1][0].as<int>(), 6);
  EXPECT_EQ(calls, 10);
}

TEST(Bag, TakeRunsTheFirstPartitionOnly) {
  std::atomic<int> calls = 0;
  const auto bag = Bag<int>::from_sequence(numbers(100), {.npartitions = 10}).map([&](int x) {
    ++calls;
    return x;
  });
  EXPECT_EQ(bag.take(2), (std::vector<int>{-3, -2}));
  EXPECT_EQ(calls, 10);
  EXPECT_THROW(bag.take(2, 11), ValueError);
}

TEST(Bag, HoldsTruthValues) {
  const auto odd = Bag<int>::from_sequence(numbers(10), {.npartitions = 3}).map([](int x) {
    return x % 2 != 0;
  });
  EXPECT_EQ(odd.sum().compute(), 5);
  EXPECT_TRUE(odd.any().compute());
  EXPECT_FALSE(odd.all().compute());
}

TEST(Bag, AReductionToAnotherTypeSeesAllPartialsAtOnce) {
  const auto text = Bag<int>::from_sequence(numbers(30), {.npartitions = 30})
                        .reduction([](const std::vector<int>& items) { return items.size(); },
                                   [](const std::vector<std::size_t>& counts) {
                                     return std::to_string(counts.size());
                                   });
  EXPECT_EQ(text.compute(), "30");
}

TEST(Bag, AnExceptionKeepsItsType) {
  const auto bag = Bag<int>::from_sequence(numbers(10)).map([](int x) -> int {
    if (x == 4) throw std::domain_error("four");
    return x;
  });
  EXPECT_THROW(bag.sum().compute(), std::domain_error);
}

}  // namespace
}  // namespace shoal
