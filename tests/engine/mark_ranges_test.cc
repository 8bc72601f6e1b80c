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
  MarkFacts facts;
  facts.cluster = "c";
  MarkRanges(MessageBatch(), 0, facts, ranges);
  EXPECT_EQ(ranges[1].mark, expected.ToText());
  EXPECT_EQ(ranges[3].mark, "rf1:::c");
}

// A mark says under which isolation its message came, and nothing behind it.
TEST(MarkRangesTest, TheIsolationGoesWithTheMark) {
  MessageBatch messages;
  messages.Append(MakeMessage(5, "a"));
  commit::PositionMark mark;
  mark.last = {5, commit::ChecksumOf(MakeMessage(5, "a"))};
  const std::string committed = mark.ToText();
  mark.last->seen = commit::PositionMark::Seen::kUncommitted;
  const std::string uncommitted = mark.ToText();
  mark.last->seen = commit::PositionMark::Seen::kBoth;
  const std::string both = mark.ToText();
  MarkFacts facts;
  facts.isolation = Isolation::kReadUncommitted;
  PartitionRange ranges[] = {{{"t", 0}, 5, 6, ""},
                             {{"t", 1}, 6, 9, committed},
                             {{"t", 2}, 6, 9, uncommitted},
                             {{"t", 3}, 6, 9, both},
                             {{"t", 4}, 6, 9, "foreign"}};
  MarkRanges(messages, 1, facts, ranges);
  EXPECT_EQ(ranges[0].mark, uncommitted);
  EXPECT_EQ(ranges[1].mark, committed);
  EXPECT_EQ(ranges[2].mark, uncommitted);
  EXPECT_EQ(ranges[3].mark, both);
  EXPECT_EQ(ranges[4].mark, "foreign");
  facts.isolation = Isolation::kReadCommitted;
  MarkRanges(messages, 1, facts, ranges);
  EXPECT_EQ(ranges[0].mark, committed);
  EXPECT_EQ(ranges[1].mark, committed);
  EXPECT_EQ(ranges[2].mark, both);
  EXPECT_EQ(ranges[3].mark, both);
  EXPECT_EQ(ranges[4].mark, "foreign");
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
