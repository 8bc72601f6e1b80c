// SPDX-License-Identifier: Apache-2.0
// Which logs are taken for the one that was read.
#include "commit/tail_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commit/position_mark.h"

namespace rowfall::commit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Verdict = TailCheck::Verdict;

const TopicPartition kA0{"a", 0};
const TopicPartition kA1{"a", 1};

std::string MarkAt(int64_t offset,
                   PositionMark::Seen seen = PositionMark::Seen::kCommitted) {
  PositionMark mark;
  mark.last = {offset, 77, seen};
  return mark.ToText();
}

// Where the end that was seen tells, nobody is asked.
std::vector<const TailCheck::Tail*> TooShort(TailCheck& check,
                                             absl::Duration now) {
  return check.TooShort(now, [](const TopicPartition&) {
    ADD_FAILURE() << "asks how far the log goes";
    return kOffsetNone;
  });
}

class TailCheckTest : public ::testing::Test {
 protected:
  // The position is 10; the last message was 7, markers followed.
  TailCheckTest() {
    check_.Begin(std::vector<PartitionOffset>{{kA0, 10, MarkAt(7)}});
    tail_ = check_.Find(kA0);
  }
  TailCheck check_;
  TailCheck::Tail* tail_;
};

TEST_F(TailCheckTest, BeginsAtTheLastMessageWhereThereIsAMark) {
  const std::vector<PartitionOffset> positions = {
      {kA0, 10, MarkAt(9)}, {kA1, 10, ""}, {{"b", 0}, kOffsetEnd, ""}};
  EXPECT_THAT(check_.Begin(positions),
              ElementsAre(PartitionOffset{kA0, 9}, PartitionOffset{kA1, 10},
                          PartitionOffset{{"b", 0}, kOffsetEnd}));
  EXPECT_NE(check_.Find(kA0), nullptr);
  EXPECT_EQ(check_.Find(kA1), nullptr);
  check_.Forget(kA0);
  EXPECT_TRUE(check_.empty());
}

TEST_F(TailCheckTest, AMarkThatDoesNotFitIsNone) {
  const std::vector<PartitionOffset> positions = {{kA0, 9, MarkAt(9)},
                                                  {kA1, 5, "something else"}};
  EXPECT_THAT(check_.Begin(positions),
              ElementsAre(PartitionOffset{kA0, 9}, PartitionOffset{kA1, 5}));
  EXPECT_TRUE(check_.empty());
}

TEST_F(TailCheckTest, TheSameMessageIsTheSameLog) {
  check_.Begin(std::vector<PartitionOffset>{{kA0, 8, MarkAt(7)}});
  EXPECT_EQ(TailCheck::Compare(*check_.Find(kA0), 7, 77), Verdict::kSame);
}

// It may have been cut behind the message, and written anew.
TEST_F(TailCheckTest, WhatFollowsTheSameMessageCountsToo) {
  EXPECT_EQ(TailCheck::Compare(*tail_, 7, 77), Verdict::kSoFar);
  EXPECT_EQ(TailCheck::Compare(*tail_, 7, 78), Verdict::kSoFar);  // Repeated.
  EXPECT_EQ(TailCheck::Compare(*tail_, 10, 78), Verdict::kSame);
  EXPECT_EQ(TailCheck::Compare(*tail_, 9, 78), Verdict::kOther);
  EXPECT_FALSE(TailCheck::EndSeen(*tail_, 9, absl::ZeroDuration()));
  EXPECT_TRUE(TailCheck::EndSeen(*tail_, 10, absl::ZeroDuration()));
}

TEST_F(TailCheckTest, AnotherMessageIsAnotherLog) {
  EXPECT_EQ(TailCheck::Compare(*tail_, 7, 78), Verdict::kOther);
}

TEST_F(TailCheckTest, AMessageThatWasCompactedProvesNothing) {
  EXPECT_EQ(TailCheck::Compare(*tail_, 10, 0), Verdict::kSame);
  EXPECT_EQ(TailCheck::Compare(*tail_, 11, 0), Verdict::kSame);
}

TEST_F(TailCheckTest, AMessageWhereNothingWasIsAnotherLog) {
  EXPECT_EQ(TailCheck::Compare(*tail_, 8, 77), Verdict::kOther);
}

TEST_F(TailCheckTest, AnEndBehindThePositionIsFine) {
  EXPECT_TRUE(TailCheck::EndSeen(*tail_, 10, absl::ZeroDuration()));
  EXPECT_THAT(TooShort(check_, absl::Hours(1)), IsEmpty());
}

TEST_F(TailCheckTest, AnEndBeforeThePositionMayPassForAWhile) {
  EXPECT_FALSE(TailCheck::EndSeen(*tail_, 7, absl::Seconds(1)));
  EXPECT_FALSE(TailCheck::EndSeen(*tail_, 8, absl::Seconds(3)));
  EXPECT_THAT(TooShort(check_, absl::Seconds(5)), IsEmpty());
  EXPECT_THAT(TooShort(check_, absl::Seconds(6)), ElementsAre(tail_));
  EXPECT_EQ(tail_->short_end, 8);
}

TEST_F(TailCheckTest, AllLogsThatAreTooShortAreTold) {
  check_.Begin(
      std::vector<PartitionOffset>{{kA0, 10, MarkAt(9)}, {kA1, 10, MarkAt(9)}});
  TailCheck::Tail* const first = check_.Find(kA0);
  TailCheck::Tail* const second = check_.Find(kA1);
  EXPECT_FALSE(TailCheck::EndSeen(*first, 7, absl::Seconds(1)));
  EXPECT_FALSE(TailCheck::EndSeen(*second, 7, absl::Seconds(2)));
  EXPECT_THAT(TooShort(check_, absl::Seconds(6)), ElementsAre(first));
  EXPECT_THAT(TooShort(check_, absl::Seconds(7)), ElementsAre(first, second));
}

// What was read and settled already is looked at once more: an earlier message,
// and then the last one.
class SecondLookTest : public ::testing::Test {
 protected:
  SecondLookTest() {
    EXPECT_EQ(check_.Add({kA0, 10}, {{3, 33}, {9, 99}}),
              (PartitionOffset{kA0, 3}));
    tail_ = check_.Find(kA0);
  }
  TailCheck check_;
  TailCheck::Tail* tail_;
};

TEST_F(SecondLookTest, AnEarlierMessageTellsAnotherLog) {
  EXPECT_EQ(TailCheck::Compare(*tail_, 3, 34), Verdict::kOther);
}

TEST_F(SecondLookTest, TheLastMessageHasToBeTheSameToo) {
  EXPECT_EQ(TailCheck::Compare(*tail_, 3, 33), Verdict::kSoFar);
  EXPECT_EQ(tail_->last, 9);
  EXPECT_EQ(TailCheck::Compare(*tail_, 9, 98), Verdict::kOther);
  EXPECT_EQ(TailCheck::Compare(*tail_, 9, 99), Verdict::kSame);
}

TEST_F(SecondLookTest, AnEarlierMessageThatWasCompactedProvesNothing) {
  EXPECT_EQ(TailCheck::Compare(*tail_, 5, 55), Verdict::kSoFar);
  EXPECT_EQ(tail_->last, 9);
  check_.Add({kA0, 10}, {{3, 33}, {9, 99}});
  EXPECT_EQ(TailCheck::Compare(*check_.Find(kA0), 9, 98), Verdict::kOther);
}

TEST_F(SecondLookTest, RetentionLeavesTheLastOne) {
  EXPECT_TRUE(TailCheck::LosesLast(*tail_, 9));
  EXPECT_EQ(tail_->last, 9);
  EXPECT_FALSE(TailCheck::LosesLast(*tail_, 10));
}

TEST_F(SecondLookTest, TheLastMessageMayBeTheOnlyOne) {
  check_.Add({kA0, 10}, {{9, 99}, {9, 99}});
  EXPECT_EQ(TailCheck::Compare(*check_.Find(kA0), 9, 99), Verdict::kSame);
}

// The last message was 7; what follows up to the position was no message, as
// far as was seen.
class AcrossIsolationsTest : public ::testing::Test {
 protected:
  using Seen = PositionMark::Seen;

  TailCheck::Tail& Begin(Seen seen, Isolation isolation,
                         int64_t position = 10) {
    check_ = TailCheck(isolation);
    check_.Begin(
        std::vector<PartitionOffset>{{kA0, position, MarkAt(7, seen)}});
    return *check_.Find(kA0);
  }
  std::vector<const TailCheck::Tail*> TooShort(absl::Duration now) {
    return check_.TooShort(now, [this](const TopicPartition&) { return end_; });
  }

  int64_t end_ = kOffsetNone;  // How far the log goes, as the broker says.
  TailCheck check_;
};

TEST_F(AcrossIsolationsTest, MessagesOfAbortedTransactionsShowUp) {
  for (const Seen seen : {Seen::kCommitted, Seen::kBoth}) {
    TailCheck::Tail& tail = Begin(seen, Isolation::kReadUncommitted);
    EXPECT_EQ(TailCheck::Compare(tail, 7, 77), Verdict::kSoFar);
    EXPECT_EQ(TailCheck::Compare(tail, 8, 1), Verdict::kSoFar);
    EXPECT_EQ(TailCheck::Compare(tail, 9, 2), Verdict::kSoFar);
    EXPECT_EQ(TailCheck::Compare(tail, 10, 3), Verdict::kSame);
  }
}

TEST_F(AcrossIsolationsTest, ThatProvesNothingOfACompactedMessage) {
  TailCheck::Tail& tail = Begin(Seen::kCommitted, Isolation::kReadUncommitted);
  EXPECT_EQ(TailCheck::Compare(tail, 9, 2), Verdict::kSoFar);
  EXPECT_EQ(TailCheck::Compare(tail, 10, 3), Verdict::kSame);
}

// All of them were seen, and are seen again.
TEST_F(AcrossIsolationsTest, WhereAllWasSeenNothingShowsUp) {
  for (const Isolation isolation :
       {Isolation::kReadUncommitted, Isolation::kReadCommitted}) {
    TailCheck::Tail& tail = Begin(Seen::kUncommitted, isolation);
    EXPECT_EQ(TailCheck::Compare(tail, 7, 77), Verdict::kSoFar);
    EXPECT_EQ(TailCheck::Compare(tail, 8, 1), Verdict::kOther);
  }
  TailCheck::Tail& tail = Begin(Seen::kBoth, Isolation::kReadCommitted);
  EXPECT_EQ(TailCheck::Compare(tail, 8, 1), Verdict::kOther);
}

// What was committed is seen under both, and what was aborted is the same.
TEST_F(AcrossIsolationsTest, TheMessageItselfHasToBeTheSame) {
  for (const Seen seen : {Seen::kCommitted, Seen::kUncommitted, Seen::kBoth}) {
    for (const Isolation isolation :
         {Isolation::kReadUncommitted, Isolation::kReadCommitted}) {
      EXPECT_EQ(TailCheck::Compare(Begin(seen, isolation), 7, 78),
                Verdict::kOther);
      EXPECT_EQ(TailCheck::Compare(Begin(seen, isolation, 8), 7, 77),
                Verdict::kSame);
    }
  }
}

TEST_F(AcrossIsolationsTest, AMessageThatIsHiddenProvesNothing) {
  TailCheck::Tail& tail = Begin(Seen::kUncommitted, Isolation::kReadCommitted);
  EXPECT_EQ(TailCheck::Compare(tail, 10, 3), Verdict::kSame);
}

// The end is where the first open transaction begins.
TEST_F(AcrossIsolationsTest, BehindAnOpenTransactionTheLogGoesOn) {
  for (const Seen seen : {Seen::kUncommitted, Seen::kBoth}) {
    TailCheck::Tail& tail = Begin(seen, Isolation::kReadCommitted);
    EXPECT_FALSE(TailCheck::EndSeen(tail, 7, absl::Seconds(1)));
    for (const int64_t unknown_or_enough : {kOffsetNone, int64_t{10}}) {
      end_ = unknown_or_enough;
      EXPECT_THAT(TooShort(absl::Hours(1)), IsEmpty());
    }
    EXPECT_TRUE(TailCheck::EndSeen(tail, 10, absl::Hours(1)));
  }
}

TEST_F(AcrossIsolationsTest, ALogThatIsTooShortIsTold) {
  TailCheck::Tail& tail = Begin(Seen::kUncommitted, Isolation::kReadCommitted);
  EXPECT_FALSE(TailCheck::EndSeen(tail, 7, absl::Seconds(1)));
  end_ = 10;
  EXPECT_THAT(TooShort(absl::Seconds(20)), IsEmpty());
  // A leader that has just taken over may not know yet how far it goes.
  end_ = 9;
  EXPECT_THAT(TooShort(absl::Seconds(24)), IsEmpty());
  EXPECT_THAT(TooShort(absl::Seconds(25)), ElementsAre(&tail));
  EXPECT_EQ(tail.short_end, 9);
}

TEST_F(AcrossIsolationsTest, WhatWasDecidedOnceStaysSo) {
  TailCheck::Tail& tail = Begin(Seen::kCommitted, Isolation::kReadCommitted);
  EXPECT_FALSE(TailCheck::EndSeen(tail, 7, absl::Seconds(1)));
  end_ = 20;
  EXPECT_THAT(TooShort(absl::Seconds(6)), ElementsAre(&tail));
}

// What the last message says counts for a second look, too.
TEST_F(AcrossIsolationsTest, ASecondLookKnowsThemAsWell) {
  check_ = TailCheck(Isolation::kReadUncommitted);
  check_.Add({kA0, 10}, {{3, 33, Seen::kUncommitted}, {7, 77}});
  TailCheck::Tail* tail = check_.Find(kA0);
  EXPECT_EQ(TailCheck::Compare(*tail, 3, 33), Verdict::kSoFar);
  EXPECT_EQ(TailCheck::Compare(*tail, 7, 77), Verdict::kSoFar);
  EXPECT_EQ(TailCheck::Compare(*tail, 8, 1), Verdict::kSoFar);
  check_.Add({kA0, 10}, {{3, 33}, {7, 77, Seen::kUncommitted}});
  tail = check_.Find(kA0);
  EXPECT_EQ(TailCheck::Compare(*tail, 8, 1), Verdict::kOther);

  check_ = TailCheck(Isolation::kReadCommitted);
  check_.Add({kA0, 10},
             {{3, 33, Seen::kUncommitted}, {7, 77, Seen::kUncommitted}});
  tail = check_.Find(kA0);
  EXPECT_EQ(TailCheck::Compare(*tail, 10, 1), Verdict::kSame);
}

}  // namespace
}  // namespace rowfall::commit
