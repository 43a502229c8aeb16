// Runs a kernels' test program again without the machine's best instruction sets: a test that
// includes this file covers AVX-512, AVX2 and the plain fallback on one machine.
#pragma once

#include <gtest/gtest.h>
#include <hwy/detect_targets.h>
#include <hwy/targets.h>

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace shoal {

inline constexpr const char* disabled_targets_variable = "SHOAL_TEST_DISABLED_TARGETS";

inline const bool targets_disabled = [] {
  const char* targets = std::getenv(disabled_targets_variable);
  if (targets) hwy::DisableTargets(std::atoll(targets));
  return targets != nullptr;
}();

TEST(InstructionSets, AllPassTheseTests) {
  if (targets_disabled) GTEST_SKIP() << "runs in the program that starts the others";
  for (const std::int64_t disabled : {std::int64_t{HWY_AVX3}, std::int64_t{HWY_AVX3 | HWY_AVX2}}) {
    const std::string command = std::string(disabled_targets_variable) + "=" +
                                std::to_string(disabled) + " /proc/" + std::to_string(::getpid()) +
                                "/exe --gtest_brief=1";
    EXPECT_EQ(std::system(command.c_str()), 0) << "without the targets " << disabled;
  }
}

}  // namespace shoal
