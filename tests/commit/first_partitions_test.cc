// SPDX-License-Identifier: Apache-2.0
// Which partitions are known to have been added later.
#include "commit/first_partitions.h"

#include <gtest/gtest.h>

#include "commit/position_mark.h"

namespace rowfall::commit {
namespace {

PartitionOffset Marked(const std::string& topic, int32_t partition,
                       std::optional<int32_t> first_partitions) {
  PositionMark mark;
  mark.first_partitions = first_partitions;
  return {{topic, partition}, 7, mark.ToText()};
}

TEST(FirstPartitionsTest, WithoutANumberNothingIsLater) {
  FirstPartitions first;
  first.AddMarks(std::vector{Marked("t", 0, std::nullopt)});
  EXPECT_EQ(first.Of("t"), std::nullopt);
  EXPECT_FALSE(first.IsLater({"t", 9}));
}

TEST(FirstPartitionsTest, BehindTheNumberAllAreLater) {
  FirstPartitions first;
  first.AddTopics({{"t", 2}, {"new", 0}});
  EXPECT_EQ(first.Of("t"), 2);
  EXPECT_FALSE(first.IsLater({"t", 1}));
  EXPECT_TRUE(first.IsLater({"t", 2}));
  EXPECT_TRUE(first.IsLater({"new", 0}));
  EXPECT_FALSE(first.IsLater({"other", 0}));
}

// Each number is of a moment when the group read the topic: what a mark says
// and what is there now.
TEST(FirstPartitionsTest, TheLowestNumberCounts) {
  FirstPartitions first;
  first.AddTopics({{"t", 5}});
  first.AddMarks(std::vector{Marked("t", 0, 6), Marked("t", 1, 4),
                             Marked("u", 0, 1), Marked("t", 2, std::nullopt)});
  EXPECT_EQ(first.Of("t"), 4);
  first.AddTopics({{"t", 6}});
  EXPECT_EQ(first.Of("t"), 4);
  first.AddTopics({{"t", 3}});
  EXPECT_EQ(first.Of("t"), 3);
}

}  // namespace
}  // namespace rowfall::commit
