// SPDX-License-Identifier: Apache-2.0
// Tests of the waits between attempts.
#include "commit/backoff.h"

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"

namespace rowfall::commit {
namespace {

constexpr absl::Duration kInitial = absl::Milliseconds(100);
constexpr absl::Duration kMax = absl::Seconds(2);

TEST(BackoffTest, EachWaitIsBetweenHalfAndAllOfADoublingCappedTime) {
  std::mt19937_64 random(7);
  Backoff backoff(kInitial, kMax, &random);
  absl::Duration due = kInitial;
  for (int i = 0; i < 100; ++i) {
    const absl::Duration wait = backoff.Next();
    EXPECT_GT(wait, due / 2) << i;
    EXPECT_LE(wait, due) << i;
    due = std::min(due * 2, kMax);
  }
}

TEST(BackoffTest, WaitsUseTheirWholeRange) {
  std::mt19937_64 random(8);
  Backoff backoff(kMax, kMax, &random);
  std::vector<absl::Duration> waits;
  for (int i = 0; i < 1000; ++i) waits.push_back(backoff.Next());
  const auto [least, most] = std::minmax_element(waits.begin(), waits.end());
  EXPECT_LT(*least, kMax * 0.51);
  EXPECT_GT(*most, kMax * 0.99);
}

TEST(BackoffTest, ResetBeginsAnew) {
  std::mt19937_64 random(9);
  Backoff backoff(kInitial, kMax, &random);
  for (int i = 0; i < 10; ++i) backoff.Next();
  EXPECT_EQ(backoff.failures(), 10);
  backoff.Reset();
  EXPECT_EQ(backoff.failures(), 0);
  EXPECT_LE(backoff.Next(), kInitial);
}

TEST(BackoffTest, OneSeedGivesOneSeries) {
  std::mt19937_64 random_a(10), random_b(10), random_c(11);
  Backoff a(kInitial, kMax, &random_a), b(kInitial, kMax, &random_b),
      c(kInitial, kMax, &random_c);
  const absl::Duration first = a.Next();
  EXPECT_EQ(first, b.Next());
  EXPECT_NE(first, c.Next());
}

TEST(BackoffTest, ManyFailuresDoNotOverflow) {
  std::mt19937_64 random(12);
  Backoff backoff(absl::Nanoseconds(1), absl::InfiniteDuration() / 4, &random);
  for (int i = 0; i < 10000; ++i) {
    EXPECT_GE(backoff.Next(), absl::ZeroDuration());
  }
}

}  // namespace
}  // namespace rowfall::commit
