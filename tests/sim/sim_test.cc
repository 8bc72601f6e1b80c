// SPDX-License-Identifier: Apache-2.0
// Runs the simulation for many seeds. ROWFALL_SEED is the first one,
// ROWFALL_SIM_SEEDS how many, or --first S and --seeds N.
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/str_join.h"
#include "base/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/simulation.h"

namespace rowfall::tests {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// The problems of a seed with how to see them again.
std::string Report(uint64_t seed) {
  const SimOutcome outcome = Simulate(seed, Tracing::kOn);
  return base::Cat(absl::StrJoin(outcome.trace, "\n"), "\n\nSeed ", seed, ": ",
                   absl::StrJoin(outcome.problems, "\n"),
                   "\nAgain: sim_test --first ", seed, " --seeds 1\n");
}

TEST(SimTest, NothingIsLostNothingTwiceNothingSilent) {
  const uint64_t first = FromEnvironment("ROWFALL_SEED", 1);
  const uint64_t seeds = FromEnvironment("ROWFALL_SIM_SEEDS", 500);
  size_t rows = 0, duplicates = 0;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    const SimOutcome outcome = Simulate(seed);
    ASSERT_TRUE(outcome.ok()) << Report(seed);
    rows += outcome.rows_written;
    duplicates += outcome.duplicates;
  }
  std::cout << seeds << " seeds from " << first << ": " << rows
            << " rows written, " << duplicates << " of them again\n";
}

TEST(SimTest, ASeedAlwaysDoesTheSame) {
  for (const uint64_t seed : {11, 12, 13, 14}) {
    EXPECT_EQ(Simulate(seed, Tracing::kOn).trace,
              Simulate(seed, Tracing::kOn).trace);
  }
}

}  // namespace
}  // namespace rowfall::tests

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--first") setenv("ROWFALL_SEED", argv[i + 1], 1);
    if (flag == "--seeds") setenv("ROWFALL_SIM_SEEDS", argv[i + 1], 1);
  }
  return RUN_ALL_TESTS();
}
