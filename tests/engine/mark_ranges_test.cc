// SPDX-License-Identifier: Apache-2.0
// Which message marks the end of a range.
#include "engine/mark_ranges.h"

#include "commit/position_mark.h"
#include "gtest/gtest.h"

namespace rowfall::engine {
namespace {

Message MakeMessage(int64_t offset, std::string_view payload,
                    int32_t partition = 0) {
  Message message;
  message.topic = "t";
  message.partition = partition;
  message.offset = offset;
  message.timestamp_ms = 1700000000000;
  message.payload = payload;
  return message;
}

TEST(MarkRangesTest, RangesGetTheirLastMessage) {
  MessageBatch messages;
  messages.Append(MakeMessage(5, "a"));
  messages.Append(MakeMessage(8, "b", 1));
  messages.Append(MakeMessage(6, "c"));
  PartitionRange ranges[] = {{{"t", 0}, 5, 7, "old"},
                             {{"t", 1}, 8, 9, ""},
                             {{"t", 2}, 3, 4, "old"},
                             {{"u", 0}, 3, 4, ""}};
  MarkRanges(messages, messages.size(), {}, ranges);
  commit::PositionMark expected;
  expected.last = {6, commit::ChecksumOf(MakeMessage(6, "c"))};
  EXPECT_EQ(ranges[0].mark, expected.ToText());
  expected.last = {8, commit::ChecksumOf(MakeMessage(8, "b", 1))};
  EXPECT_EQ(ranges[1].mark, expected.ToText());
  EXPECT_EQ(ranges[2].mark, "old");
  EXPECT_EQ(ranges[3].mark, "");
  MarkRanges(MessageBatch(), 0, {.cluster = "c", .first_partitions = {}},
             ranges);
  EXPECT_EQ(ranges[1].mark, expected.ToText());
  EXPECT_EQ(ranges[3].mark, "rf1:::c");
}

TEST(MarkRangesTest, MessagesBehindTheEndDoNotCount) {
  MessageBatch messages;
  messages.Append(MakeMessage(5, "a"));
  messages.Append(MakeMessage(6, "b"));
  PartitionRange ranges[] = {{{"t", 0}, 5, 6, "old"}};
  MarkRanges(messages, 1, {}, ranges);
  commit::PositionMark expected;
  expected.last = {5, commit::ChecksumOf(MakeMessage(5, "a"))};
  EXPECT_EQ(ranges[0].mark, expected.ToText());
}

}  // namespace
}  // namespace rowfall::engine
