// SPDX-License-Identifier: Apache-2.0
// What a consumer delivers: messages as produced, marks, positions.
#include <future>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/source/worker.h"

namespace rowfall::source {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// Without a group to join, which takes 3 seconds.
SourceConfig ListConfig(const testing::EmbeddedBroker& broker,
                        std::vector<int32_t> partitions = {0}) {
  SourceConfig config = EmbeddedConfig(broker);
  config.partitions = std::move(partitions);
  return config;
}

TEST(KafkaSourceTest, DeliversMessagesAsTheyWereProduced) {
  auto broker = MustStart(1);
  ASSERT_TRUE(
      broker
          ->Produce(
              {.topic = "t",
               .partition = 0,
               .key = "k",
               .payload = "p",
               .headers = {{"h", "v"}, {"empty", ""}, {"null", "", false}}})
          .ok());
  ASSERT_TRUE(broker->Produce({.topic = "t", .partition = 0}).ok());
  ASSERT_TRUE(
      broker->Produce({.topic = "t", .partition = 0, .key = "", .payload = ""})
          .ok());
  ASSERT_TRUE(broker->Flush(absl::Seconds(10)).ok());

  Worker worker(MustMake(ListConfig(*broker)));
  ASSERT_TRUE(worker.PollUntil([&] { return worker.num_assigned > 0; }));
  MessageBatch batch;
  std::vector<SourceEvent> events;
  while (batch.size() < 3 && events.empty())
    worker.source().Poll({}, batch, events);
  ASSERT_EQ(batch.size(), 3u);
  Message first = batch[0];
  EXPECT_EQ(first.topic, "t");
  EXPECT_EQ(first.partition, 0);
  EXPECT_EQ(first.offset, 0);
  EXPECT_GT(first.timestamp_ms, 1'600'000'000'000);
  EXPECT_EQ(first.payload, "p");
  EXPECT_EQ(first.key, "k");
  EXPECT_TRUE(first.has_key);
  EXPECT_THAT(first.headers, ElementsAre(Header{"h", "v"}, Header{"empty", ""},
                                         Header{"null", "", false}));
  EXPECT_FALSE(batch[1].has_payload);
  EXPECT_FALSE(batch[1].has_key);
  EXPECT_TRUE(batch[2].has_payload);
  EXPECT_EQ(batch[2].payload, "");
  EXPECT_TRUE(batch[2].has_key);
  EXPECT_THAT(batch[2].headers, ElementsAre());
}

// Dead letters carry them on.
TEST(KafkaSourceTest, KeepsAllBytesOfKeyPayloadAndHeaders) {
  auto broker = MustStart(1);
  constexpr std::string_view kBytes("\0\xff\x80\n\0", 5);
  ASSERT_TRUE(broker
                  ->Produce({.topic = "t",
                             .partition = 0,
                             .key = kBytes,
                             .payload = kBytes,
                             .headers = {{"twice", kBytes},
                                         {"twice", "", false},
                                         {"twice", kBytes.substr(1)}}})
                  .ok());
  ASSERT_TRUE(broker->Flush(absl::Seconds(10)).ok());
  Worker worker(MustMake(ListConfig(*broker)));
  ASSERT_TRUE(worker.PollUntil([&] { return worker.num_assigned > 0; }));
  MessageBatch batch;
  std::vector<SourceEvent> events;
  while (batch.empty()) worker.source().Poll({}, batch, events);
  const Message message = batch[0];
  EXPECT_EQ(message.key, kBytes);
  EXPECT_EQ(message.payload, kBytes);
  EXPECT_THAT(message.headers,
              ElementsAre(Header{"twice", kBytes}, Header{"twice", "", false},
                          Header{"twice", kBytes.substr(1)}));
}

TEST(KafkaSourceTest, ListedPartitionsAreAssignedWithCommittedOffsets) {
  auto broker = MustStart(3);
  Produce(*broker, 30, 3);
  {
    Worker worker(MustMake(ListConfig(*broker, {0, 2})));
    ASSERT_TRUE(worker.PollUntilSeen(20));
    EXPECT_THAT(worker.Last<PartitionsAssigned>()->partitions,
                ElementsAre(PartitionOffset{{"t", 0}, kOffsetNone},
                            PartitionOffset{{"t", 2}, kOffsetNone}));
    const PartitionOffset positions[] = {{{"t", 2}, 7}};
    EXPECT_TRUE(worker.source().Commit(positions, absl::Seconds(5)).ok());
  }
  Worker worker(MustMake(ListConfig(*broker, {0, 2})));
  ASSERT_TRUE(worker.PollUntilSeen(13));
  EXPECT_THAT(worker.Last<PartitionsAssigned>()->partitions,
              ElementsAre(PartitionOffset{{"t", 0}, kOffsetNone},
                          PartitionOffset{{"t", 2}, 7}));
}

TEST(KafkaSourceTest, SaysWhatIsKnownOfTopicsThatAreToBeReadFromTheirEnd) {
  auto broker = MustStart(3);
  SourceConfig config = ListConfig(*broker, {0});
  {
    Worker worker(MustMake(config));
    ASSERT_TRUE(worker.PollUntilEvent<PartitionsAssigned>());
    EXPECT_TRUE(worker.Last<PartitionsAssigned>()->others.empty());
    EXPECT_TRUE(worker.Last<PartitionsAssigned>()->partitions_at_start.empty());
  }
  {
    Worker worker(MustMake(ListConfig(*broker, {2})));
    ASSERT_TRUE(worker.PollUntilEvent<PartitionsAssigned>());
    const PartitionOffset positions[] = {{{"t", 2}, 7, "mark"}};
    EXPECT_TRUE(worker.source().Commit(positions, absl::Seconds(5)).ok());
  }
  config.starts_at_end = true;
  Worker worker(MustMake(config));
  ASSERT_TRUE(worker.PollUntilEvent<PartitionsAssigned>());
  const PartitionsAssigned& assigned = *worker.Last<PartitionsAssigned>();
  EXPECT_THAT(assigned.partitions,
              ElementsAre(PartitionOffset{{"t", 0}, kOffsetNone}));
  EXPECT_THAT(assigned.others,
              ElementsAre(PartitionOffset{{"t", 1}, kOffsetNone},
                          PartitionOffset{{"t", 2}, 7}));
  EXPECT_EQ(assigned.others[1].mark, "mark");
  EXPECT_THAT(assigned.partitions_at_start, ElementsAre(Pair("t", 3)));
}

TEST(KafkaSourceTest, NothingComesBeforeTheAssignmentIsAnswered) {
  auto broker = MustStart(1);
  Produce(*broker, 10);
  Worker worker(MustMake(ListConfig(*broker)));
  worker.answers = false;
  ASSERT_TRUE(worker.PollUntilEvent<PartitionsAssigned>());
  for (int i = 0; i < 5; ++i) worker.Poll();
  EXPECT_TRUE(worker.seen.empty());
  EXPECT_EQ(worker.num_assigned, 1);
  const PartitionOffset wrong[] = {{{"t", 1}, 0}};
  EXPECT_EQ(worker.source().Assign(wrong).code(),
            absl::StatusCode::kInvalidArgument);
  const PartitionOffset none[] = {{{"t", 0}, kOffsetNone}};
  EXPECT_EQ(worker.source().Assign(none).code(),
            absl::StatusCode::kInvalidArgument);
  worker.next[{"t", 0}] = 4;
  const PartitionOffset positions[] = {{{"t", 0}, 4}};
  EXPECT_TRUE(worker.source().Assign(positions).ok());
  ASSERT_TRUE(worker.PollUntilSeen(6));
  EXPECT_EQ(worker.seen.front().offset, 4);
}

TEST(KafkaSourceTest, ReportsTheEndOfEachPartition) {
  auto broker = MustStart(1);
  Produce(*broker, 5);
  Worker worker(MustMake(ListConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilEvent<EndOfPartition>());
  EXPECT_EQ(worker.Last<EndOfPartition>()->position,
            (PartitionOffset{{"t", 0}, 5}));
  EXPECT_EQ(worker.seen.size(), 5u);
  Produce(*broker, 1);
  ASSERT_TRUE(worker.PollUntilEvent<EndOfPartition>());
  EXPECT_EQ(worker.Last<EndOfPartition>()->position.offset, 6);
}

TEST(KafkaSourceTest, PollKeepsItsLimits) {
  auto broker = MustStart(1);
  Produce(*broker, 1000);
  Worker worker(MustMake(ListConfig(*broker)));
  worker.limits.max_messages = 7;
  ASSERT_TRUE(worker.PollUntilSeen(1));
  for (int i = 0; i < 20; ++i) {
    const size_t before = worker.seen.size();
    worker.Poll();
    EXPECT_LE(worker.seen.size() - before, 7u);
  }
  // Stops after the message that exceeds the bytes.
  worker.limits.max_messages = 100;
  worker.limits.max_bytes = 0;
  for (int i = 0; i < 20; ++i) {
    const size_t before = worker.seen.size();
    worker.Poll();
    EXPECT_LE(worker.seen.size() - before, 1u);
  }
  worker.limits.max_bytes = 1 << 20;
  ASSERT_TRUE(worker.PollUntilSeen(1000));
  for (size_t i = 0; i < worker.seen.size(); ++i)
    ASSERT_EQ(worker.seen[i].offset, static_cast<int64_t>(i));
}

TEST(KafkaSourceTest, PollReturnsWithWhatIsAtHand) {
  auto broker = MustStart(1);
  Worker worker(MustMake(ListConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilEvent<EndOfPartition>());
  worker.limits.max_wait = absl::Seconds(20);
  Produce(*broker, 3);
  EXPECT_LT(Elapsed([&] { ASSERT_TRUE(worker.PollUntilSeen(3)); }),
            absl::Seconds(5));
}

TEST(KafkaSourceTest, WakeEndsAWait) {
  auto broker = MustStart(1);
  Worker worker(MustMake(ListConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilEvent<EndOfPartition>());
  worker.limits.max_wait = absl::Seconds(20);
  auto waker = std::async(std::launch::async, [&] {
    for (int i = 0; i < 3; ++i) std::this_thread::yield();
    worker.source().Wake();
  });
  EXPECT_LT(Elapsed([&] { worker.Poll(); }), absl::Seconds(5));
  waker.get();
  // One that came before the wait counts as well.
  worker.source().Wake();
  EXPECT_LT(Elapsed([&] { worker.Poll(); }), absl::Seconds(5));
}

TEST(KafkaSourceTest, WithoutABrokerItWaitsAndSaysSo) {
  SourceConfig config;
  config.brokers = {"127.0.0.1:1"};
  config.topics = {"t"};
  config.consumer_group = "g";
  config.partitions = {0};
  Worker worker(MustMake(config));
  ASSERT_TRUE(worker.PollUntilEvent<SourceTrouble>());
  EXPECT_EQ(worker.Last<SourceTrouble>()->status.code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(worker.num_assigned, 0);
  EXPECT_LT(Elapsed([&] { worker.Poll(); }), absl::Seconds(1));
  EXPECT_LT(Elapsed([&] {
              EXPECT_TRUE(worker.source().Close(absl::Seconds(5)).ok());
            }),
            absl::Seconds(6));
}

// What follows from the trouble must not hide it.
TEST(KafkaSourceTest, SaysWhyAllBrokersAreDown) {
  SourceConfig config;
  config.brokers = {"127.0.0.1:1"};
  config.topics = {"t"};
  config.consumer_group = "g";
  Worker worker(MustMake(config));
  const auto text = [&] {
    const auto* trouble = worker.Last<SourceTrouble>();
    return trouble == nullptr ? std::string() : trouble->status.ToString();
  };
  ASSERT_TRUE(worker.PollUntil(
      [&] { return text().find("brokers are down") != std::string::npos; }));
  EXPECT_NE(text().find("Connection refused"), std::string::npos) << text();
}

TEST(KafkaSourceTest, CloseIsIdempotentAndFinal) {
  auto broker = MustStart(1);
  Worker worker(MustMake(ListConfig(*broker)));
  ASSERT_TRUE(worker.PollUntil([&] { return worker.num_assigned > 0; }));
  EXPECT_TRUE(worker.source().Close(absl::Seconds(5)).ok());
  EXPECT_TRUE(worker.source().Close(absl::Seconds(5)).ok());
  EXPECT_EQ(worker.source().Start().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(worker.source().Assign({}).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(worker.source().Unassign().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(worker.source().Commit({}, absl::Seconds(1)).code(),
            absl::StatusCode::kFailedPrecondition);
  worker.source().Wake();
  worker.source().Pause();
  worker.source().Resume();
  EXPECT_EQ(worker.source().GetWatermarks({"t", 0}).high, kOffsetNone);
  worker.Poll();
  EXPECT_EQ(NumLeakedClients(), 0);
}

TEST(KafkaSourceTest, StartsOnce) {
  auto broker = MustStart(1);
  auto source = MustMake(ListConfig(*broker));
  EXPECT_EQ(source->Start().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(KafkaSourceTest, PauseHoldsDeliveryAndLosesNothing) {
  auto broker = MustStart(2);
  Produce(*broker, 2000, 2);
  Worker worker(MustMake(ListConfig(*broker, {0, 1})));
  for (int round = 1; round <= 15; ++round) {
    ASSERT_TRUE(worker.PollUntilSeen(round * 100));
    worker.source().Pause();
    worker.source().Pause();
    const size_t before = worker.seen.size();
    for (int i = 0; i < 3; ++i) worker.Poll();
    EXPECT_EQ(worker.seen.size(), before) << "delivered while paused";
    worker.source().Resume();
    worker.source().Resume();
  }
  ASSERT_TRUE(worker.PollUntilSeen(2000));
  // The worker checks the order; twice is not in order.
  EXPECT_EQ(worker.seen.size(), 2000u);
}

TEST(KafkaSourceTest, PauseHoldsForPartitionsAssignedLater) {
  auto broker = MustStart(1);
  Produce(*broker, 100);
  Worker worker(MustMake(ListConfig(*broker)));
  worker.source().Pause();
  ASSERT_TRUE(worker.PollUntil([&] { return worker.num_assigned > 0; }));
  for (int i = 0; i < 6; ++i) worker.Poll();
  EXPECT_TRUE(worker.seen.empty());
  worker.source().Resume();
  ASSERT_TRUE(worker.PollUntilSeen(100));
}

TEST(KafkaSourceTest, AssignMovesOnePartitionAndKeepsTheOthers) {
  auto broker = MustStart(2);
  Produce(*broker, 400, 2);
  Worker worker(MustMake(ListConfig(*broker, {0, 1})));
  ASSERT_TRUE(worker.PollUntilSeen(50));
  const PartitionOffset other[] = {{{"t", 7}, 0}};
  EXPECT_EQ(worker.source().Assign(other).code(), absl::StatusCode::kAborted);
  worker.next[{"t", 1}] = 190;
  const PartitionOffset moved[] = {{{"t", 1}, 190}};
  ASSERT_TRUE(worker.source().Assign(moved).ok());
  worker.seen.clear();
  ASSERT_TRUE(worker.PollUntil([&] {
    return worker.next[{"t", 0}] == 200 && worker.next[{"t", 1}] == 200;
  }));
  size_t num_moved = 0;
  for (const Seen& message : worker.seen) {
    if (message.partition.partition == 1) ++num_moved;
  }
  EXPECT_EQ(num_moved, 10u);
}

// The client asks a partition once more to stop while it stops, and aborts when
// it has stopped twice (librdkafka issue 5573).
TEST(KafkaSourceTest, AssignsCloseUponEachOtherAreClean) {
  auto broker = MustStart(2);
  Produce(*broker, 400, 2);
  Worker worker(MustMake(ListConfig(*broker, {0, 1})));
  ASSERT_TRUE(worker.PollUntilSeen(50));
  for (int round = 0; round < 100; ++round) {
    for (const int32_t partition : {0, 1}) {
      worker.next[{"t", partition}] = round;
      const PartitionOffset moved[] = {{{"t", partition}, round}};
      ASSERT_TRUE(worker.source().Assign(moved).ok());
    }
    if (round % 10 == 0) worker.Poll();
  }
  ASSERT_TRUE(worker.PollUntil([&] {
    return worker.next[{"t", 0}] == 200 && worker.next[{"t", 1}] == 200;
  }));
  EXPECT_TRUE(worker.source().Unassign().ok());
}

TEST(KafkaSourceTest, UnassignEndsDelivery) {
  auto broker = MustStart(1);
  Produce(*broker, 500);
  Worker worker(MustMake(ListConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilSeen(1));
  EXPECT_TRUE(worker.source().Unassign().ok());
  worker.next.clear();  // From here on each message is one too much.
  for (int i = 0; i < 5; ++i) worker.Poll();
}

TEST(KafkaSourceTest, KnowsHowFarTheLogGoes) {
  auto broker = MustStart(1);
  Produce(*broker, 25);
  Worker worker(MustMake(ListConfig(*broker)));
  EXPECT_EQ(worker.source().GetWatermarks({"t", 0}).high, kOffsetNone);
  ASSERT_TRUE(worker.PollUntilSeen(25));
  EXPECT_EQ(worker.source().GetWatermarks({"t", 0}).high, 25);
  EXPECT_EQ(worker.source().GetWatermarks({"other", 0}).high, kOffsetNone);
}

TEST(KafkaSourceTest, SaysWhereTheLogGoesWhenAPositionIsOutOfRange) {
  auto broker = MustStart(2);
  Produce(*broker, 20, 2);
  Worker worker(MustMake(ListConfig(*broker, {0, 1})));
  worker.answers = false;
  ASSERT_TRUE(worker.PollUntilEvent<PartitionsAssigned>());
  worker.next = {{{"t", 0}, 5000}, {{"t", 1}, 0}};
  ASSERT_TRUE(worker.source().Assign(worker.Positions()).ok());
  ASSERT_TRUE(worker.PollUntilEvent<OffsetOutOfRange>());
  const OffsetOutOfRange& event = *worker.Last<OffsetOutOfRange>();
  EXPECT_EQ(event.position, (PartitionOffset{{"t", 0}, 5000}));
  EXPECT_EQ(event.low, 0);
  EXPECT_EQ(event.high, 10);
  EXPECT_NE(event.reason.find("out of range"), std::string::npos)
      << event.reason;
  // The other partition is not held up by it.
  ASSERT_TRUE(worker.PollUntilSeen(10));
  worker.next[{"t", 0}] = 3;
  const PartitionOffset moved[] = {{{"t", 0}, 3}};
  ASSERT_TRUE(worker.source().Assign(moved).ok());
  ASSERT_TRUE(worker.PollUntilSeen(17));
}

TEST(KafkaSourceTest, AsksAgainWhereTheLogGoesWhenNobodySays) {
  constexpr int16_t kListOffsets = 2;
  constexpr int kNotAuthorized = 29;
  auto broker = MustStart(1);
  Produce(*broker, 10);
  Worker worker(MustMake(ListConfig(*broker)));
  worker.answers = false;
  ASSERT_TRUE(worker.PollUntilEvent<PartitionsAssigned>());
  worker.next = {{{"t", 0}, 5000}};
  broker->PushRequestErrors(kListOffsets, {kNotAuthorized, kNotAuthorized});
  ASSERT_TRUE(worker.source().Assign(worker.Positions()).ok());
  ASSERT_TRUE(worker.PollUntilEvent<OffsetOutOfRange>());
  EXPECT_EQ(worker.Last<OffsetOutOfRange>()->high, 10);
}

TEST(KafkaSourceTest, LogLinesCarryNoSecret) {
  SourceConfig config;
  config.brokers = {"127.0.0.1:1"};
  config.topics = {"t"};
  config.consumer_group = "hunter2";
  config.properties = {{"security.protocol", "sasl_plaintext"},
                       {"sasl.mechanism", "PLAIN"},
                       {"sasl.username", "u"},
                       {"sasl.password", "hunter2"},
                       {"debug", "cgrp"}};
  std::string log;
  KafkaOptions options;
  options.log = [&](LogLevel, std::string_view text) { log += text; };
  Worker worker(MustMake(config, options));
  ASSERT_TRUE(worker.PollUntil(
      [&] { return log.find("[HIDDEN]") != std::string::npos; }));
  EXPECT_EQ(log.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace rowfall::source
