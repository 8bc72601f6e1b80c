// SPDX-License-Identifier: Apache-2.0
// When a client that stopped fetching is woken.
#include "source/fetch_waker.h"

#include "gtest/gtest.h"

namespace rowfall::source {
namespace {

constexpr absl::Duration kStep = FetchWaker::kInterval;

TEST(FetchWakerTest, WakesOnceAnIntervalWhileTheQueueRunsLow) {
  FetchWaker waker;
  EXPECT_FALSE(waker.Observe(10000, kStep));
  EXPECT_FALSE(waker.Observe(6000, 2 * kStep));
  EXPECT_TRUE(waker.Observe(5000, 3 * kStep));
  EXPECT_FALSE(waker.Observe(4000, 3.5 * kStep));
  EXPECT_TRUE(waker.Observe(3000, 4 * kStep));
}

TEST(FetchWakerTest, RestsWhenTheQueueGrows) {
  FetchWaker waker;
  waker.Observe(10000, kStep);
  EXPECT_TRUE(waker.Observe(1000, 2 * kStep));
  EXPECT_FALSE(waker.Observe(2000, 3 * kStep));
}

TEST(FetchWakerTest, GivesUpAtTheEndOfTheLog) {
  FetchWaker waker;
  waker.Observe(10000, kStep);
  EXPECT_TRUE(waker.Observe(0, 2 * kStep));
  EXPECT_TRUE(waker.active());
  EXPECT_FALSE(waker.Observe(0, 3 * kStep + FetchWaker::kGiveUp));
  EXPECT_FALSE(waker.active());
  EXPECT_FALSE(waker.Observe(0, 5 * kStep + FetchWaker::kGiveUp));
}

TEST(FetchWakerTest, ATrickleIsNoSign) {
  FetchWaker waker;
  for (int i = 1; i < 100; ++i)
    EXPECT_FALSE(waker.Observe(i % 20, i * kStep)) << i;
}

}  // namespace
}  // namespace rowfall::source
