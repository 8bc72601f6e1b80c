// SPDX-License-Identifier: Apache-2.0
// Which messages a log is known again by.
#include "commit/recent_marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rowfall::commit {
namespace {

const TopicPartition kA0{"a", 0};

class RecentMarksTest : public ::testing::Test {
 protected:
  void Settle(int64_t offset, int minute) {
    PositionMark mark;
    mark.last = {offset, static_cast<uint32_t>(offset) + 1000};
    marks_.Note({kA0, offset + 1, mark.ToText()}, absl::Minutes(minute));
  }
  // The offsets of what is looked at, and its checksums fit.
  std::pair<int64_t, int64_t> Look(int minute) const {
    const auto marks = marks_.Find(kA0, absl::Minutes(minute));
    if (!marks.has_value()) return {kOffsetNone, kOffsetNone};
    EXPECT_EQ(marks->earlier.checksum, marks->earlier.offset + 1000);
    EXPECT_EQ(marks->last.checksum, marks->last.offset + 1000);
    return {marks->earlier.offset, marks->last.offset};
  }
  RecentMarks marks_;
};

using Offsets = std::pair<int64_t, int64_t>;

TEST_F(RecentMarksTest, NothingIsKnownOfWhatWasNotSettled) {
  EXPECT_EQ(Look(0), Offsets(kOffsetNone, kOffsetNone));
  marks_.Note({kA0, 5, "something else"}, absl::Minutes(0));
  marks_.Note({kA0, 5, PositionMark().ToText()}, absl::Minutes(0));
  EXPECT_EQ(Look(0), Offsets(kOffsetNone, kOffsetNone));
}

TEST_F(RecentMarksTest, TheFirstOneIsKeptUntilOthersAreOldEnough) {
  Settle(10, 0);
  EXPECT_EQ(Look(0), Offsets(10, 10));
  for (int minute = 1; minute <= 4; ++minute) Settle(10 + minute, minute);
  EXPECT_EQ(Look(4), Offsets(10, 14));
  Settle(15, 5);
  EXPECT_EQ(Look(9), Offsets(10, 15));
}

TEST_F(RecentMarksTest, WhatIsLookedAtIsFiveMinutesOldAndNotMuchOlder) {
  for (int minute = 0; minute <= 60; ++minute) {
    Settle(minute, minute);
    const auto [earlier, last] = Look(minute);
    EXPECT_EQ(last, minute);
    EXPECT_LE(earlier, std::max(minute - 5, 0));
    EXPECT_GE(earlier, minute - 10);
  }
  EXPECT_EQ(Look(90).first, 60);
}

TEST_F(RecentMarksTest, UnderWhichIsolationItWasSeenIsKept) {
  PositionMark mark;
  mark.last = {10, 1010, PositionMark::Seen::kUncommitted};
  marks_.Note({kA0, 11, mark.ToText()}, absl::Minutes(0));
  Settle(11, 1);
  const auto marks = marks_.Find(kA0, absl::Minutes(1));
  ASSERT_TRUE(marks.has_value());
  EXPECT_EQ(marks->earlier.seen, PositionMark::Seen::kUncommitted);
  EXPECT_EQ(marks->last.seen, PositionMark::Seen::kCommitted);
}

TEST_F(RecentMarksTest, APartitionThatIsReadElsewhereIsForgotten) {
  Settle(10, 0);
  marks_.Forget(kA0);
  EXPECT_EQ(Look(0), Offsets(kOffsetNone, kOffsetNone));
}

}  // namespace
}  // namespace rowfall::commit
