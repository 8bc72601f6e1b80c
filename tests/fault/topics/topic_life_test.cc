// SPDX-License-Identifier: Apache-2.0
// Topics that come late, go, come again and grow.
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/topics/group_test_base.h"

namespace rowfall {
namespace {

using ::testing::HasSubstr;

class TopicLife : public GroupTest {
 protected:
  TopicLife() { AddGlossary(); }

  bool Shows(const Member& member, std::string_view text) {
    return Eventually([&] {
      const ViewStatus status = member.status();
      return status.reason.find(text) != std::string::npos ||
             status.last_error.find(text) != std::string::npos;
    });
  }
};

// A10: nothing is wrong with a view whose topic is still to come.
TEST_F(TopicLife, TopicThatIsAbsentIsReadOnceItIsThere) {
  topic_ = KafkaCluster::UniqueName("late");
  const auto member = Join();
  EXPECT_TRUE(Shows(*member, topic_));
  EXPECT_NE(member->state(), ViewState::kFailed);
  absl::SleepFor(absl::Seconds(2));
  EXPECT_EQ(Logged(topic_).size(), 1u);  // Said once in a while.
  cluster_.CreateTopicAgain(topic_, 2);
  ProduceIds(topic_, 2, 1, 100);
  EXPECT_TRUE(WaitForRows(100));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 100));
}

// A10 where the partitions are named.
TEST_F(TopicLife, PartitionsThatAreAbsentAreReadOnceTheyAreThere) {
  topic_ = KafkaCluster::UniqueName("late");
  const auto member = Join("partition_list='0,1'");
  EXPECT_TRUE(Shows(*member, topic_));
  EXPECT_NE(member->state(), ViewState::kFailed);
  cluster_.CreateTopicAgain(topic_, 2);
  ProduceIds(topic_, 2, 1, 100);
  EXPECT_TRUE(WaitForRows(100));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 100));
}

// A11: the view says so, and ends in time although librdkafka may not.
TEST_F(TopicLife, TopicThatIsDeletedIsShownAndTheViewEnds) {
  topic_ = cluster_.CreateTopic("deleted", 2);
  ProduceIds(topic_, 2, 1, 100);
  const auto member = Join();
  ASSERT_TRUE(WaitForRows(100));
  ASSERT_TRUE(AllCommitted());
  cluster_.DeleteTopic(topic_);
  EXPECT_TRUE(Shows(*member, topic_));
  absl::SleepFor(absl::Seconds(1));
  const absl::Time start = absl::Now();
  member->Execute("ALTER MV terms suspended=1");
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  // Left behind and counted, or ended: never waited for without end.
  EXPECT_LE(member->status().leaked_consumers, 1u);
  EXPECT_EQ(member->Stop(absl::Seconds(5)), absl::OkStatus());
  EXPECT_EQ(Ids(), Sequence(1, 100));
}

// A11, A10 where topics are found by a regular expression: what goes leaves
// the others alone, and what comes is found.
TEST_F(TopicLife, TopicsOfAPatternComeAndGo) {
  const std::string prefix = KafkaCluster::UniqueName("pattern");
  cluster_.CreateTopicAgain(prefix + "-a", 2);
  cluster_.CreateTopicAgain(prefix + "-b", 2);
  topic_ = "^" + prefix + "-[a-z]$";
  ProduceIds(prefix + "-a", 2, 1, 100);
  ProduceIds(prefix + "-b", 2, 101, 200);
  const auto one = Join();
  const auto other = Join();
  ASSERT_TRUE(WaitForRows(200));
  cluster_.DeleteTopic(prefix + "-b");
  cluster_.CreateTopicAgain(prefix + "-c", 2);
  cluster_.CreateTopicAgain(prefix + "-other", 2);
  ProduceIds(prefix + "-other", 2, 1001, 1002);
  ProduceIds(prefix + "-a", 2, 201, 300);
  ProduceIds(prefix + "-c", 2, 301, 400);
  ASSERT_TRUE(Eventually([&] { return Ids().size() >= 400; }));
  // Nothing of the topic that is gone is owned by anybody.
  EXPECT_TRUE(Eventually([&] {
    size_t partitions = 0;
    for (const auto* member : {one.get(), other.get()}) {
      for (const auto& partition : member->status().partitions) {
        if (partition.partition.topic == prefix + "-b") return false;
        ++partitions;
      }
    }
    return partitions == 4;
  }));
  EXPECT_EQ(one->Stop(), absl::OkStatus());
  EXPECT_EQ(other->Stop(), absl::OkStatus());
  std::vector<int64_t> ids = Ids();
  EXPECT_EQ(std::set<int64_t>(ids.begin(), ids.end()).size(), 400u);
}

class MadeAgain : public TopicLife,
                  public ::testing::WithParamInterface<const char*> {
 protected:
  MadeAgain() { oracle_ = std::make_unique<Oracle>(Oracle::Log::kSparse); }
};

// A12: a topic of the same name has other messages at the offsets that were
// read. Reading on at the old place would lose them.
TEST_P(MadeAgain, WhileStopped) {
  topic_ = cluster_.CreateTopic("again", 1);
  const std::string on_gap = std::string("on_gap='") + GetParam() + "'";
  ProduceIds(topic_, 1, 1, 100);
  {
    const auto member = Join(on_gap);
    ASSERT_TRUE(WaitForRows(100));
    ASSERT_TRUE(AllCommitted());
  }
  cluster_.DeleteTopic(topic_);
  cluster_.CreateTopicAgain(topic_, 1);
  ProduceIds(topic_, 1, 1001, 1050);  // Fewer than there were.
  // Kafka forgets the offsets of a topic that was deleted; this is a group
  // whose offsets it kept.
  cluster_.SetCommitted(group_, topic_, {{0, 100}});
  const auto member = Join(on_gap);
  if (std::string_view(GetParam()) == "fail") {
    ASSERT_TRUE(member->Becomes(ViewState::kFailed));
    EXPECT_THAT(member->status().reason, HasSubstr(topic_ + "/0"));
    return;
  }
  EXPECT_TRUE(WaitForRows(150));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids().back(), 1050);
}

// A12 while somebody reads it. The new topic is shorter than what was read.
TEST_P(MadeAgain, WhileRunning) {
  topic_ = cluster_.CreateTopic("again", 1);
  ProduceIds(topic_, 1, 1, 100);
  auto member = Join(std::string("on_gap='") + GetParam() + "'");
  ASSERT_TRUE(WaitForRows(100));
  ASSERT_TRUE(AllCommitted());
  cluster_.DeleteTopic(topic_);
  cluster_.CreateTopicAgain(topic_, 1);
  ProduceIds(topic_, 1, 1001, 1050);
  if (std::string_view(GetParam()) == "fail") {
    ASSERT_TRUE(Eventually([&] {
      const ViewStatus status = member->status();
      return status.state == ViewState::kFailed || table_->num_rows() == 150;
    }));
  } else {
    EXPECT_TRUE(WaitForRows(150));
    EXPECT_EQ(Ids().back(), 1050);
  }
  const absl::Time start = absl::Now();
  EXPECT_EQ(member->Stop(), absl::OkStatus());
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  member = nullptr;
}

INSTANTIATE_TEST_SUITE_P(OnGap, MadeAgain,
                         ::testing::Values("fail", "earliest"),
                         [](const auto& info) { return info.param; });

class Grows : public TopicLife,
              public ::testing::WithParamInterface<const char*> {
 protected:
  // Where it begins at the end, that is committed first.
  std::unique_ptr<Member> JoinAndBegin(size_t num_partitions) {
    auto member = std::make_unique<Member>(
        MemberOptions(),
        CreateSource("kafka", topic_,
                     std::string("num_consumers=2 start_from='") + GetParam() +
                         "' topic.metadata.refresh.interval.ms='3000' "
                         "heartbeat.interval.ms='200'"),
        View());
    EXPECT_TRUE(member->Owns(num_partitions));
    if (std::string_view(GetParam()) == "latest") {
      EXPECT_TRUE(Eventually(
          [&] { return cluster_.Committed(group_, topic_, 2).size() == 2; }));
    }
    return member;
  }
  // A client of its own knows new partitions at once.
  void ProduceToAll(int64_t first, int64_t count, int num_partitions) {
    KafkaCluster().Produce(topic_, count, [&](int64_t i) {
      return TestMessage{.value = "{\"id\": " + std::to_string(first + i) + "}",
                         .partition = static_cast<int32_t>(i % num_partitions)};
    });
  }
};

// A13: partitions that are added are new as a whole, wherever reading began.
TEST_P(Grows, AddedPartitionsAreReadFromTheirStart) {
  topic_ = cluster_.CreateTopic("grows", 2);
  const auto member = JoinAndBegin(2);
  ProduceIds(topic_, 2, 1, 100);
  ASSERT_TRUE(WaitForRows(100));
  cluster_.SetPartitions(topic_, 5);
  // Before anybody has noticed.
  ProduceToAll(101, 200, 5);
  EXPECT_TRUE(WaitForRows(300));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 300));
}

// A13 while nobody reads the topic.
TEST_P(Grows, PartitionsThatWereAddedMeanwhileAreReadFromTheirStart) {
  topic_ = cluster_.CreateTopic("grows", 2);
  ASSERT_EQ(JoinAndBegin(2)->Stop(), absl::OkStatus());
  cluster_.SetPartitions(topic_, 5);
  ProduceToAll(1, 200, 5);
  const auto member = JoinAndBegin(5);
  EXPECT_TRUE(WaitForRows(200));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 200));
}

INSTANTIATE_TEST_SUITE_P(StartFrom, Grows,
                         ::testing::Values("earliest", "latest"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace rowfall
