// SPDX-License-Identifier: Apache-2.0
// A message that kills its host again and again.
#include <signal.h>

#include <string>

#include "gtest/gtest.h"
#include "tests/fault/crash/scene.h"

namespace rowfall::fault {
namespace {

constexpr int64_t kPoison = 7;
// Those of the run that created the view, of max_crashes, and two at the
// message alone; one more for each commit that a death took with it.
constexpr int kLeastDeaths = 1 + 3 + 2;
constexpr int kMostDeaths = kLeastDeaths + 4;

class CrashLoop : public ::testing::TestWithParam<std::string> {};

// Returns whether the host died, false when it got to the end of everything.
bool DiesAtPoison(Scene& scene, int signal) {
  const auto host = scene.Start("", {"kill_id=" + std::to_string(kPoison),
                                     "kill_signal=" + std::to_string(signal)});
  const auto ended = [&] { return host->Wait(absl::ZeroDuration()); };
  EXPECT_TRUE(
      Eventually([&] { return ended().has_value() || scene.IsComplete(); }));
  if (ended().has_value()) {
    EXPECT_EQ(ended(), -signal);
    scene.Check();
    return true;
  }
  host->Signal(SIGTERM);
  EXPECT_EQ(host->Wait(absl::Seconds(30)), 0);
  return false;
}

TEST_P(CrashLoop, EndsBehindTheMessageWithEveryOtherOneOnce) {
  const uint64_t seed = SeedOfTest();
  Figures figures;
  RunInParallel(2, [&](int i) {
    Scene scene({.table = Table::kSqlite,
                 .member = Member::kStatic,
                 .partitions = 2,
                 .only_rows = true,
                 .on_error = GetParam(),
                 .poison_id = kPoison},
                seed + i, &figures);
    scene.Produce(200);
    int deaths = 0;
    while (deaths <= kMostDeaths &&
           DiesAtPoison(scene, i == 0 ? SIGKILL : SIGABRT)) {
      ++deaths;
    }
    EXPECT_GE(deaths, kLeastDeaths);
    EXPECT_LE(deaths, kMostDeaths);
    EXPECT_TRUE(Scene::HasLogged(scene.dir(), "Takes messages one by one"));
    scene.Produce(200);
    scene.Finish();
  });
}

INSTANTIATE_TEST_SUITE_P(OnError, CrashLoop,
                         ::testing::Values("skip", "dead_letter"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace rowfall::fault
