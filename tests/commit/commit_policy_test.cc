// SPDX-License-Identifier: Apache-2.0
// Tests of when offsets are committed.
#include "commit/commit_policy.h"

#include "gtest/gtest.h"

namespace rowfall::commit {
namespace {

constexpr CommitLimits kLimits = {
    .interval = absl::Milliseconds(200),
    .answer_timeout = absl::Seconds(10),
    .retry_initial = absl::Seconds(1),
    .retry_max = absl::Seconds(4),
};

absl::Duration At(double seconds) { return absl::Seconds(seconds); }

class CommitPolicyTest : public testing::Test {
 protected:
  std::mt19937_64 random_{5};
  CommitPolicy policy_{kLimits, &random_};
};

TEST_F(CommitPolicyTest, MayStartAtOnce) {
  EXPECT_TRUE(policy_.MayStart(At(0)));
  EXPECT_TRUE(policy_.MayStart(At(-100)));
}

TEST_F(CommitPolicyTest, KeepsTheInterval) {
  const uint64_t id = policy_.Start(At(0));
  policy_.Finish(id, absl::OkStatus(), At(0.01));
  EXPECT_FALSE(policy_.MayStart(At(0.199)));
  EXPECT_EQ(policy_.TimeLeft(At(0.1)), absl::Milliseconds(100));
  EXPECT_TRUE(policy_.MayStart(At(0.2)));
}

TEST_F(CommitPolicyTest, OnlyOneIsInFlight) {
  const uint64_t id = policy_.Start(At(0));
  EXPECT_TRUE(policy_.in_flight());
  EXPECT_FALSE(policy_.MayStart(At(5)));
  EXPECT_EQ(policy_.TimeLeft(At(5)), absl::Seconds(5));
  policy_.Finish(id, absl::OkStatus(), At(5));
  EXPECT_FALSE(policy_.in_flight());
  EXPECT_TRUE(policy_.MayStart(At(5)));
}

TEST_F(CommitPolicyTest, AnAnswerThatIsLateIsNotWaitedFor) {
  const uint64_t first = policy_.Start(At(0));
  EXPECT_FALSE(policy_.MayStart(At(9.9)));
  EXPECT_TRUE(policy_.MayStart(At(10)));
  const uint64_t second = policy_.Start(At(10));
  policy_.Finish(first, absl::UnavailableError("late"), At(10.1));
  EXPECT_TRUE(policy_.in_flight());
  EXPECT_TRUE(policy_.last_status().ok());
  policy_.Finish(second, absl::OkStatus(), At(10.2));
  EXPECT_FALSE(policy_.in_flight());
  EXPECT_EQ(policy_.failures(), 0);
}

TEST_F(CommitPolicyTest, FailuresWaitLongerAndLonger) {
  double now = 0;
  double longest[] = {1, 2, 4, 4};
  for (int i = 0; i < 4; ++i) {
    const uint64_t id = policy_.Start(At(now));
    policy_.Finish(id, absl::UnavailableError("loading"), At(now));
    EXPECT_FALSE(policy_.MayStart(At(now + longest[i] / 2)));
    EXPECT_TRUE(policy_.MayStart(At(now + longest[i])));
    EXPECT_EQ(policy_.failures(), i + 1);
    EXPECT_EQ(policy_.last_status(), absl::UnavailableError("loading"));
    now += 10;
  }
}

TEST_F(CommitPolicyTest, SuccessEndsTheSeriesOfFailures) {
  policy_.Finish(policy_.Start(At(0)), absl::UnavailableError("x"), At(0));
  policy_.Finish(policy_.Start(At(5)), absl::OkStatus(), At(5));
  EXPECT_EQ(policy_.failures(), 0);
  EXPECT_TRUE(policy_.last_status().ok());
  EXPECT_TRUE(policy_.MayStart(At(5.2)));
}

TEST_F(CommitPolicyTest, ResetForgetsFlightAndWait) {
  const uint64_t id = policy_.Start(At(0));
  policy_.Reset();
  EXPECT_TRUE(policy_.MayStart(At(0)));
  policy_.Finish(id, absl::UnavailableError("x"), At(0));
  EXPECT_TRUE(policy_.MayStart(At(0)));
  EXPECT_EQ(policy_.failures(), 0);
}

TEST_F(CommitPolicyTest, IdsAreNeverUsedAgain) {
  const uint64_t first = policy_.Start(At(0));
  policy_.Reset();
  EXPECT_GT(policy_.Start(At(0)), first);
}

// Issue 11: a broker forgets what is not committed for long.
TEST_F(CommitPolicyTest, CommitsAllAgainOnceInAWhile) {
  EXPECT_FALSE(policy_.TakeRefresh(At(5)));
  EXPECT_FALSE(policy_.TakeRefresh(At(604)));
  EXPECT_TRUE(policy_.TakeRefresh(At(605)));
  EXPECT_FALSE(policy_.TakeRefresh(At(606)));
  policy_.Reset();  // With another assignment it begins anew.
  EXPECT_FALSE(policy_.TakeRefresh(At(5000)));
  EXPECT_TRUE(policy_.TakeRefresh(At(5600)));
}

}  // namespace
}  // namespace rowfall::commit
