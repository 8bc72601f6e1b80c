// SPDX-License-Identifier: Apache-2.0
// A host that is killed at random times, again and again.
#include <iostream>
#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/fault/crash/scene.h"

namespace rowfall::fault {
namespace {

// Rounds over one topic and one group.
constexpr int kRoundsOfAScene = 5;

SceneOptions RandomOptions(Table table, uint64_t seed) {
  std::mt19937_64 random(seed);
  SceneOptions options{.table = table};
  options.member = static_cast<Member>(random() % 3);
  options.partitions = 1 + static_cast<int>(random() % 5);
  options.batch = 5 + static_cast<int>(random() % 60);
  if (options.member != Member::kListed) {
    options.num_consumers = 1 + static_cast<int>(random() % 2);
  }
  return options;
}

// A round: messages, a life, a death, the checks.
void RunRounds(Table table) {
  const uint64_t seed = SeedOfTest();
  const int rounds = RoundsOfTest();
  const absl::Time start = absl::Now();
  Figures figures;
  RunInParallel((rounds + kRoundsOfAScene - 1) / kRoundsOfAScene, [&](int i) {
    const uint64_t scene_seed = seed * 1000 + static_cast<uint64_t>(i);
    Scene scene(RandomOptions(table, scene_seed), scene_seed, &figures);
    for (int round = 0; round < kRoundsOfAScene; ++round) {
      scene.Produce(100 + static_cast<int64_t>(scene.random()() % 400));
      scene.DieAtRandom();
    }
    scene.Finish();
    const std::lock_guard lock(figures.mutex);
    figures.rounds += kRoundsOfAScene;
  });
  std::cout << figures.ToString() << ", "
            << absl::FormatDuration(absl::Now() - start) << std::endl;
}

TEST(CrashRounds, AtLeastOnceWithAFile) { RunRounds(Table::kFile); }
TEST(CrashRounds, ExactlyOnceWithSqlite) { RunRounds(Table::kSqlite); }
TEST(CrashRounds, ExactSumsWithSqlite) { RunRounds(Table::kSums); }

}  // namespace
}  // namespace rowfall::fault
