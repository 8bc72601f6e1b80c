// SPDX-License-Identifier: Apache-2.0
// Marks of positions as text, and what they say of messages.
#include "commit/position_mark.h"

#include <gtest/gtest.h>

#include <set>

namespace rowfall::commit {
namespace {

Message MakeMessage(int64_t offset, std::string_view payload) {
  Message message;
  message.topic = "t";
  message.offset = offset;
  message.timestamp_ms = 1700000000000;
  message.payload = payload;
  return message;
}

TEST(PositionMarkTest, SurvivesAsText) {
  PositionMark mark;
  EXPECT_EQ(mark.ToText(), "rf1:::");
  EXPECT_EQ(PositionMark::FromText(mark.ToText()), mark);
  mark.last = {1841, 0xe3069283};
  EXPECT_EQ(mark.ToText(), "rf1:1841:e3069283:");
  EXPECT_EQ(PositionMark::FromText(mark.ToText()), mark);
  mark.cluster = "MkU3OEVBNTcwNTJENDM2Qg";
  EXPECT_EQ(mark.ToText(), "rf1:1841:e3069283:MkU3OEVBNTcwNTJENDM2Qg");
  EXPECT_EQ(PositionMark::FromText(mark.ToText()), mark);
  mark.first_partitions = 12;
  EXPECT_EQ(mark.ToText(), "rf2:1841:e3069283:12:MkU3OEVBNTcwNTJENDM2Qg");
  EXPECT_EQ(PositionMark::FromText(mark.ToText()), mark);
  mark = {};
  mark.first_partitions = 0;
  EXPECT_EQ(mark.ToText(), "rf2:::0:");
  EXPECT_EQ(PositionMark::FromText(mark.ToText()), mark);
}

TEST(PositionMarkTest, SaysUnderWhichIsolationItWasSeen) {
  PositionMark mark;
  mark.last = {1841, 0xe3069283, PositionMark::Seen::kUncommitted};
  EXPECT_EQ(mark.ToText(), "rf3:1841:e3069283::u:");
  EXPECT_EQ(PositionMark::FromText(mark.ToText()), mark);
  mark.cluster = "c";
  mark.first_partitions = 12;
  EXPECT_EQ(mark.ToText(), "rf3:1841:e3069283:12:u:c");
  EXPECT_EQ(PositionMark::FromText(mark.ToText()), mark);
  mark.last->seen = PositionMark::Seen::kBoth;
  EXPECT_EQ(mark.ToText(), "rf3:1841:e3069283:12:uc:c");
  EXPECT_EQ(PositionMark::FromText(mark.ToText()), mark);
  // Without a message there is nothing that was seen.
  mark.last.reset();
  EXPECT_EQ(mark.ToText(), "rf2:::12:c");
}

// Versions before did not say; most of them read what is committed.
TEST(PositionMarkTest, OlderMarksCountAsThoseOfTheDefault) {
  for (const char* text : {"rf1:1841:e3069283:c", "rf2:1841:e3069283:12:c"}) {
    const auto mark = PositionMark::FromText(text);
    ASSERT_TRUE(mark.has_value() && mark->last.has_value()) << text;
    EXPECT_EQ(mark->last->seen, PositionMark::Seen::kCommitted);
    EXPECT_EQ(mark->ToText(), text);
  }
}

TEST(PositionMarkTest, WhatIsSeenFollowsFromTheIsolation) {
  using Seen = PositionMark::Seen;
  EXPECT_EQ(SeenUnder(Isolation::kReadCommitted), Seen::kCommitted);
  EXPECT_EQ(SeenUnder(Isolation::kReadUncommitted), Seen::kUncommitted);
  // Nothing came behind it: more may have been hidden than before.
  EXPECT_EQ(SeenOn(Seen::kUncommitted, Isolation::kReadCommitted), Seen::kBoth);
  for (const Seen seen : {Seen::kCommitted, Seen::kUncommitted, Seen::kBoth}) {
    EXPECT_EQ(SeenOn(seen, Isolation::kReadUncommitted), seen);
    if (seen == Seen::kUncommitted) continue;
    EXPECT_EQ(SeenOn(seen, Isolation::kReadCommitted), seen);
  }
}

TEST(PositionMarkTest, TakesNothingForeignAsAMark) {
  for (const char* text : {"",
                           "x",
                           "rf1",
                           "rf1:",
                           "rf1:1",
                           "rf1:1:2",
                           "rf2:1:2:",
                           "rf1:1::",
                           "rf1::2:",
                           "rf1:-1:2:",
                           "rf1:1:g:",
                           "rf1:1:123456789:",
                           "rf1: 1:2:",
                           "rf1:99999999999999999999:2:",
                           "rf1:1:2:a b",
                           "rf2:1:2",
                           "rf2:1:2:x:",
                           "rf2:1:2::",
                           "rf2:1:2:-1:",
                           "rf2:1:2:9999999999:",
                           "rf3:1:2:3:",
                           "rf3:1:2:u:",
                           "rf3:1:2:3:x:",
                           "rf3:1:2:x:u:",
                           "rf3:1:2:-1:u:",
                           "rf3:1:2:3::",
                           "rf3:1:2:3:c:",
                           "rf3:1:2:3:u",
                           "rf3:1:2::u:a b",
                           "rf3:::3:u:",
                           "rf3::2::u:",
                           "rf4:1:2:3:u:",
                           "{\"offset\": 5}"}) {
    EXPECT_EQ(PositionMark::FromText(text), std::nullopt) << text;
  }
}

TEST(PositionMarkTest, KeepsNoNameThatCannotBeRead) {
  PositionMark mark;
  mark.cluster = "two words";
  EXPECT_EQ(mark.ToText(), "rf1:::");
  mark.cluster = std::string(61, 'c');
  EXPECT_EQ(mark.ToText(), "rf1:::");
}

TEST(PositionMarkTest, ChecksumTellsAllPartsApart) {
  std::set<uint32_t> seen;
  const auto is_new = [&seen](const Message& message) {
    return seen.insert(ChecksumOf(message)).second;
  };
  Message message = MakeMessage(1, "ab");
  EXPECT_TRUE(is_new(message));
  message.offset = 2;
  EXPECT_FALSE(is_new(message)) << "compared at its offset anyway";
  message.timestamp_ms += 1;
  EXPECT_TRUE(is_new(message));
  message.payload = "ac";
  EXPECT_TRUE(is_new(message));
  message.payload = "";
  EXPECT_TRUE(is_new(message));
  message.has_payload = false;
  EXPECT_TRUE(is_new(message));
  message.has_key = true;
  EXPECT_TRUE(is_new(message));
  message.key = "a";
  EXPECT_TRUE(is_new(message));
  message.has_payload = true;
  message.payload = "b";
  EXPECT_TRUE(is_new(message));
  message.key = "";
  message.payload = "ab";
  EXPECT_TRUE(is_new(message));
}

}  // namespace
}  // namespace rowfall::commit
