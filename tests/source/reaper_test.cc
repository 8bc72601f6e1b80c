// SPDX-License-Identifier: Apache-2.0
// Work that may hang does not hold up who waits for it.
#include "source/reaper.h"

#include <future>
#include <memory>
#include <thread>

#include "gtest/gtest.h"

namespace rowfall::source {
namespace {

TEST(ReaperTest, WaitsForWorkThatEnds) {
  bool done = false;
  EXPECT_TRUE(RunAbandonably([&] { done = true; }, absl::Seconds(10)));
  EXPECT_TRUE(done);
  EXPECT_EQ(NumAbandoned(), 0);
}

TEST(ReaperTest, LeavesWorkThatHangsAndCountsItUntilItEnds) {
  auto release = std::make_shared<std::promise<void>>();
  auto hang = [release, wait = release->get_future().share()] { wait.wait(); };
  EXPECT_FALSE(RunAbandonably(hang, absl::Milliseconds(1)));
  EXPECT_EQ(NumAbandoned(), 1);
  release->set_value();
  while (NumAbandoned() != 0) std::this_thread::yield();
}

}  // namespace
}  // namespace rowfall::source
