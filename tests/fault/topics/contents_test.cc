// SPDX-License-Identifier: Apache-2.0
// Logs with holes, markers and messages that lack parts.
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/topics/group_test_base.h"
#include "tests/kafka/producer.h"

namespace rowfall {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Json(int64_t id) { return "{\"id\": " + std::to_string(id) + "}"; }

class Contents : public GroupTest {
 protected:
  Contents() { oracle_ = std::make_unique<Oracle>(Oracle::Log::kSparse); }

  std::unique_ptr<TestProducer> Transactions() {
    return std::make_unique<TestProducer>(
        cluster_.brokers(), std::map<std::string, std::string>{
                                {"transactional.id", topic_ + "-producer"}});
  }
  void Send(TestProducer& producer, int64_t first, int64_t last) {
    for (int64_t id = first; id <= last; ++id) {
      producer.Send(topic_, {.value = Json(id)});
    }
  }
};

class Sinks : public Contents, public ::testing::WithParamInterface<bool> {
 protected:
  Sinks() { AddGlossary({.keeps_positions = GetParam()}); }

  // The table's position, where it keeps one, is where the log ends.
  void ExpectStoredAtTheEnd() {
    if (!GetParam()) return;
    const int64_t end = cluster_.Ends(topic_)[0];
    EXPECT_TRUE(Eventually([&] {
      const auto stored = table_->Positions(group_);
      return stored.size() == 1 && stored[0].offset == end;
    }));
  }
};

// D8: holes of compaction are no gaps.
TEST_P(Sinks, ReadCompactedTopics) {
  topic_ = cluster_.CreateTopic("compacted", 1,
                                {{"cleanup.policy", "compact"},
                                 {"segment.ms", "100"},
                                 {"min.cleanable.dirty.ratio", "0.001"},
                                 {"delete.retention.ms", "0"},
                                 {"max.compaction.lag.ms", "100"}});
  // Each key ten times; only the last one of each stays.
  const auto produce = [&](int64_t first) {
    cluster_.Produce(topic_, 200, [&](int64_t i) {
      const int64_t id = first + i;
      return TestMessage{.value = Json(id),
                         .key = "key " + std::to_string(i % 20),
                         .partition = 0};
    });
  };
  {
    const auto member = Join("batch=50");
    produce(1);
    ASSERT_TRUE(WaitForRows(200));
    ASSERT_TRUE(AllCommitted());
  }
  produce(201);
  // A segment is compacted when the next one has begun.
  absl::SleepFor(absl::Milliseconds(200));
  cluster_.Produce(topic_, {.value = Json(401), .key = "last", .partition = 0});
  ASSERT_TRUE(Eventually(
      [&] { return CountMessages(cluster_.brokers(), topic_) <= 60; }));
  const size_t left = CountMessages(cluster_.brokers(), topic_);
  const auto member = Join("batch=50");
  EXPECT_TRUE(AllCommitted());
  ExpectStoredAtTheEnd();
  // The committed offset is inside what was compacted away.
  const std::vector<int64_t> ids = Ids();
  EXPECT_GE(ids.size(), 221u);
  EXPECT_LE(ids.size(), 200 + left);
  EXPECT_EQ(ids.back(), 401);
  EXPECT_EQ(member->state(), ViewState::kRunning);
  EXPECT_THAT(member->status().last_error, IsEmpty());
}

// D9: aborted messages are never seen, markers do not stop the offsets.
TEST_P(Sinks, ReadCommittedTransactions) {
  topic_ = cluster_.CreateTopic("transactions", 1);
  const auto member = Join("batch=7");
  const auto producer = Transactions();
  int64_t id = 0;
  std::vector<int64_t> committed;
  for (int round = 0; round < 6; ++round) {
    producer->Begin();
    Send(*producer, id + 1, id + 10);
    if (round % 2 == 0) {
      producer->Commit();
      for (int64_t i = id + 1; i <= id + 10; ++i) committed.push_back(i);
    } else {
      producer->Abort();
    }
    id += 10;
  }
  // The last thing in the log is an abort marker.
  EXPECT_TRUE(AllCommitted());
  ExpectStoredAtTheEnd();
  EXPECT_EQ(Ids(), committed);
  EXPECT_TRUE(Eventually([&] {
    const auto partitions = member->status().partitions;
    return partitions.size() == 1 && partitions[0].lag == 0;
  }));
  EXPECT_EQ(CountMessages(cluster_.brokers(), topic_), 30);
}

// D10: behind a transaction that is open nothing is delivered, which is lag
// and no error; when it is aborted, all goes on.
TEST_P(Sinks, WaitForOpenTransactions) {
  topic_ = cluster_.CreateTopic("transactions", 1);
  ProduceIds(topic_, 1, 1, 10);
  const auto member = Join("batch_timeout=50");
  ASSERT_TRUE(WaitForRows(10));
  const auto producer = Transactions();
  producer->Begin();
  Send(*producer, 11, 15);
  producer->Flush();
  ProduceIds(topic_, 1, 16, 30);
  EXPECT_TRUE(Eventually([&] {
    const auto partitions = member->status().partitions;
    return partitions.size() == 1 && partitions[0].lag == 20;
  }));
  EXPECT_FALSE(table_->WaitForRows(11, absl::Milliseconds(500)));
  EXPECT_EQ(member->state(), ViewState::kRunning);
  EXPECT_THAT(member->status().last_error, IsEmpty());
  EXPECT_EQ(CommittedSum(topic_, 1), 10);
  producer->Abort();
  EXPECT_TRUE(WaitForRows(25));
  EXPECT_TRUE(AllCommitted());
  ExpectStoredAtTheEnd();
  EXPECT_EQ(Ids().size(), 25u);
  EXPECT_EQ(Ids()[10], 16);
}

INSTANTIATE_TEST_SUITE_P(Traits, Sinks, ::testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Once" : "AtLeastOnce";
                         });

// Who wants to see what is not committed may.
TEST_F(Contents, UncommittedMessagesWhereAskedFor) {
  topic_ = cluster_.CreateTopic("transactions", 1);
  AddGlossary();
  const auto member = Join("isolation.level='read_uncommitted'");
  const auto producer = Transactions();
  producer->Begin();
  Send(*producer, 1, 10);
  producer->Flush();
  EXPECT_TRUE(WaitForRows(10));
  producer->Abort();
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 10));
}

class Parts : public Contents {
 protected:
  Parts() {
    options_.rejects = rejects_;
    // Such a table gets batches without rows as well, which the oracle sees.
    AddGlossary({.keeps_positions = true});
  }

  const std::shared_ptr<testing::RecordingRejectHandler> rejects_ =
      std::make_shared<testing::RecordingRejectHandler>();
};

// D11: a tombstone and an empty value have no row; no key does not matter.
TEST_F(Parts, TombstonesAndEmptyValuesAreRejects) {
  topic_ = cluster_.CreateTopic("parts", 1);
  oracle_ = std::make_unique<Oracle>(Oracle::Log::kDense);
  cluster_.Produce(topic_, {.value = Json(1)});
  cluster_.Produce(topic_, {.value = std::nullopt, .key = "key"});
  cluster_.Produce(topic_, {.value = std::nullopt});
  cluster_.Produce(topic_, {.value = "", .key = ""});
  cluster_.Produce(topic_, {.value = " "});
  cluster_.Produce(topic_, {.value = Json(2), .key = "key"});
  const auto member = Join("batch=6");
  EXPECT_TRUE(WaitForRows(2));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 2));
  const auto rejects = rejects_->rejects();
  ASSERT_THAT(rejects, SizeIs(4));
  EXPECT_EQ(rejects[0].payload, std::nullopt);
  EXPECT_EQ(rejects[0].key, "key");
  EXPECT_EQ(rejects[1].key, std::nullopt);
  EXPECT_EQ(rejects[2].payload, "");
  EXPECT_EQ(rejects[2].key, "");
  EXPECT_EQ(rejects[3].offset, 4);
}

TEST_F(Parts, TombstonesStopAndAreSkippedAsOtherBadMessages) {
  topic_ = cluster_.CreateTopic("parts", 1);
  cluster_.Produce(topic_, {.value = Json(1)});
  cluster_.Produce(topic_, {.value = std::nullopt, .key = "key"});
  cluster_.Produce(topic_, {.value = Json(2)});
  {
    const auto member = Join("on_error='stop'");
    ASSERT_TRUE(member->Becomes(ViewState::kFailed));
    EXPECT_THAT(member->status().reason, HasSubstr(topic_ + "/0@1"));
  }
  EXPECT_EQ(CommittedSum(topic_, 1), 1);
  const auto member = Join("on_error='skip'");
  EXPECT_TRUE(WaitForRows(2));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 2));
  EXPECT_EQ(member->status().rejected, 1u);
}

// H13: all of it reaches the dead-letter side, none of it the row.
TEST_F(Parts, ManyHeadersAndBinaryKeysArePassedOn) {
  topic_ = cluster_.CreateTopic("parts", 1, {{"max.message.bytes", "4000000"}});
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  RichMessage message{.value = Json(1), .key = bytes};
  for (int i = 0; i < 10000; ++i) {
    message.headers.push_back({"header " + std::to_string(i), bytes});
  }
  message.headers.push_back({"", std::nullopt});
  message.headers.push_back({"", ""});
  TestProducer producer(cluster_.brokers(), {{"message.max.bytes", "4000000"}});
  producer.Send(topic_, message);
  message.value = "bad";
  message.headers.push_back({"huge", std::string(1000000, 'x')});
  producer.Send(topic_, message);
  producer.Flush();
  const auto member = Join();
  EXPECT_TRUE(WaitForRows(1));
  EXPECT_TRUE(AllCommitted());
  ASSERT_THAT(rejects_->rejects(), SizeIs(1));
  const testing::RecordedReject reject = rejects_->rejects()[0];
  EXPECT_EQ(reject.key, bytes);
  EXPECT_EQ(reject.payload, "bad");
  EXPECT_TRUE(reject.headers == message.headers);
}

// Q4: times are passed on as they are.
TEST_F(Parts, TimesArePassedOn) {
  topic_ = cluster_.CreateTopic(
      "parts", 1, {{"message.timestamp.after.max.ms", "9000000000000000000"}});
  const std::string appended = cluster_.CreateTopic(
      "parts", 1, {{"message.timestamp.type", "LogAppendTime"}});
  TestProducer producer(cluster_.brokers(), {});
  const std::vector<int64_t> times = {1, 4102444800000, 253402300799999};
  for (const int64_t time : times) {
    producer.Send(topic_, {.value = "bad", .timestamp_ms = time});
  }
  producer.Send(appended, {.value = "bad", .timestamp_ms = 1});
  producer.Flush();
  const int64_t now = absl::ToUnixMillis(absl::Now());
  Member member(MemberOptions(),
                CreateSource("kafka", topic_ + "," + appended, kQuick), View());
  ASSERT_TRUE(rejects_->WaitForRejects(4, kPatience));
  std::vector<int64_t> seen;
  for (const auto& reject : rejects_->rejects()) {
    if (reject.topic == topic_) {
      seen.push_back(reject.timestamp_ms);
    } else {
      EXPECT_NEAR(static_cast<double>(reject.timestamp_ms),
                  static_cast<double>(now), 60000);
    }
  }
  EXPECT_EQ(seen, times);
}

}  // namespace
}  // namespace rowfall
