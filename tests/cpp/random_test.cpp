#include "kernels/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "each_instruction_set.hpp"

namespace shoal {
namespace {

struct KnownAnswer {
  int rounds;
  std::uint64_t counter[2];
  std::uint64_t key[2];
  std::uint64_t words[2];
};

// Published by the authors of Threefry: zeros, ones, and the digits of pi.
TEST(Threefry, GivesThePublishedAnswers) {
  constexpr std::uint64_t ones = ~0ull;
  const KnownAnswer answers[] = {
      {13, {0, 0}, {0, 0}, {0xf167b032c3b480bd, 0xe91f9fee4b7a6fb5}},
      {13, {ones, ones}, {ones, ones}, {0xccdec5c917a874b1, 0x4df53abca26ceb01}},
      {13,
       {0x243f6a8885a308d3, 0x13198a2e03707344},
       {0xa4093822299f31d0, 0x082efa98ec4e6c89},
       {0xc3aac71561042993, 0x3fe7ae8801aff316}},
      {20, {0, 0}, {0, 0}, {0xc2b6e3a8c2c69865, 0x6f81ed42f350084d}},
      {20, {ones, ones}, {ones, ones}, {0xe02cb7c4d95d277a, 0xd06633d0893b8b68}},
  };
  for (const KnownAnswer& answer : answers) {
    std::uint64_t words[2];
    threefry2x64(answer.rounds, answer.counter, answer.key, words);
    EXPECT_EQ(words[0], answer.words[0]) << answer.rounds;
    EXPECT_EQ(words[1], answer.words[1]) << answer.rounds;
  }
}

TEST(Random, GroupsTakeFirstWordsThenSecondWords) {
  constexpr std::uint64_t seed = 12345;
  std::vector<double> numbers(3 * random_group);
  random_groups(seed, 7, 3, numbers.data());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::uint64_t element = 7 * random_group + i;
    const std::uint64_t counter[2] = {element / 16 * 8 + element % 8, 0};
    const std::uint64_t key[2] = {seed, 0x53686F616C};
    std::uint64_t words[2];
    threefry2x64(13, counter, key, words);
    EXPECT_EQ(numbers[i], static_cast<double>(words[element / 8 % 2] >> 11) * 0x1p-53) << i;
  }
}

TEST(Random, StridedEqualsGroups) {
  std::vector<double> all(random_group * 40);
  random_groups(3, 0, 40, all.data());
  for (std::int64_t step : {1, 2, 3, 7, 16, 17}) {
    for (std::size_t count : {0u, 1u, 7u, 8u, 9u, 30u}) {
      std::vector<double> picked(count + 1, -1.0);
      random_strided(3, 5, step, count, picked.data());
      for (std::size_t i = 0; i < count; ++i)
        ASSERT_EQ(picked[i], all[5 + i * static_cast<std::size_t>(step)]) << step;
      EXPECT_EQ(picked[count], -1.0) << "wrote beyond the end";
    }
  }
  std::vector<double> backwards(20);
  random_strided(3, 19, -1, 20, backwards.data());
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(backwards[i], all[19 - i]);
}

TEST(Random, IsUniformAndSeedsDiffer) {
  std::vector<double> a(160000), b(160000);
  random_groups(1, 0, 10000, a.data());
  random_groups(2, 0, 10000, b.data());
  double mean = 0, product = 0;
  std::vector<int> bins(10);
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_GE(a[i], 0.0);
    ASSERT_LT(a[i], 1.0);
    mean += a[i];
    product += (a[i] - 0.5) * (b[i] - 0.5);
    ++bins[static_cast<std::size_t>(a[i] * 10)];
  }
  EXPECT_NEAR(mean / 160000, 0.5, 0.004);
  EXPECT_NEAR(product / 160000, 0.0, 0.002);
  for (int bin : bins) EXPECT_NEAR(bin, 16000, 600);
}

}  // namespace
}  // namespace shoal
