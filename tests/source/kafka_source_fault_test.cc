// SPDX-License-Identifier: Apache-2.0
// Brokers that fail: the consumer goes on, or ends within its time.
#include <algorithm>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/source/worker.h"

namespace rowfall::source {
namespace {

using ::testing::HasSubstr;

constexpr int16_t kFetch = 1;

SourceConfig ListConfig(const testing::EmbeddedBroker& broker) {
  SourceConfig config = EmbeddedConfig(broker);
  config.partitions = {0};
  return config;
}

TEST(KafkaSourceFaultTest, GoesOnAfterErrorsAndDisconnectsOfFetches) {
  auto broker = MustStart(1);
  Produce(*broker, 100);
  broker->PushRequestErrors(kFetch, {-195, 6, 3, 9, -195, 56});
  Worker worker(MustMake(ListConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilSeen(100));
  EXPECT_EQ(worker.seen.size(), 100u);
}

TEST(KafkaSourceFaultTest, GoesOnWhenTheBrokerComesBack) {
  auto broker = MustStart(1);
  Produce(*broker, 10);
  Worker worker(MustMake(ListConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilSeen(10));
  broker->SetBrokerDown(1);
  ASSERT_TRUE(worker.PollUntilEvent<SourceTrouble>());
  EXPECT_EQ(worker.Last<SourceTrouble>()->status.code(),
            absl::StatusCode::kUnavailable);
  broker->SetBrokerUp(1);
  Produce(*broker, 10);
  ASSERT_TRUE(worker.PollUntilSeen(20));
}

TEST(KafkaSourceFaultTest, GoesOnWhenTheLeaderMoves) {
  auto broker = MustStart(1, 2);
  broker->SetLeader("t", 0, 1);
  Produce(*broker, 10);
  Worker worker(MustMake(ListConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilSeen(10));
  // Who stayed where the leader was at first would miss what follows.
  for (int leader : {2, 1, -1, 2}) {
    broker->SetLeader("t", 0, leader);
    for (int i = 0; i < 5; ++i) worker.Poll();
  }
  Produce(*broker, 10);
  ASSERT_TRUE(worker.PollUntilSeen(20));
  EXPECT_EQ(worker.seen.size(), 20u);
}

// 10 messages on broker 1; the coordinator, broker 2, is away.
std::unique_ptr<testing::EmbeddedBroker> StartWithoutCoordinator() {
  auto broker = MustStart(1, 2);
  Produce(*broker, 10);
  broker->SetLeader("t", 0, 1);
  broker->SetCoordinator(ListConfig(*broker).consumer_group, 2);
  broker->SetBrokerDown(2);
  return broker;
}

// Asked by the Admin API, librdkafka aborts the process where a question for
// committed offsets has timed out before the coordinator can be reached again.
TEST(KafkaSourceFaultTest, SurvivesACoordinatorThatIsAwayForLong) {
  auto broker = StartWithoutCoordinator();
  const SourceConfig config = ListConfig(*broker);
  Worker worker(MustMake(config));
  worker.PollUntil([] { return false; }, absl::Seconds(12));
  EXPECT_THAT(worker.Last<SourceTrouble>()->status.ToString(),
              HasSubstr("the coordinator does not answer: 'g'"));
  broker->SetBrokerUp(2);
  ASSERT_TRUE(worker.PollUntilSeen(10));
}

TEST(KafkaSourceFaultTest, EndsWhileItAsksACoordinatorThatIsAway) {
  auto broker = StartWithoutCoordinator();
  const SourceConfig config = ListConfig(*broker);
  Worker worker(MustMake(config));
  worker.PollUntil([] { return false; }, absl::Seconds(1));
  EXPECT_EQ(worker.source().Close(absl::Seconds(4)), absl::OkStatus());
  broker->SetBrokerUp(2);
  Worker other(MustMake(config));
  ASSERT_TRUE(other.PollUntilSeen(10));
}

TEST(KafkaSourceFaultTest, SaysTheSameTroubleOnce) {
  SourceConfig config;
  config.brokers = {"127.0.0.1:1"};  // Connections are refused at once.
  config.topics = {"t"};
  config.consumer_group = "g";
  config.properties = {{"reconnect.backoff.max.ms", "100"}};
  Worker worker(MustMake(config));
  ASSERT_TRUE(worker.PollUntilEvent<SourceTrouble>());
  worker.PollUntil([] { return false; }, absl::Seconds(2));
  std::set<std::string> texts;
  size_t num_troubles = 0;
  for (const SourceEvent& event : worker.events) {
    if (const auto* trouble = std::get_if<SourceTrouble>(&event)) {
      ++num_troubles;
      texts.insert(trouble->status.ToString());
    }
  }
  EXPECT_GE(num_troubles, 1u);
  EXPECT_EQ(texts.size(), num_troubles);
}

TEST(KafkaSourceFaultTest, CloseEndsInTimeWhenTheBrokerIsGone) {
  auto broker = MustStart(1);
  Produce(*broker, 10);
  Worker worker(MustMake(EmbeddedConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilSeen(10));
  broker->SetBrokerDown(1);
  EXPECT_LT(
      Elapsed([&] { worker.source().Close(absl::Seconds(4)).IgnoreError(); }),
      absl::Seconds(6));
}

TEST(KafkaSourceFaultTest, CloseEndsInTimeWhenTheBrokerDoesNotAnswer) {
  auto broker = MustStart(1);
  Produce(*broker, 10);
  Worker worker(MustMake(EmbeddedConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilSeen(10));
  broker->SetRoundTrip(1, absl::Seconds(60));
  absl::Status status;
  EXPECT_LT(Elapsed([&] { status = worker.source().Close(absl::Seconds(2)); }),
            absl::Seconds(4));
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  EXPECT_EQ(NumLeakedClients(), 1);
  // The client waits 5 seconds for the answer and then ends by itself.
  EXPECT_TRUE(worker.PollUntil([] { return NumLeakedClients() == 0; }));
}

TEST(KafkaSourceFaultTest, CloseIsQuickWhenAllBrokersAreKnownToBeGone) {
  auto broker = MustStart(1);
  Produce(*broker, 10);
  Worker worker(MustMake(EmbeddedConfig(*broker)));
  ASSERT_TRUE(worker.PollUntilSeen(10));
  broker->SetBrokerDown(1);
  ASSERT_TRUE(worker.PollUntil([&] {
    return std::any_of(
        worker.events.begin(), worker.events.end(), [](const auto& event) {
          const auto* trouble = std::get_if<SourceTrouble>(&event);
          return trouble != nullptr &&
                 trouble->status.ToString().find("brokers are down") !=
                     std::string::npos;
        });
  }));
  absl::Status status;
  EXPECT_LT(Elapsed([&] { status = worker.source().Close(absl::Seconds(4)); }),
            absl::Seconds(2));
  EXPECT_TRUE(status.ok()) << status;
}

TEST(KafkaSourceFaultTest, CloseWithoutTimeStillReturns) {
  auto broker = MustStart(1);
  Worker worker(MustMake(ListConfig(*broker)));
  worker.Poll();
  absl::Status status;
  EXPECT_LT(
      Elapsed([&] { status = worker.source().Close(absl::ZeroDuration()); }),
      absl::Seconds(2));
  EXPECT_TRUE(status.ok() ||
              status.code() == absl::StatusCode::kDeadlineExceeded)
      << status;
}

}  // namespace
}  // namespace rowfall::source
