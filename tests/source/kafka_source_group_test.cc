// SPDX-License-Identifier: Apache-2.0
// Members of a group that come and go: nothing is lost, nothing comes to who
// does not own it.
#include <map>
#include <set>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/source/worker.h"

namespace rowfall::source {
namespace {

using ::testing::HasSubstr;

constexpr int16_t kHeartbeat = 12;

TEST(KafkaSourceGroupTest, OneMemberGetsAllPartitions) {
  auto broker = MustStart(4);
  Produce(*broker, 400, 4);
  Worker worker(MustMake(EmbeddedConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilSeen(400));
  EXPECT_EQ(worker.next.size(), 4u);
  EXPECT_TRUE(
      worker.source().Commit(worker.Positions(), absl::Seconds(5)).ok());
  EXPECT_TRUE(worker.source().Close(absl::Seconds(5)).ok());
}

// The embedded broker refuses commits while members come and go, so here they
// come before.
TEST(KafkaSourceGroupTest, EveryOffsetComesToItsOwnerOverRebalances) {
  constexpr int kPartitions = 4;
  auto broker = MustStart(kPartitions);
  int produced = 0;
  auto produce = [&] {
    Produce(*broker, 100, kPartitions, produced);
    produced += 100;
  };
  auto commit = [](Worker& worker) {
    absl::Status status =
        worker.source().Commit(worker.Positions(), absl::Seconds(5));
    EXPECT_TRUE(status.ok()) << status;
  };
  produce();
  Worker a(MustMake(EmbeddedConfig(*broker)));
  ASSERT_TRUE(a.PollUntilSeen(100));
  commit(a);
  {
    Worker b(MustMake(EmbeddedConfig(*broker)));
    ASSERT_TRUE(a.PollUntil([&] {
      b.Poll();
      return a.next.size() == 2 && b.next.size() == 2;
    }));
    EXPECT_GE(a.num_revoked, 1);
    produce();
    ASSERT_TRUE(a.PollUntil(
        [&] {
          b.Poll();
          return a.seen.size() + b.seen.size() == 200;
        },
        absl::Seconds(10)));
    EXPECT_FALSE(b.seen.empty());
    commit(a);
    commit(b);
    EXPECT_TRUE(b.source().Close(absl::Seconds(5)).ok());
    a.seen.insert(a.seen.end(), b.seen.begin(), b.seen.end());
  }
  ASSERT_TRUE(a.PollUntil([&] { return a.next.size() == kPartitions; }));
  produce();
  ASSERT_TRUE(a.PollUntilSeen(300));
  std::set<std::string> payloads;
  for (const Seen& message : a.seen) payloads.insert(message.payload);
  // All were committed before they were given away: each came exactly once.
  EXPECT_EQ(payloads.size(), 300u);
  EXPECT_EQ(a.seen.size(), 300u);
  EXPECT_EQ(a.num_lost, 0);
}

TEST(KafkaSourceGroupTest, TheGroupWaitsForTheAnswerToARevocation) {
  auto broker = MustStart(2);
  Produce(*broker, 20, 2);
  Worker a(MustMake(EmbeddedConfig(*broker)));
  ASSERT_TRUE(a.PollUntilSeen(20));
  a.answers = false;
  Worker b(MustMake(EmbeddedConfig(*broker)));
  ASSERT_TRUE(a.PollUntil([&] { return a.num_revoked > 0; }));
  EXPECT_EQ(a.Last<PartitionsRevoked>()->partitions.size(), 2u);
  EXPECT_FALSE(a.Last<PartitionsRevoked>()->lost);
  // It gets nothing more, and is not asked twice.
  Produce(*broker, 20, 2);
  for (int i = 0; i < 3; ++i) a.Poll();
  EXPECT_EQ(a.seen.size(), 20u);
  EXPECT_EQ(a.num_revoked, 1);
  const PartitionOffset position{{"t", 0}, 10};
  EXPECT_EQ(a.source().Assign({&position, 1}).code(),
            absl::StatusCode::kAborted);
  a.answers = true;
  a.next.clear();
  ASSERT_TRUE(a.source().Unassign().ok());
  ASSERT_TRUE(a.PollUntil([&] {
    b.Poll();
    return a.next.size() == 1 && b.next.size() == 1;
  }));
}

// Issue 11: while the host writes nobody polls.
TEST(KafkaSourceGroupTest, StaysAMemberWhileTheWorkerIsAway) {
  auto broker = MustStart(1);
  Produce(*broker, 10);
  SourceConfig config = EmbeddedConfig(*broker);
  config.properties["max.poll.interval.ms"] = "3000";
  Worker worker(MustMake(config));
  ASSERT_TRUE(worker.PollUntilSeen(10));
  Produce(*broker, 200, 1, 10);
  absl::SleepFor(absl::Seconds(5));
  EXPECT_TRUE(
      worker.source().Commit(worker.Positions(), absl::Seconds(5)).ok());
  ASSERT_TRUE(worker.PollUntilEvent<SourceTrouble>());
  EXPECT_THAT(worker.Last<SourceTrouble>()->status.message(),
              HasSubstr("longer than max.poll.interval.ms=3000"));
  // What was taken meanwhile is not lost.
  ASSERT_TRUE(worker.PollUntilSeen(210));
  EXPECT_EQ(worker.seen.size(), 210u);
  EXPECT_EQ(worker.num_revoked, 0);
}

// Issue 11: who lets the group wait for longer is thrown out.
TEST(KafkaSourceGroupTest, ARevocationIsAnsweredInTimeWhileTheWorkerIsAway) {
  auto broker = MustStart(2);
  Produce(*broker, 20, 2);
  SourceConfig config = EmbeddedConfig(*broker);
  config.properties["max.poll.interval.ms"] = "3000";
  Worker a(MustMake(config));
  ASSERT_TRUE(a.PollUntilSeen(20));
  Worker b(MustMake(config));
  ASSERT_TRUE(
      b.PollUntil([&] { return b.next.size() == 1; }, absl::Seconds(60)));
  // What it is at belongs to an assignment that is gone.
  EXPECT_EQ(a.source().Commit(a.Positions(), absl::Seconds(5)).code(),
            absl::StatusCode::kAborted);
  a.seen.clear();
  a.next.clear();
  ASSERT_TRUE(a.PollUntil([&] {
    b.Poll();
    return a.next.size() == 1 && a.seen.size() + b.seen.size() == 20;
  }));
  EXPECT_EQ(a.num_lost, 1);
  EXPECT_EQ(a.num_revoked, 1);
  EXPECT_EQ(a.num_assigned, 2);
  EXPECT_EQ(b.num_revoked, 0);
}

TEST(KafkaSourceGroupTest, LostPartitionsAreReportedAsLost) {
  auto broker = MustStart(1);
  Produce(*broker, 10);
  Worker worker(MustMake(EmbeddedConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilSeen(10));
  broker->PushRequestErrors(kHeartbeat, {25});  // The broker forgot us.
  ASSERT_TRUE(worker.PollUntil([&] { return worker.num_lost > 0; }));
  // And it joins again by itself.
  ASSERT_TRUE(worker.PollUntil([&] { return worker.num_assigned == 2; }));
}

TEST(KafkaSourceGroupTest, SurplusMemberGetsAnEmptyAssignment) {
  auto broker = MustStart(1);
  Worker a(MustMake(EmbeddedConfig(*broker)));
  Worker b(MustMake(EmbeddedConfig(*broker)));
  ASSERT_TRUE(a.PollUntil([&] {
    b.Poll();
    return a.num_assigned > a.num_revoked && b.num_assigned > b.num_revoked &&
           a.next.size() + b.next.size() == 1;
  }));
}

TEST(KafkaSourceGroupTest, PauseSurvivesARebalance) {
  auto broker = MustStart(2);
  Produce(*broker, 20, 2);
  Worker a(MustMake(EmbeddedConfig(*broker)));
  ASSERT_TRUE(a.PollUntilSeen(20));
  a.source().Pause();
  {
    Worker b(MustMake(EmbeddedConfig(*broker)));
    ASSERT_TRUE(a.PollUntil([&] {
      b.Poll();
      return a.next.size() == 1 && b.next.size() == 1;
    }));
    a.seen.clear();
    Produce(*broker, 20, 2);
    for (int i = 0; i < 6; ++i) a.Poll();
    EXPECT_TRUE(a.seen.empty());
    b.source().Close(absl::Seconds(5)).IgnoreError();
  }
  // Gets all back, still paused; then all flows, each message once.
  ASSERT_TRUE(a.PollUntil([&] { return a.next.size() == 2; }));
  for (int i = 0; i < 6; ++i) a.Poll();
  EXPECT_TRUE(a.seen.empty());
  a.source().Resume();
  ASSERT_TRUE(a.PollUntilSeen(40));
  for (int i = 0; i < 3; ++i) a.Poll();
  EXPECT_EQ(a.seen.size(), 40u);
}

TEST(KafkaSourceGroupTest, CloseAtAnyMomentAfterStartIsClean) {
  auto broker = MustStart(1);
  for (int polls = 0; polls < 6; ++polls) {
    Worker worker(MustMake(EmbeddedConfig(*broker)));
    worker.limits.max_wait = absl::Milliseconds(5);
    for (int i = 0; i < polls; ++i) worker.Poll();
    EXPECT_TRUE(worker.source().Close(absl::Seconds(10)).ok()) << polls;
  }
  EXPECT_EQ(NumLeakedClients(), 0);
}

TEST(KafkaSourceGroupTest, CloseWithoutAnswerToAnAssignmentIsClean) {
  auto broker = MustStart(1);
  Worker worker(MustMake(EmbeddedConfig(*broker)));
  worker.answers = false;
  ASSERT_TRUE(worker.PollUntilEvent<PartitionsAssigned>());
  EXPECT_TRUE(worker.source().Close(absl::Seconds(10)).ok());
}

TEST(KafkaSourceGroupTest, UnassignAnswersAnAssignmentWithNothing) {
  auto broker = MustStart(1);
  Produce(*broker, 5);
  Worker worker(MustMake(EmbeddedConfig(*broker)));
  worker.answers = false;
  ASSERT_TRUE(worker.PollUntilEvent<PartitionsAssigned>());
  EXPECT_TRUE(worker.source().Unassign().ok());
  for (int i = 0; i < 5; ++i) worker.Poll();
  EXPECT_TRUE(worker.seen.empty());
  EXPECT_TRUE(worker.source().Close(absl::Seconds(10)).ok());
}

TEST(KafkaSourceGroupTest, PatternSubscribesToMatchingTopics) {
  auto broker = MustStart(1);
  ASSERT_TRUE(broker->CreateTopic({"other", 1}).ok());
  Produce(*broker, 5);
  SourceConfig config = EmbeddedConfig(*broker);
  config.topics = {"^t.*"};
  Worker worker(MustMake(config));
  ASSERT_TRUE(worker.PollUntilSeen(5));
  EXPECT_EQ(worker.next.size(), 1u);
}

TEST(KafkaSourceGroupTest, APatternFindsTopicsThatAreMadeLater) {
  auto broker = MustStart(1);
  Produce(*broker, 5);
  SourceConfig config = EmbeddedConfig(*broker);
  config.topics = {"^later", "t"};
  config.properties["topic.metadata.refresh.interval.ms"] = "200";
  Worker worker(MustMake(config));
  ASSERT_TRUE(worker.PollUntilSeen(5));
  EXPECT_EQ(worker.next.size(), 1u);
  ASSERT_TRUE(
      worker.source().Commit(worker.Positions(), absl::Seconds(5)).ok());
  ASSERT_TRUE(broker->CreateTopic({"later", 2}).ok());
  ASSERT_TRUE(worker.PollUntil([&] { return worker.next.size() == 3; }));
  EXPECT_EQ(worker.num_lost, 0);
  for (int i = 0; i < 10; ++i) worker.Poll();
  EXPECT_EQ(worker.num_assigned, 2);
  EXPECT_EQ(worker.seen.size(), 5u);
}

TEST(KafkaSourceGroupTest, APatternWithoutATopicIsReported) {
  auto broker = MustStart(1);
  SourceConfig config = EmbeddedConfig(*broker);
  config.topics = {"^later"};
  config.properties["topic.metadata.refresh.interval.ms"] = "200";
  Worker worker(MustMake(config));
  ASSERT_TRUE(worker.PollUntilEvent<SourceTrouble>());
  EXPECT_EQ(worker.Last<SourceTrouble>()->status,
            absl::UnavailableError("No topic matches: '^later'"));
  ASSERT_TRUE(broker->CreateTopic({"later", 1}).ok());
  ASSERT_TRUE(worker.PollUntil([&] { return worker.next.size() == 1; }));
}

// Each member looks for itself; the topic that only one of them knows of is
// that one's.
TEST(KafkaSourceGroupTest, MembersMayKnowOfOtherTopics) {
  auto broker = MustStart(1);
  ASSERT_TRUE(broker->CreateTopic({"t2", 1}).ok());
  SourceConfig config = EmbeddedConfig(*broker);
  config.topics = {"^t$"};
  Worker a(MustMake(config));
  config.topics = {"^t"};
  Worker b(MustMake(config));
  ASSERT_TRUE(a.PollUntil([&] {
    b.Poll();
    return a.next.size() + b.next.size() == 2 && !b.next.empty() &&
           b.next.rbegin()->first.topic == "t2";
  }));
}

// The C library's regular expressions overflow a thread's stack, or take for
// ever; the process must not come to know.
TEST(KafkaSourceGroupTest, HarmfulPatternsAreRefused) {
  auto broker = MustStart(1);
  SourceConfig config = EmbeddedConfig(*broker);
  for (const std::string& pattern :
       {std::string("^(.*)(.*)..\\1"),
        "^" + std::string(16000, '(') + "t" + std::string(16000, ')')}) {
    config.topics = {pattern, "t"};
    EXPECT_EQ(MakeKafkaSource(config, {}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace rowfall::source
