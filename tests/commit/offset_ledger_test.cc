// SPDX-License-Identifier: Apache-2.0
// Tests of the offsets of a worker: each rule of src/commit/delivery.md.
#include "commit/offset_ledger.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall::commit {

void PrintTo(const PartitionProgress& p, std::ostream* out) {
  *out << p.partition.topic << "/" << p.partition.partition << " position "
       << p.position << " settled " << p.settled << " committed "
       << p.committed;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TopicPartition kA0{"a", 0};
const TopicPartition kA1{"a", 1};
const TopicPartition kB0{"b", 0};

class OffsetLedgerTest : public testing::Test {
 protected:
  void Assign(std::vector<PartitionOffset> positions) {
    ledger_.Assign(positions);
  }
  void Read(const TopicPartition& partition, int64_t from, int64_t to) {
    for (int64_t offset = from; offset < to; ++offset) {
      ASSERT_TRUE(ledger_.Accept(partition.topic, partition.partition, offset))
          << partition.topic << "/" << partition.partition << "@" << offset;
    }
  }
  void Settle(std::vector<PartitionRange> ranges) { ledger_.Settle(ranges); }
  void Started(uint64_t id, std::vector<PartitionOffset> positions) {
    ledger_.CommitStarted(id, positions);
  }
  // Commits what there is, with success.
  void Commit(uint64_t id) {
    Started(id, ledger_.Uncommitted());
    ledger_.CommitSucceeded(id);
  }

  OffsetLedger ledger_;
};

// --- Ownership ---------------------------------------------------------------

TEST_F(OffsetLedgerTest, OwnsNothingAtFirst) {
  EXPECT_TRUE(ledger_.empty());
  EXPECT_FALSE(ledger_.Owns(kA0));
  EXPECT_FALSE(ledger_.Accept("a", 0, 0));
  EXPECT_THAT(ledger_.Pending(), IsEmpty());
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
}

TEST_F(OffsetLedgerTest, AssignReplacesEverything) {
  Assign({{kA0, 5}, {kB0, 7}});
  Read(kA0, 5, 9);
  Assign({{kA1, 1}});
  EXPECT_THAT(ledger_.Progress(), ElementsAre(PartitionProgress{kA1, 1, 1, 1}));
  EXPECT_FALSE(ledger_.Owns(kA0));
  EXPECT_TRUE(ledger_.Owns(kA1));
  EXPECT_FALSE(ledger_.Accept("a", 0, 9));
  EXPECT_THAT(ledger_.Pending(), IsEmpty());
}

TEST_F(OffsetLedgerTest, EpochCountsAssignmentsAndClears) {
  const uint64_t before = ledger_.epoch();
  Assign({{kA0, 5}});
  EXPECT_GT(ledger_.epoch(), before);
  const uint64_t assigned = ledger_.epoch();
  ledger_.Clear();
  EXPECT_GT(ledger_.epoch(), assigned);
  EXPECT_FALSE(ledger_.Owns(kA0));
}

TEST_F(OffsetLedgerTest, AssignmentNeedsNoOrder) {
  Assign({{kB0, 1}, {kA1, 2}, {kA0, 3}});
  EXPECT_THAT(ledger_.Progress(), ElementsAre(PartitionProgress{kA0, 3, 3, 3},
                                              PartitionProgress{kA1, 2, 2, 2},
                                              PartitionProgress{kB0, 1, 1, 1}));
}

// --- Reading -----------------------------------------------------------------

TEST_F(OffsetLedgerTest, RefusesWhatWasReadBefore) {
  Assign({{kA0, 5}});
  EXPECT_FALSE(ledger_.Accept("a", 0, 4));
  EXPECT_TRUE(ledger_.Accept("a", 0, 5));
  EXPECT_FALSE(ledger_.Accept("a", 0, 5));
  EXPECT_FALSE(ledger_.Accept("a", 0, -1));
}

TEST_F(OffsetLedgerTest, RefusesWhatIsNotOwned) {
  Assign({{kA0, 5}, {kB0, 5}});
  EXPECT_FALSE(ledger_.Accept("a", 1, 5));
  EXPECT_FALSE(ledger_.Accept("", 0, 5));
  EXPECT_FALSE(ledger_.Accept("c", 0, 5));
  EXPECT_TRUE(ledger_.Accept("b", 0, 5));
  EXPECT_FALSE(ledger_.Accept("b", 1, 5));
}

TEST_F(OffsetLedgerTest, GapsOfOffsetsAreNormal) {
  Assign({{kA0, 5}});
  EXPECT_TRUE(ledger_.Accept("a", 0, 8));
  EXPECT_TRUE(ledger_.Accept("a", 0, 20));
  EXPECT_THAT(ledger_.Pending(), ElementsAre(PartitionRange{kA0, 5, 21}));
}

TEST_F(OffsetLedgerTest, RangesBeginWithTheMarkOfTheFrontier) {
  ledger_.Assign(std::vector<PartitionOffset>{{kA0, 5, "five"}});
  Read(kA0, 5, 7);
  ASSERT_EQ(ledger_.Pending().size(), 1u);
  EXPECT_EQ(ledger_.Pending()[0].from_mark, "five");
  ledger_.Settle(std::vector<PartitionRange>{{kA0, 5, 7, "seven", "five"}});
  EXPECT_EQ(ledger_.SettledMark(kA0), "seven");
  Read(kA0, 7, 8);
  EXPECT_EQ(ledger_.Pending()[0].from_mark, "seven");
  EXPECT_EQ(ledger_.SettledMark(kB0), "");
}

TEST_F(OffsetLedgerTest, OffsetsMayBeAsLargeAsTheyCan) {
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max() - 1;
  for (const int64_t last :
       {int64_t{1} << 31, int64_t{1} << 32, int64_t{1} << 53, kLast}) {
    Assign({{kA0, last - 1}});
    EXPECT_TRUE(ledger_.Accept("a", 0, last - 1));
    EXPECT_TRUE(ledger_.Accept("a", 0, last));
    EXPECT_FALSE(ledger_.Accept("a", 0, last));
    EXPECT_THAT(ledger_.Pending(),
                ElementsAre(PartitionRange{kA0, last - 1, last + 1}));
    ledger_.Settle(ledger_.Pending());
    EXPECT_THAT(ledger_.Uncommitted(),
                ElementsAre(PartitionOffset{kA0, last + 1}));
  }
}

TEST_F(OffsetLedgerTest, InterleavedPartitionsAreKeptApart) {
  Assign({{kA0, 0}, {kA1, 100}, {kB0, 1000}});
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(ledger_.Accept("b", 0, 1000 + i));
    EXPECT_TRUE(ledger_.Accept("a", 0, i));
    EXPECT_TRUE(ledger_.Accept("a", 1, 100 + i));
  }
  EXPECT_THAT(ledger_.Pending(), ElementsAre(PartitionRange{kA0, 0, 10},
                                             PartitionRange{kA1, 100, 110},
                                             PartitionRange{kB0, 1000, 1010}));
}

TEST_F(OffsetLedgerTest, EndOfPartitionMovesThePositionWithoutMessages) {
  Assign({{kA0, 5}});
  Read(kA0, 5, 7);
  ledger_.AdvanceTo({kA0, 9});  // Two transaction markers.
  EXPECT_THAT(ledger_.Pending(), ElementsAre(PartitionRange{kA0, 5, 9}));
  ledger_.AdvanceTo({kA0, 8});
  EXPECT_THAT(ledger_.Pending(), ElementsAre(PartitionRange{kA0, 5, 9}));
  ledger_.AdvanceTo({kB0, 8});
  EXPECT_FALSE(ledger_.Owns(kB0));
}

TEST_F(OffsetLedgerTest, FirstMessageFixesALogicalPosition) {
  Assign({{kA0, kOffsetBeginning}, {kA1, kOffsetEnd}});
  EXPECT_THAT(ledger_.Pending(), IsEmpty());
  EXPECT_THAT(
      ledger_.Progress(),
      ElementsAre(
          PartitionProgress{kA0, kOffsetBeginning, kOffsetNone, kOffsetNone},
          PartitionProgress{kA1, kOffsetEnd, kOffsetNone, kOffsetNone}));
  Read(kA0, 40, 41);
  Read(kA1, 70, 71);
  EXPECT_THAT(ledger_.Pending(), ElementsAre(PartitionRange{kA0, 40, 41},
                                             PartitionRange{kA1, 70, 71}));
}

TEST_F(OffsetLedgerTest, EndOfPartitionFixesALogicalPosition) {
  Assign({{kA0, kOffsetBeginning}, {kA1, kOffsetEnd}});
  ledger_.AdvanceTo({kA0, 0});
  ledger_.AdvanceTo({kA1, 70});
  EXPECT_THAT(ledger_.Pending(), IsEmpty());
  EXPECT_FALSE(ledger_.Accept("a", 1, 69));
}

// Else a restart before the first commit would start at a later end.
TEST_F(OffsetLedgerTest, AnEndThatWasFixedIsCommitted) {
  Assign({{kA0, kOffsetBeginning}, {kA1, kOffsetEnd}});
  ledger_.AdvanceTo({kA0, 30});
  ledger_.AdvanceTo({kA1, 70});
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA1, 70}));
  Commit(1);
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
}

// A table that keeps positions says where to begin, not the group.
TEST_F(OffsetLedgerTest, AStartThatTheGroupDoesNotKnowIsCommitted) {
  Assign({{kA0, 5}, {kA1, 7}, {kB0, kOffsetBeginning}});
  EXPECT_TRUE(ledger_.CommittedElsewhere({kA0, 3}));
  EXPECT_FALSE(ledger_.CommittedElsewhere({kA1, 7}));
  EXPECT_FALSE(ledger_.CommittedElsewhere({kB0, kOffsetNone}));
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA0, 5}));
  Commit(1);
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
}

// --- Settling ----------------------------------------------------------------

TEST_F(OffsetLedgerTest, NothingIsCommittedBeforeItIsSettled) {
  Assign({{kA0, 5}});
  Read(kA0, 5, 100);
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
}

TEST_F(OffsetLedgerTest, SettlingMovesTheFrontier) {
  Assign({{kA0, 5}, {kA1, 5}, {kB0, 5}});
  Read(kA0, 5, 8);
  Read(kB0, 5, 6);
  Settle(ledger_.Pending());
  EXPECT_THAT(ledger_.Pending(), IsEmpty());
  EXPECT_THAT(ledger_.Uncommitted(),
              ElementsAre(PartitionOffset{kA0, 8}, PartitionOffset{kB0, 6}));
}

TEST_F(OffsetLedgerTest, RangesChainOverGaps) {
  Assign({{kA0, 5}});
  Read(kA0, 5, 6);
  Settle(ledger_.Pending());
  ASSERT_TRUE(ledger_.Accept("a", 0, 90));
  EXPECT_THAT(ledger_.Pending(), ElementsAre(PartitionRange{kA0, 6, 91}));
}

TEST_F(OffsetLedgerTest, RangeBehindAGapIsHeldUntilItCloses) {
  Assign({{kA0, 0}});
  Read(kA0, 0, 30);
  Settle({{kA0, 20, 30}});
  Settle({{kA0, 10, 20}});
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
  EXPECT_THAT(ledger_.Pending(), ElementsAre(PartitionRange{kA0, 0, 30}));
  Settle({{kA0, 0, 10}});
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA0, 30}));
  EXPECT_THAT(ledger_.Pending(), IsEmpty());
}

TEST_F(OffsetLedgerTest, WhatWasNeverReadIsNotSettled) {
  Assign({{kA0, 0}, {kA1, kOffsetEnd}});
  Read(kA0, 0, 3);
  Settle({{kA0, 0, 50}, {kA1, 0, 50}, {kB0, 0, 50}});
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA0, 3}));
}

TEST_F(OffsetLedgerTest, SettlingTwiceChangesNothing) {
  Assign({{kA0, 0}});
  Read(kA0, 0, 3);
  Settle({{kA0, 0, 3}});
  Settle({{kA0, 0, 2}});
  EXPECT_THAT(ledger_.Progress(), ElementsAre(PartitionProgress{kA0, 3, 3, 0}));
}

// --- Committing --------------------------------------------------------------

TEST_F(OffsetLedgerTest, WhatIsInFlightIsNotCommittedAgain) {
  Assign({{kA0, 0}, {kA1, 0}});
  Read(kA0, 0, 3);
  Settle(ledger_.Pending());
  Started(1, ledger_.Uncommitted());
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
  Read(kA0, 3, 4);
  Read(kA1, 0, 1);
  Settle(ledger_.Pending());
  EXPECT_THAT(ledger_.Uncommitted(),
              ElementsAre(PartitionOffset{kA0, 4}, PartitionOffset{kA1, 1}));
}

TEST_F(OffsetLedgerTest, SuccessIsRemembered) {
  Assign({{kA0, 0}});
  Read(kA0, 0, 3);
  Settle(ledger_.Pending());
  Commit(1);
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
  EXPECT_THAT(ledger_.Progress(), ElementsAre(PartitionProgress{kA0, 3, 3, 3}));
}

TEST_F(OffsetLedgerTest, FailureIsCommittedAgain) {
  Assign({{kA0, 0}});
  Read(kA0, 0, 3);
  Settle(ledger_.Pending());
  Started(1, ledger_.Uncommitted());
  ledger_.CommitFailed(1);
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA0, 3}));
  EXPECT_THAT(ledger_.Progress(), ElementsAre(PartitionProgress{kA0, 3, 3, 0}));
}

TEST_F(OffsetLedgerTest, EachPartitionHasItsOwnResult) {
  Assign({{kA0, 0}, {kA1, 0}});
  Read(kA0, 0, 3);
  Read(kA1, 0, 4);
  Settle(ledger_.Pending());
  Started(1, ledger_.Uncommitted());
  ledger_.CommitSucceededExcept(1, std::vector{kA0});
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA0, 3}));
}

// The first commit's answer was late; the second one took its place.
TEST_F(OffsetLedgerTest, ResultsOfOlderCommitsAreIgnored) {
  Assign({{kA0, 0}});
  Read(kA0, 0, 3);
  Settle(ledger_.Pending());
  Started(1, ledger_.Uncommitted());
  Read(kA0, 3, 5);
  Settle(ledger_.Pending());
  Started(2, ledger_.Uncommitted());
  ledger_.CommitFailed(1);
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
  ledger_.CommitSucceeded(1);
  EXPECT_THAT(ledger_.Progress(), ElementsAre(PartitionProgress{kA0, 5, 5, 0}));
  ledger_.CommitSucceeded(2);
  EXPECT_THAT(ledger_.Progress(), ElementsAre(PartitionProgress{kA0, 5, 5, 5}));
}

TEST_F(OffsetLedgerTest, ResultsOfAnOlderAssignmentAreIgnored) {
  Assign({{kA0, 0}});
  Read(kA0, 0, 9);
  Settle(ledger_.Pending());
  Started(1, ledger_.Uncommitted());
  Assign({{kA0, 2}});
  ledger_.CommitSucceeded(1);
  EXPECT_THAT(ledger_.Progress(), ElementsAre(PartitionProgress{kA0, 2, 2, 2}));
  Read(kA0, 2, 4);
  Settle(ledger_.Pending());
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA0, 4}));
}

// --- Moving ------------------------------------------------------------------

TEST_F(OffsetLedgerTest, MoveForwardSkipsAndCommits) {
  Assign({{kA0, 10}});
  ledger_.Move({kA0, 60});
  EXPECT_FALSE(ledger_.Accept("a", 0, 59));
  EXPECT_THAT(ledger_.Pending(), IsEmpty());
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA0, 60}));
}

// The log ended before the committed offset: going on from its beginning has
// to commit offsets that are lower than the one committed before.
TEST_F(OffsetLedgerTest, MoveBackIsCommittedToo) {
  Assign({{kA0, 5000}});
  ledger_.Move({kA0, kOffsetBeginning});
  Read(kA0, 0, 3);
  EXPECT_THAT(ledger_.Pending(), ElementsAre(PartitionRange{kA0, 0, 3}));
  Settle(ledger_.Pending());
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA0, 3}));
}

// The group had nothing, and may have something now: found by seed 1729 of the
// simulation.
TEST_F(OffsetLedgerTest, WhatACommitMayHaveDoneIsUndoneBehindAMove) {
  Assign({{kA0, kOffsetBeginning}, {kA1, kOffsetBeginning}});
  Read(kA0, 0, 1);
  Settle(ledger_.Pending());
  Started(1, ledger_.Uncommitted());
  ledger_.Move({kA0, kOffsetBeginning});
  ledger_.Move({kA1, kOffsetBeginning});
  ledger_.CommitFailed(1);
  ledger_.AdvanceTo({kA0, 0});
  ledger_.AdvanceTo({kA1, 0});
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA0, 0}));
}

TEST_F(OffsetLedgerTest, MoveToTheCommittedPlaceCommitsNothing) {
  Assign({{kA0, 10}});
  Read(kA0, 10, 20);
  ledger_.Move({kA0, 10});
  EXPECT_THAT(ledger_.Pending(), IsEmpty());
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
  Read(kA0, 10, 12);
  EXPECT_THAT(ledger_.Pending(), ElementsAre(PartitionRange{kA0, 10, 12}));
}

TEST_F(OffsetLedgerTest, MoveForgetsWhatWasHeldAndInFlight) {
  Assign({{kA0, 0}, {kA1, 0}});
  Read(kA0, 0, 30);
  Read(kA1, 0, 30);
  Settle({{kA0, 0, 10}, {kA0, 20, 30}, {kA1, 0, 10}});
  Started(1, ledger_.Uncommitted());
  ledger_.Move({kA0, 5});
  ledger_.CommitSucceeded(1);
  EXPECT_THAT(ledger_.Progress(),
              ElementsAre(PartitionProgress{kA0, 5, 5, 0},
                          PartitionProgress{kA1, 30, 10, 10}));
  Read(kA0, 5, 20);
  Settle({{kA0, 5, 20}});
  EXPECT_THAT(ledger_.Uncommitted(), ElementsAre(PartitionOffset{kA0, 20}));
}

TEST_F(OffsetLedgerTest, MoveOfWhatIsNotOwnedIsIgnored) {
  Assign({{kA0, 0}});
  ledger_.Move({kB0, 5});
  EXPECT_FALSE(ledger_.Owns(kB0));
}

// Issue 11: what was never committed has no need to be.
TEST_F(OffsetLedgerTest, CommitsAgainWhatIsCommitted) {
  Assign({{kA0, 5, "mark"}, {kA1, kOffsetBeginning}, {kB0, 7}});
  Read(kB0, 7, 9);
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
  ledger_.CommitAgain();
  EXPECT_THAT(
      ledger_.Uncommitted(),
      ElementsAre(PartitionOffset{kA0, 5, "mark"}, PartitionOffset{kB0, 7}));
  Started(1, ledger_.Uncommitted());
  ledger_.CommitSucceeded(1);
  EXPECT_THAT(ledger_.Uncommitted(), IsEmpty());
}

}  // namespace
}  // namespace rowfall::commit
