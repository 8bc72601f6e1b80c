// SPDX-License-Identifier: Apache-2.0
// Tests of when a batch is processed.
#include "commit/flush_policy.h"

#include "gtest/gtest.h"

namespace rowfall::commit {
namespace {

constexpr FlushLimits kLimits = {
    .max_messages = 10, .max_bytes = 1000, .max_age = absl::Seconds(1)};

absl::Duration At(double seconds) { return absl::Seconds(1000 + seconds); }

TEST(FlushPolicyTest, EmptyBatchIsNeverDue) {
  FlushPolicy policy(kLimits);
  EXPECT_FALSE(policy.IsDue(At(0)));
  EXPECT_FALSE(policy.IsDue(At(1e6)));
  EXPECT_EQ(policy.TimeLeft(At(1e6)), absl::InfiniteDuration());
}

TEST(FlushPolicyTest, IsDueByCount) {
  FlushPolicy policy(kLimits);
  policy.Update(9, 0, At(0));
  EXPECT_FALSE(policy.IsDue(At(0)));
  EXPECT_EQ(policy.MessagesLeft(), 1u);
  policy.Update(10, 0, At(0));
  EXPECT_TRUE(policy.IsDue(At(0)));
  EXPECT_EQ(policy.MessagesLeft(), 0u);
}

TEST(FlushPolicyTest, IsDueByBytes) {
  FlushPolicy policy(kLimits);
  policy.Update(1, 999, At(0));
  EXPECT_FALSE(policy.IsDue(At(0)));
  EXPECT_EQ(policy.BytesLeft(), 1u);
  policy.Update(2, 5000, At(0));
  EXPECT_TRUE(policy.IsDue(At(0)));
  EXPECT_EQ(policy.BytesLeft(), 0u);
}

// A trickle of a message every 0.3 s must not put the flush off for ever.
TEST(FlushPolicyTest, AgeIsThatOfTheOldestMessage) {
  FlushPolicy policy(kLimits);
  policy.Update(1, 10, At(0));
  policy.Update(2, 20, At(0.3));
  policy.Update(3, 30, At(0.6));
  policy.Update(4, 40, At(0.9));
  EXPECT_FALSE(policy.IsDue(At(0.9)));
  EXPECT_EQ(policy.TimeLeft(At(0.9)), absl::Seconds(0.1));
  EXPECT_TRUE(policy.IsDue(At(1)));
  EXPECT_EQ(policy.TimeLeft(At(2)), absl::ZeroDuration());
}

TEST(FlushPolicyTest, AgeBeginsAnewAfterTheBatchWasEmpty) {
  FlushPolicy policy(kLimits);
  policy.Update(5, 10, At(0));
  policy.Update(0, 0, At(0.9));
  EXPECT_EQ(policy.TimeLeft(At(5)), absl::InfiniteDuration());
  policy.Update(1, 1, At(5));
  EXPECT_FALSE(policy.IsDue(At(5.9)));
  EXPECT_TRUE(policy.IsDue(At(6)));
}

TEST(FlushPolicyTest, RemovedMessagesMakeRoom) {
  FlushPolicy policy(kLimits);
  policy.Update(10, 1000, At(0));
  policy.Update(4, 400, At(0.5));  // A revoke took the others.
  EXPECT_FALSE(policy.IsDue(At(0.5)));
  EXPECT_EQ(policy.MessagesLeft(), 6u);
  EXPECT_EQ(policy.BytesLeft(), 600u);
}

}  // namespace
}  // namespace rowfall::commit
