// SPDX-License-Identifier: Apache-2.0
// What of the messages that come belongs to the assignment.
#include "source/partition_table.h"

#include <cstdint>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall::source {
namespace {

using ::testing::ElementsAre;

PartitionTable Make(std::vector<PartitionOffset> positions) {
  PartitionTable table;
  table.Assign(positions);
  return table;
}

TEST(PartitionTableTest, KnowsOnlyWhatIsOwned) {
  PartitionTable table = Make({{{"b", 1}, 5}, {{"a", 7}, 6}});
  EXPECT_NE(table.Find("b", 1), nullptr);
  EXPECT_EQ(table.Find("b", 7), nullptr);
  EXPECT_EQ(table.Find("c", 1), nullptr);
  EXPECT_THAT(table.Partitions(),
              ElementsAre(TopicPartition{"a", 7}, TopicPartition{"b", 1}));
  table.Clear();
  EXPECT_EQ(table.Find("b", 1), nullptr);
}

TEST(PartitionTableTest, TakesEachOffsetOnceAndForwardOnly) {
  PartitionTable table = Make({{{"a", 0}, 5}});
  PartitionTable::Entry& entry = *table.Find("a", 0);
  EXPECT_FALSE(PartitionTable::Accept(entry, 4));
  EXPECT_TRUE(PartitionTable::Accept(entry, 5));
  EXPECT_FALSE(PartitionTable::Accept(entry, 5));
  // Compaction and transactions leave gaps.
  EXPECT_TRUE(PartitionTable::Accept(entry, 9));
  EXPECT_THAT(table.Positions(), ElementsAre(PartitionOffset{{"a", 0}, 10}));
}

TEST(PartitionTableTest, OffsetsMayBeAsLargeAsTheyCan) {
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max() - 1;
  for (const int64_t last :
       {int64_t{1} << 31, int64_t{1} << 32, int64_t{1} << 53, kLast}) {
    PartitionTable table = Make({{{"a", 0}, last - 1}});
    PartitionTable::Entry& entry = *table.Find("a", 0);
    EXPECT_TRUE(PartitionTable::Accept(entry, last - 1));
    EXPECT_TRUE(PartitionTable::Accept(entry, last));
    EXPECT_FALSE(PartitionTable::Accept(entry, last));
    EXPECT_THAT(table.Positions(),
                ElementsAre(PartitionOffset{{"a", 0}, last + 1}));
  }
}

TEST(PartitionTableTest, EndMovesThePositionBehindMarkers) {
  PartitionTable table = Make({{{"a", 0}, 5}});
  PartitionTable::Entry& entry = *table.Find("a", 0);
  EXPECT_TRUE(PartitionTable::AcceptEnd(entry, 5));
  EXPECT_TRUE(PartitionTable::AcceptEnd(entry, 7));
  EXPECT_FALSE(PartitionTable::AcceptEnd(entry, 6));
  EXPECT_FALSE(PartitionTable::Accept(entry, 6));
}

TEST(PartitionTableTest, LogicalStartTakesAnyFirstOffset) {
  PartitionTable table = Make({{{"a", 0}, kOffsetEnd}});
  EXPECT_THAT(table.Positions(),
              ElementsAre(PartitionOffset{{"a", 0}, kOffsetEnd}));
  EXPECT_TRUE(PartitionTable::Accept(*table.Find("a", 0), 100));
  EXPECT_THAT(table.Positions(), ElementsAre(PartitionOffset{{"a", 0}, 101}));
}

TEST(PartitionTableTest, StoppedPartitionTakesNothingUntilItIsMoved) {
  PartitionTable table = Make({{{"a", 0}, 5}});
  table.Find("a", 0)->stopped = true;
  EXPECT_FALSE(PartitionTable::Accept(*table.Find("a", 0), 5));
  EXPECT_TRUE(table.Positions().empty());
  EXPECT_TRUE(table.Move({{"a", 0}, 8}));
  EXPECT_TRUE(PartitionTable::Accept(*table.Find("a", 0), 8));
  EXPECT_FALSE(table.Move({{"a", 1}, 8}));
}

}  // namespace
}  // namespace rowfall::source
