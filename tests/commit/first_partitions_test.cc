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
  first.AddUnknown({{"t", 2}, {"new", 0}});
  EXPECT_EQ(first.Of("t"), 2);
  EXPECT_FALSE(first.IsLater({"t", 1}));
  EXPECT_TRUE(first.IsLater({"t", 2}));
  EXPECT_TRUE(first.IsLater({"new", 0}));
  EXPECT_FALSE(first.IsLater({"other", 0}));
}

TEST(FirstPartitionsTest, AMarkCountsMoreThanWhatIsThereNow) {
  FirstPartitions first;
  first.AddMarks(std::vector{Marked("t", 0, 3)});
  first.AddUnknown({{"t", 5}});
  EXPECT_EQ(first.Of("t"), 3);
}

TEST(FirstPartitionsTest, TheLowestNumberCounts) {
  FirstPartitions first;
  first.AddUnknown({{"t", 4}});
  first.AddMarks(std::vector{Marked("t", 0, 5), Marked("t", 1, 3),
                             Marked("u", 0, 1), Marked("t", 2, std::nullopt)});
  EXPECT_EQ(first.Of("t"), 3);
  first.AddMarks(std::vector{Marked("t", 0, 5)});
  EXPECT_EQ(first.Of("t"), 3);
}

}  // namespace
}  // namespace rowfall::commit
