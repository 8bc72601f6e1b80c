// SPDX-License-Identifier: Apache-2.0
// Who polls while a worker is away, and for how long.
#include "source/stand_in.h"

#include <atomic>
#include <functional>
#include <utility>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace rowfall::source {
namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(20);

bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 300 && !holds(); ++i) {
    absl::SleepFor(absl::Milliseconds(100));
  }
  return holds();
}

TEST(StandInTest, PollsUntilTheWorkerIsStuckAndAgainWhenItWasBack) {
  std::atomic<int> polls = 0;
  StandIn stand_in(kInterval);
  ASSERT_TRUE(stand_in.Start([&] { ++polls; }));
  ASSERT_TRUE(Eventually([&] { return polls > 0; }));
  int before = -1;
  ASSERT_TRUE(
      Eventually([&] { return polls == std::exchange(before, polls); }));
  {
    const StandIn::Turn turn(stand_in);
    EXPECT_GE(stand_in.TakeAbsence(), kInterval * StandIn::kStuckAfter);
    EXPECT_EQ(stand_in.TakeAbsence(), absl::ZeroDuration());
  }
  EXPECT_TRUE(Eventually([&] { return polls > before; }));
}

TEST(StandInTest, IsNotThereWhileTheWorkerIs) {
  std::atomic<bool> worker_is_there = false;
  std::atomic<int> polls = 0, together = 0;
  StandIn stand_in(kInterval);
  ASSERT_TRUE(stand_in.Start([&] {
    ++polls;
    if (worker_is_there) ++together;
  }));
  for (int i = 0; i < 20; ++i) {
    {
      const StandIn::Turn turn(stand_in);
      worker_is_there = true;
      absl::SleepFor(kInterval / 4);
      worker_is_there = false;
    }
    absl::SleepFor(kInterval / 4);
  }
  stand_in.Stop();
  EXPECT_GT(polls, 0);
  EXPECT_EQ(together, 0);
}

}  // namespace
}  // namespace rowfall::source
