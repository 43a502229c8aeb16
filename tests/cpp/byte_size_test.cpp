#include "base/byte_size.hpp"

#include <shoal/error.hpp>

#include <gtest/gtest.h>

namespace shoal {
namespace {

TEST(ByteSize, NumbersWithAndWithoutUnits) {
  EXPECT_EQ(parse_byte_size("10000"), 10000);
  EXPECT_EQ(parse_byte_size("64MiB"), 64ll << 20);
  EXPECT_EQ(parse_byte_size("1.5 GB"), 1500000000);
  EXPECT_EQ(parse_byte_size("10 kb"), 10000);
  EXPECT_EQ(parse_byte_size("1e6"), 1000000);
  EXPECT_EQ(parse_byte_size("MB"), 1000000);
  EXPECT_EQ(parse_byte_size("0"), 0);
}

TEST(ByteSize, WhatIsNoSize) {
  for (const char* text : {"", "MBs", "ten", "-5", "12 parsecs", "1e300", "nan"})
    EXPECT_THROW(parse_byte_size(text), ValueError) << text;
}

}  // namespace
}  // namespace shoal
