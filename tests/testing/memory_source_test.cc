// SPDX-License-Identifier: Apache-2.0
// Tests of the broker in memory: it keeps the contract of rowfall/source.h.
#include "rowfall/testing/memory_source.h"

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr PollLimits kNoWait = {.max_wait = absl::ZeroDuration()};

// A consumer that does what an engine does, step by step.
class Consumer {
 public:
  Consumer(MemoryBroker& broker, SourceConfig config) {
    source = *broker.Factory()(config);
    EXPECT_TRUE(source->Start().ok());
  }
  // Polls once and answers group events.
  void Turn() {
    MessageBatch batch;
    std::vector<SourceEvent> news;
    source->Poll(kNoWait, batch, news);
    for (size_t i = 0; i < batch.size(); ++i) {
      const Message message = batch[i];
      read.push_back(batch.Place(i) + "=" + std::string(message.payload));
      positions[{std::string(message.topic), message.partition}] =
          message.offset + 1;
    }
    for (SourceEvent& event : news) Answer(event);
  }
  void Turns(int count) {
    for (int i = 0; i < count; ++i) Turn();
  }
  void Answer(SourceEvent& event) {
    if (auto* assigned = std::get_if<PartitionsAssigned>(&event)) {
      ++num_assigned;
      owned = assigned->partitions;
      for (PartitionOffset& p : owned) {
        if (p.offset == kOffsetNone) p.offset = start;
      }
      if (!answers) return;
      EXPECT_TRUE(source->Assign(owned).ok());
    } else if (auto* revoked = std::get_if<PartitionsRevoked>(&event)) {
      ++num_revoked;
      lost = revoked->lost;
      owned.clear();
      if (!answers) return;
      EXPECT_TRUE(source->Unassign().ok());
    } else if (auto* finished = std::get_if<CommitFinished>(&event)) {
      commits.push_back(*finished);
    } else if (auto* end = std::get_if<EndOfPartition>(&event)) {
      ends[end->position.partition] = end->position.offset;
    } else if (auto* range = std::get_if<OffsetOutOfRange>(&event)) {
      out_of_range.push_back(*range);
    } else if (auto* trouble = std::get_if<SourceTrouble>(&event)) {
      troubles.push_back(trouble->status);
    } else {
      EXPECT_TRUE(std::holds_alternative<SourceRecovered>(event));
      ++num_recovered;
    }
  }
  std::vector<PartitionOffset> ReadPositions() const {
    std::vector<PartitionOffset> all;
    for (const auto& [p, offset] : positions) all.push_back({p, offset});
    return all;
  }

  std::unique_ptr<Source> source;
  int64_t start = kOffsetBeginning;
  bool answers = true;
  std::vector<std::string> read;
  std::map<TopicPartition, int64_t> positions;
  std::vector<PartitionOffset> owned;
  int num_assigned = 0;
  int num_revoked = 0;
  bool lost = false;
  std::vector<CommitFinished> commits;
  std::map<TopicPartition, int64_t> ends;
  std::vector<OffsetOutOfRange> out_of_range;
  std::vector<absl::Status> troubles;
  int num_recovered = 0;
};

const TopicPartition kT0{"t", 0};

class MemorySourceTest : public ::testing::Test {
 protected:
  SourceConfig Config(int worker = 0) {
    return {.worker = worker, .topics = {"t"}, .consumer_group = "g"};
  }
  void Fill(int partitions, int messages) {
    for (int i = 0; i < messages; ++i) {
      broker_.Produce("t", i % partitions, std::to_string(i));
    }
  }
  MemoryBroker broker_;
};

TEST_F(MemorySourceTest, DeliversEachMessageOnceAndReportsTheEnd) {
  Fill(1, 3);
  Consumer consumer(broker_, Config());
  consumer.Turns(3);
  EXPECT_THAT(consumer.read, ElementsAre("t/0@0=0", "t/0@1=1", "t/0@2=2"));
  EXPECT_EQ(consumer.ends[kT0], 3);
  broker_.Produce("t", 0, "3");
  consumer.Turn();
  EXPECT_EQ(consumer.read.back(), "t/0@3=3");
  EXPECT_EQ(consumer.ends[kT0], 4);
  EXPECT_THAT(broker_.Violations(), IsEmpty());
}

TEST_F(MemorySourceTest, DeliversBytesKeysHeadersAndTombstones) {
  MemoryMessage message;
  message.key = "k";
  message.headers = {{"h", "v"}, {"none", std::nullopt}};
  message.timestamp_ms = 77;
  broker_.Produce("t", 0, message);
  Consumer consumer(broker_, Config());
  consumer.Turn();
  MessageBatch batch;
  std::vector<SourceEvent> events;
  consumer.source->Poll(kNoWait, batch, events);
  ASSERT_EQ(batch.size(), 1u);
  const Message read = batch[0];
  EXPECT_FALSE(read.has_payload);
  EXPECT_TRUE(read.has_key);
  EXPECT_EQ(read.key, "k");
  EXPECT_EQ(read.timestamp_ms, 77);
  EXPECT_THAT(read.headers,
              ElementsAre(Header{"h", "v", true}, Header{"none", "", false}));
}

TEST_F(MemorySourceTest, KeepsTheLimitsOfAPoll) {
  Fill(2, 100);
  Consumer consumer(broker_, Config());
  consumer.Turn();
  MessageBatch batch;
  std::vector<SourceEvent> events;
  consumer.source->Poll({.max_messages = 10}, batch, events);
  EXPECT_EQ(batch.size(), 10u);
  consumer.source->Poll({.max_messages = 5, .max_bytes = 1}, batch, events);
  EXPECT_EQ(batch.size(), 11u);
}

TEST_F(MemorySourceTest, NothingComesBeforeAssign) {
  Fill(1, 3);
  Consumer consumer(broker_, Config());
  consumer.answers = false;
  consumer.Turns(3);
  EXPECT_EQ(consumer.num_assigned, 1);
  EXPECT_THAT(consumer.read, IsEmpty());
}

TEST_F(MemorySourceTest, StartsWhereTheGroupCommitted) {
  Fill(1, 5);
  broker_.SetCommitted("g", "t", 0, 3);
  Consumer consumer(broker_, Config());
  consumer.Turns(2);
  EXPECT_THAT(consumer.read, ElementsAre("t/0@3=3", "t/0@4=4"));
}

TEST_F(MemorySourceTest, StartsAtTheEndWhereAsked) {
  Fill(1, 5);
  Consumer consumer(broker_, Config());
  consumer.start = kOffsetEnd;
  consumer.Turn();
  broker_.Produce("t", 0, "5");
  consumer.Turns(2);
  EXPECT_THAT(consumer.read, ElementsAre("t/0@5=5"));
}

TEST_F(MemorySourceTest, TransactionsAreSeenByIsolation) {
  MemoryMessage message;
  message.payload = "a";
  broker_.ProduceInTransaction("x", "t", 0, message);
  message.payload = "b";
  broker_.ProduceInTransaction("y", "t", 0, message);
  broker_.Produce("t", 0, "c");
  Consumer committed(broker_, Config());
  SourceConfig config = Config();
  config.consumer_group = "other";
  config.isolation = Isolation::kReadUncommitted;
  Consumer all(broker_, config);
  committed.Turns(3);
  all.Turns(3);
  EXPECT_THAT(committed.read, IsEmpty());
  EXPECT_EQ(committed.ends[kT0], 0);
  EXPECT_THAT(all.read, ElementsAre("t/0@0=a", "t/0@1=b", "t/0@2=c"));
  EXPECT_EQ(all.ends[kT0], 3);
  EXPECT_EQ(broker_.GetWatermarks("t", 0).high, 3);

  broker_.AbortTransaction("x");
  committed.Turns(3);
  EXPECT_THAT(committed.read, IsEmpty());
  EXPECT_EQ(committed.ends[kT0], 1);
  broker_.CommitTransaction("y");
  committed.Turns(3);
  all.Turns(3);
  EXPECT_THAT(committed.read, ElementsAre("t/0@1=b", "t/0@2=c"));
  EXPECT_EQ(committed.ends[kT0], 5);
  EXPECT_EQ(all.ends[kT0], 5);
}

TEST_F(MemorySourceTest, AnOpenTransactionIsNoEndOfItsLog) {
  broker_.Produce("t", 0, "a");
  MemoryMessage message;
  message.payload = "b";
  broker_.ProduceInTransaction("x", "t", 0, message);
  broker_.Produce("t", 0, "c");
  broker_.SetCommitted("g", "t", 0, 2);
  Consumer consumer(broker_, Config());
  consumer.Turns(3);
  // In range, and behind what is decided: nothing is said of it.
  EXPECT_THAT(consumer.read, IsEmpty());
  EXPECT_THAT(consumer.ends, IsEmpty());
  EXPECT_THAT(consumer.out_of_range, IsEmpty());
  // Open messages that are gone hold up nobody.
  broker_.TruncateTo("t", 0, 1);
  broker_.Produce("t", 0, "d");
  broker_.Produce("t", 0, "e");
  consumer.Turns(3);
  EXPECT_THAT(consumer.read, ElementsAre("t/0@2=e"));
}

TEST_F(MemorySourceTest, WorkersShareThePartitions) {
  Fill(4, 40);
  Consumer first(broker_, Config(0));
  first.Turn();
  EXPECT_EQ(first.owned.size(), 4u);
  Consumer second(broker_, Config(1));
  second.Turn();
  EXPECT_EQ(second.num_assigned, 0);  // Waits until the first gives back.
  first.Turns(4);
  second.Turns(4);
  EXPECT_EQ(first.num_revoked, 1);
  EXPECT_EQ(first.owned.size(), 2u);
  EXPECT_EQ(second.owned.size(), 2u);
  std::set<TopicPartition> all;
  for (const auto& p : first.owned) all.insert(p.partition);
  for (const auto& p : second.owned) all.insert(p.partition);
  EXPECT_EQ(all.size(), 4u);
  EXPECT_EQ(broker_.NumMembers("g"), 2);

  EXPECT_TRUE(second.source->Close(absl::ZeroDuration()).ok());
  first.Turns(4);
  EXPECT_EQ(first.owned.size(), 4u);
  EXPECT_EQ(broker_.NumMembers("g"), 1);
  EXPECT_THAT(broker_.Violations(), IsEmpty());
}

TEST_F(MemorySourceTest, MoreWorkersThanPartitionsGetNone) {
  Fill(1, 1);
  Consumer first(broker_, Config(0)), second(broker_, Config(1));
  for (int i = 0; i < 4; ++i) {
    first.Turn();
    second.Turn();
  }
  EXPECT_EQ(first.owned.size() + second.owned.size(), 1u);
  EXPECT_GE(second.num_assigned, 1);
}

TEST_F(MemorySourceTest, PartitionListIsReadWithoutTheGroup) {
  Fill(4, 8);
  SourceConfig config = Config();
  config.partitions = {1, 3};
  Consumer listed(broker_, config);
  Consumer member(broker_, Config(1));
  listed.Turns(3);
  member.Turns(3);
  EXPECT_THAT(listed.read,
              UnorderedElementsAre("t/1@0=1", "t/1@1=5", "t/3@0=3", "t/3@1=7"));
  EXPECT_EQ(member.owned.size(), 4u);
}

TEST_F(MemorySourceTest, TopicsByRegularExpressionAndLater) {
  SourceConfig config = Config();
  config.topics = {"^t"};
  Consumer consumer(broker_, config);
  consumer.Turns(2);
  EXPECT_EQ(consumer.owned.size(), 0u);
  broker_.Produce("t2", 0, "x");
  broker_.Produce("other", 0, "y");
  consumer.Turns(4);
  EXPECT_THAT(consumer.read, ElementsAre("t2/0@0=x"));
  config.topics = {"^("};
  EXPECT_EQ(broker_.Factory()(config).status(),
            absl::InvalidArgumentError("Regular expression for topics is not "
                                       "valid, missing ): '^('"));
}

TEST_F(MemorySourceTest, CommitsAreAnswered) {
  Fill(1, 3);
  Consumer consumer(broker_, Config());
  consumer.Turns(2);
  consumer.source->CommitAsync(consumer.ReadPositions(), 7);
  consumer.Turn();
  ASSERT_EQ(consumer.commits.size(), 1u);
  EXPECT_EQ(consumer.commits[0].id, 7u);
  EXPECT_TRUE(consumer.commits[0].status.ok());
  EXPECT_EQ(broker_.Committed("g", "t", 0), 3);
  EXPECT_EQ(broker_.NumCommits("g"), 1);
  EXPECT_TRUE(broker_.IsCaughtUp("g"));
  broker_.Produce("t", 0, "3");
  EXPECT_FALSE(broker_.IsCaughtUp("g"));
}

TEST_F(MemorySourceTest, CommitsFailOnDemand) {
  Fill(1, 3);
  Consumer consumer(broker_, Config());
  consumer.Turns(2);
  broker_.FailCommits("g", absl::UnavailableError("loading"), 2);
  consumer.source->CommitAsync(consumer.ReadPositions(), 1);
  consumer.Turn();
  EXPECT_EQ(consumer.commits[0].status, absl::UnavailableError("loading"));
  EXPECT_EQ(consumer.source->Commit(consumer.ReadPositions(), absl::Seconds(1)),
            absl::UnavailableError("loading"));
  EXPECT_EQ(broker_.Committed("g", "t", 0), kOffsetNone);
  EXPECT_TRUE(
      consumer.source->Commit(consumer.ReadPositions(), absl::Seconds(1)).ok());
  EXPECT_EQ(broker_.Committed("g", "t", 0), 3);
}

// A commit that seemed to fail can land when its consumer is long gone.
TEST_F(MemorySourceTest, HeldCommitsLandLate) {
  Fill(1, 3);
  {
    Consumer consumer(broker_, Config());
    consumer.Turns(2);
    broker_.HoldCommits();
    consumer.source->CommitAsync(consumer.ReadPositions(), 1);
    consumer.Turn();
    EXPECT_THAT(consumer.commits, IsEmpty());
    EXPECT_EQ(
        consumer.source->Commit(consumer.ReadPositions(), absl::Seconds(1)),
        absl::DeadlineExceededError("The commit was not answered in time"));
  }
  EXPECT_EQ(broker_.Committed("g", "t", 0), kOffsetNone);
  broker_.ReleaseCommits();
  EXPECT_EQ(broker_.Committed("g", "t", 0), 3);
}

TEST_F(MemorySourceTest, RebalanceOnDemand) {
  Fill(2, 4);
  Consumer consumer(broker_, Config());
  consumer.Turns(2);
  broker_.Rebalance("g");
  consumer.Turn();
  EXPECT_EQ(consumer.num_revoked, 1);
  EXPECT_FALSE(consumer.lost);
  consumer.Turn();
  EXPECT_EQ(consumer.num_assigned, 2);
  EXPECT_EQ(consumer.owned.size(), 2u);
}

TEST_F(MemorySourceTest, LostPartitionsRefuseCommits) {
  Fill(1, 4);
  Consumer consumer(broker_, Config());
  consumer.Turns(2);
  broker_.LosePartitions("g");
  EXPECT_EQ(consumer.source->Commit(consumer.ReadPositions(), absl::Seconds(1)),
            absl::AbortedError("The assignment is lost"));
  EXPECT_THAT(broker_.Violations(), IsEmpty());  // It could not know.
  consumer.Turn();
  EXPECT_TRUE(consumer.lost);
  consumer.Turns(2);
  EXPECT_EQ(consumer.num_assigned, 2);
  EXPECT_EQ(broker_.Committed("g", "t", 0), kOffsetNone);
}

TEST_F(MemorySourceTest, LostPartitionsGoToOthersAtOnce) {
  Fill(1, 4);
  Consumer first(broker_, Config(0));
  first.Turns(2);
  Consumer second(broker_, Config(1));
  second.Turn();
  broker_.LosePartitions("g");
  second.Turn();
  EXPECT_EQ(second.owned.size(), 1u);
}

TEST_F(MemorySourceTest, OutOfRangeIsReportedOnceAndMovedByAssign) {
  Fill(1, 10);
  broker_.DeleteBefore("t", 0, 6);
  broker_.SetCommitted("g", "t", 0, 2);
  Consumer consumer(broker_, Config());
  consumer.Turns(4);
  ASSERT_EQ(consumer.out_of_range.size(), 1u);
  EXPECT_EQ(consumer.out_of_range[0].position, (PartitionOffset{kT0, 2}));
  EXPECT_EQ(consumer.out_of_range[0].low, 6);
  EXPECT_EQ(consumer.out_of_range[0].high, 10);
  EXPECT_THAT(consumer.read, IsEmpty());
  const std::vector<PartitionOffset> to = {{kT0, 8}};
  EXPECT_TRUE(consumer.source->Assign(to).ok());
  consumer.Turn();
  EXPECT_THAT(consumer.read, ElementsAre("t/0@8=8", "t/0@9=9"));
}

TEST_F(MemorySourceTest, TruncationBelowThePositionIsOutOfRange) {
  Fill(1, 10);
  Consumer consumer(broker_, Config());
  consumer.Turns(2);
  broker_.TruncateTo("t", 0, 4);
  consumer.Turn();
  ASSERT_EQ(consumer.out_of_range.size(), 1u);
  EXPECT_EQ(consumer.out_of_range[0].high, 4);
  EXPECT_EQ(consumer.out_of_range[0].reason, "The log ends before the offset");
}

TEST_F(MemorySourceTest, SkippedOffsetsMoveTheEnd) {
  broker_.Produce("t", 0, "0");
  broker_.Skip("t", 0, 3);
  Consumer consumer(broker_, Config());
  consumer.Turns(2);
  EXPECT_THAT(consumer.read, ElementsAre("t/0@0=0"));
  EXPECT_EQ(consumer.ends[kT0], 4);
}

TEST_F(MemorySourceTest, PausedConsumerKeepsItsMembership) {
  Fill(1, 3);
  Consumer consumer(broker_, Config());
  consumer.Turn();
  consumer.source->Pause();
  consumer.source->Pause();
  consumer.Turns(2);
  EXPECT_THAT(consumer.read, IsEmpty());
  EXPECT_EQ(broker_.NumMembers("g"), 1);
  consumer.source->Resume();
  consumer.Turn();
  EXPECT_EQ(consumer.read.size(), 3u);
}

TEST_F(MemorySourceTest, TroubleIsReported) {
  Fill(1, 1);
  Consumer consumer(broker_, Config());
  consumer.Turn();
  broker_.Trouble("g", absl::UnavailableError("no broker"));
  consumer.Turns(2);
  EXPECT_THAT(consumer.troubles,
              ElementsAre(absl::UnavailableError("no broker")));
  EXPECT_EQ(consumer.read.size(), 1u);
  broker_.Trouble("g", absl::FailedPreconditionError("fenced"));
  broker_.Produce("t", 0, "1");
  consumer.Turns(2);
  EXPECT_EQ(consumer.troubles.back(), absl::FailedPreconditionError("fenced"));
  EXPECT_EQ(consumer.read.size(), 1u);
  EXPECT_EQ(broker_.NumMembers("g"), 0);
}

TEST_F(MemorySourceTest, UnreachableBrokerGivesNothing) {
  Fill(1, 1);
  broker_.SetReachable(false);
  Consumer consumer(broker_, Config());
  consumer.Turns(3);
  EXPECT_EQ(consumer.num_assigned, 0);
  broker_.SetReachable(true);
  consumer.Turns(2);
  EXPECT_EQ(consumer.num_recovered, 1);
  EXPECT_EQ(consumer.read.size(), 1u);
  broker_.SetReachable(false);
  EXPECT_EQ(consumer.source->Commit(consumer.ReadPositions(), absl::Seconds(1)),
            absl::UnavailableError("Broker not reachable"));
}

TEST_F(MemorySourceTest, SourcesFailOnDemand) {
  broker_.FailSources(absl::UnavailableError("x"));
  EXPECT_EQ(broker_.Factory()(Config()).status(), absl::UnavailableError("x"));
  EXPECT_TRUE(broker_.Factory()(Config()).ok());
}

TEST_F(MemorySourceTest, WakeEndsAPollThatWaits) {
  broker_.CreateTopic("t");
  Consumer consumer(broker_, Config());
  consumer.Turns(2);  // Assigned, and at the end.
  std::thread waker([&] { consumer.source->Wake(); });
  MessageBatch batch;
  std::vector<SourceEvent> events;
  consumer.source->Poll({.max_wait = absl::InfiniteDuration()}, batch, events);
  waker.join();
  EXPECT_THAT(events, IsEmpty());
}

TEST_F(MemorySourceTest, PollThatWaitsGetsAMessageThatComes) {
  broker_.CreateTopic("t");
  Consumer consumer(broker_, Config());
  consumer.Turns(2);
  std::thread producer([&] { broker_.Produce("t", 0, "x"); });
  MessageBatch batch;
  std::vector<SourceEvent> events;
  consumer.source->Poll({.max_wait = absl::Seconds(60)}, batch, events);
  producer.join();
  EXPECT_EQ(batch.size(), 1u);
}

TEST_F(MemorySourceTest, WatermarksAreThoseOfTheLog) {
  Fill(1, 5);
  broker_.DeleteBefore("t", 0, 2);
  Consumer consumer(broker_, Config());
  EXPECT_EQ(consumer.source->GetWatermarks(kT0).low, 2);
  EXPECT_EQ(consumer.source->GetWatermarks(kT0).high, 5);
  EXPECT_EQ(consumer.source->GetWatermarks({"u", 0}).high, kOffsetNone);
  EXPECT_EQ(broker_.GetWatermarks("t", 0).low, 2);
}

// --- Rules that a consumer may break -----------------------------------------

TEST_F(MemorySourceTest, NamesWhatWasCommittedAgainstTheRules) {
  Fill(1, 3);
  Consumer consumer(broker_, Config());
  consumer.Turns(2);
  const std::vector<PartitionOffset> wrong = {{kT0, 4}, {{"u", 1}, 1}};
  (void)consumer.source->Commit(wrong, absl::Seconds(1));
  EXPECT_THAT(broker_.Violations(),
              ElementsAre("worker 0 of 'g' committed t/0@4 without having read "
                          "it",
                          "worker 0 of 'g' committed u/1@1 without owning it"));
}

TEST_F(MemorySourceTest, NamesAnswersAgainstTheRules) {
  Fill(2, 2);
  Consumer consumer(broker_, Config());
  EXPECT_FALSE(consumer.source->Assign({}).ok());
  EXPECT_FALSE(consumer.source->Unassign().ok());
  consumer.answers = false;
  consumer.Turn();
  const std::vector<PartitionOffset> part = {{kT0, 0}};
  EXPECT_FALSE(consumer.source->Assign(part).ok());
  const std::vector<PartitionOffset> none = {{kT0, kOffsetNone}, {{"t", 1}, 0}};
  EXPECT_FALSE(consumer.source->Assign(none).ok());
  EXPECT_THAT(
      broker_.Violations(),
      ElementsAre(
          "worker 0 of 'g' assigned partitions that it was not given",
          "worker 0 of 'g' gave back partitions that were not revoked",
          "worker 0 of 'g' did not answer with all partitions that it was "
          "given",
          "worker 0 of 'g' assigned t/0 without an offset"));
}

TEST_F(MemorySourceTest, NamesCommitsAfterALoss) {
  Fill(1, 3);
  Consumer consumer(broker_, Config());
  consumer.Turns(2);
  broker_.LosePartitions("g");
  consumer.answers = false;
  consumer.Turn();
  (void)consumer.source->Commit(consumer.ReadPositions(), absl::Seconds(1));
  EXPECT_THAT(broker_.Violations(),
              ElementsAre("worker 0 of 'g' committed partitions that it has "
                          "lost"));
}

}  // namespace
}  // namespace rowfall::testing
