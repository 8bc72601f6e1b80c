// SPDX-License-Identifier: Apache-2.0
// A host that stands still longer than its session lasts, while another one
// takes over, and then goes on.
#include <signal.h>

#include <filesystem>
#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/fault/crash/scene.h"

namespace rowfall::fault {
namespace {

// Stops a host at a point of its first batches until another one has done
// everything, then lets it go on.
void Revive(Scene& scene, const std::string& point) {
  SCOPED_TRACE("stopped at " + point + " of " + scene.name());
  const std::string other_dir = scene.dir() + "/other";
  std::filesystem::create_directory(other_dir);
  scene.Produce(400);
  const auto zombie = scene.Start(point + ":2:stop");
  ASSERT_TRUE(zombie->WaitUntilStopped(absl::Seconds(30)))
      << "The point was not passed";
  const auto other = scene.Start("", {"dir=" + other_dir});
  if (point == "sqlite_committing") {
    // It holds the lock of the database: the other one has to wait for it.
    EXPECT_TRUE(
        Eventually([&] { return scene.HasLogged(other_dir, "Reads "); }));
  } else {
    EXPECT_TRUE(Eventually([&] { return scene.IsComplete(); }));
  }
  zombie->Signal(SIGCONT);
  scene.Produce(200);
  EXPECT_TRUE(Eventually([&] { return scene.IsComplete(); }));
  // It has to come back as a member: from here on it is alone.
  other->Signal(SIGTERM);
  EXPECT_EQ(other->Wait(absl::Seconds(30)), 0);
  scene.Produce(100);
  EXPECT_TRUE(Eventually([&] { return scene.IsComplete(); }));
  zombie->Signal(SIGTERM);
  EXPECT_EQ(zombie->Wait(absl::Seconds(30)), 0);
  EXPECT_TRUE(scene.IsComplete());
}

TEST(CrashZombie, WritesNothingTwiceWithSqlite) {
  const std::string points[] = {"polled", "writing", "sqlite_committing",
                                "written", "committing"};
  Figures figures;
  const uint64_t seed = SeedOfTest();
  RunInParallel(5, [&](int i) {
    Scene scene({.table = Table::kSqlite, .only_rows = true}, seed + i,
                &figures);
    Revive(scene, points[i]);
    scene.Check();
    if (points[i] == "writing") {
      EXPECT_TRUE(scene.HasLogged(scene.dir(), "Stored position is"))
          << "The late write was not refused";
    }
  });
}

TEST(CrashZombie, LosesNothingAtLeastOnce) {
  const std::string points[] = {"polled", "writing", "file_half", "written",
                                "committing"};
  Figures figures;
  const uint64_t seed = SeedOfTest();
  RunInParallel(5, [&](int i) {
    Scene scene({.only_rows = true}, seed + i, &figures);
    Revive(scene, points[i]);
  });
}

}  // namespace
}  // namespace rowfall::fault
