#include "base/token.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace shoal {
namespace {

TEST(Token, EqualContentGivesEqualTokens) {
  const auto token = [] { return Hasher().text("add").number(3).finish(); };
  EXPECT_EQ(token(), token());
  EXPECT_EQ(token().hex().size(), 32u);
}

TEST(Token, LengthIsPartOfTheContent) {
  EXPECT_NE(Hasher().text("ab").text("c").finish(), Hasher().text("a").text("bc").finish());
}

TEST(Token, UniqueTokensDiffer) {
  std::unordered_set<Token> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(unique_token()).second);
}

}  // namespace
}  // namespace shoal
