// SPDX-License-Identifier: Apache-2.0
// Views on three brokers that restart, lose leaders, and cannot be reached one
// by one.
#include <librdkafka/rdkafka.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/network/broker_process.h"
#include "tests/fault/network/fault_test.h"

namespace rowfall {
namespace {

constexpr int kBrokers = 3;

std::string NodeDir(int broker) {
  return BrokerDir() + "/" + std::to_string(broker);
}

// Looks at the brokers and makes topics with the replicas that a test wants.
class Admin {
 public:
  explicit Admin(const std::string& brokers) : client_(nullptr, nullptr) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), nullptr, 0);
    client_ = {rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0),
               rd_kafka_destroy};
    if (client_ == nullptr) throw std::runtime_error("No client");
  }

  // Each element: the brokers of a partition, the leader first.
  std::string CreateTopic(const std::vector<std::vector<int32_t>>& replicas,
                          bool unclean = false) {
    const std::string topic = KafkaCluster::UniqueName("three");
    char error[256] = "";
    rd_kafka_NewTopic_t* request =
        rd_kafka_NewTopic_new(topic.c_str(), static_cast<int>(replicas.size()),
                              -1, error, sizeof error);
    for (size_t i = 0; i < replicas.size(); ++i) {
      std::vector<int32_t> brokers = replicas[i];
      rd_kafka_NewTopic_set_replica_assignment(request, static_cast<int32_t>(i),
                                               brokers.data(), brokers.size(),
                                               error, sizeof error);
    }
    if (unclean)
      rd_kafka_NewTopic_set_config(request, "unclean.leader.election.enable",
                                   "true");
    rd_kafka_queue_t* queue = rd_kafka_queue_new(client_.get());
    rd_kafka_CreateTopics(client_.get(), &request, 1, nullptr, queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 30000);
    const bool answered = event != nullptr && !rd_kafka_event_error(event);
    if (event != nullptr) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(request);
    if (!answered) throw std::runtime_error("CreateTopics has no answer");
    return topic;
  }

  // The broker that looks after a group.
  int32_t Coordinator(const std::string& group) {
    rd_kafka_queue_t* queue = rd_kafka_queue_new(client_.get());
    const char* groups[] = {group.c_str()};
    rd_kafka_DescribeConsumerGroups(client_.get(), groups, 1, nullptr, queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 30000);
    int32_t broker = -1;
    if (event != nullptr && !rd_kafka_event_error(event)) {
      size_t count = 0;
      const auto** found = rd_kafka_DescribeConsumerGroups_result_groups(
          rd_kafka_event_DescribeConsumerGroups_result(event), &count);
      const rd_kafka_Node_t* node =
          count == 1 ? rd_kafka_ConsumerGroupDescription_coordinator(found[0])
                     : nullptr;
      if (node != nullptr) broker = rd_kafka_Node_id(node);
    }
    if (event != nullptr) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    return broker;
  }

  // The leader of a partition; -1: none, or unknown.
  int32_t Leader(const std::string& topic, int32_t partition) {
    return Look(topic, partition).leader;
  }
  int NumInSync(const std::string& topic, int32_t partition) {
    return Look(topic, partition).num_in_sync;
  }

 private:
  struct State {
    int32_t leader = -1;
    int num_in_sync = 0;
  };

  State Look(const std::string& name, int32_t partition) {
    State state;
    rd_kafka_topic_t* topic =
        rd_kafka_topic_new(client_.get(), name.c_str(), nullptr);
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(client_.get(), 0, topic, &metadata, 5000) ==
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      for (int i = 0;
           metadata->topic_cnt == 1 && i < metadata->topics[0].partition_cnt;
           ++i) {
        const auto& found = metadata->topics[0].partitions[i];
        if (found.id == partition) state = {found.leader, found.isr_cnt};
      }
      rd_kafka_metadata_destroy(metadata);
    }
    rd_kafka_topic_destroy(topic);
    return state;
  }

  std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)> client_;
};

class ThreeBrokers : public FaultTest {
 protected:
  ThreeBrokers() {
    for (int broker = 1; broker <= kBrokers; ++broker)
      processes_.push_back(std::make_unique<BrokerProcess>(NodeDir(broker)));
  }
  ~ThreeBrokers() override {
    if (engine_ != nullptr) Close();
  }

  BrokerProcess& process(int32_t broker) { return *processes_[broker - 1]; }

  void ConsumeSteadily(const std::string& topic, int partitions) {
    ConsumeTopic(topic, partitions, cluster_.brokers(),
                 Quick({{"session.timeout.ms", "10000"},
                        {"topic.metadata.refresh.interval.ms", "2000"}}));
    Produce(60);
    ASSERT_TRUE(WaitForAll());
    ASSERT_TRUE(WaitForCommits());
  }
  bool WaitUntilAllInSync(int partitions, int replicas) {
    return Eventually([&] {
      for (int32_t i = 0; i < partitions; ++i) {
        if (admin_.NumInSync(topic_, i) != replicas) return false;
      }
      return true;
    });
  }

  Admin admin_{cluster_.brokers()};
  std::vector<std::unique_ptr<BrokerProcess>> processes_;
};

// A3, and A7: each restart moves leaders and coordinators.
TEST_F(ThreeBrokers, LosesAndRepeatsNothingInARollingRestart) {
  ConsumeSteadily(admin_.CreateTopic({{1, 2, 3}, {2, 3, 1}, {3, 1, 2}}), 3);
  for (int round = 0; round < Rounds(1); ++round) {
    for (int broker = 1; broker <= kBrokers; ++broker) {
      Produce(60);
      process(broker).ShutDown();
      Produce(60);
      process(broker).Run();
      ASSERT_TRUE(WaitUntilAllInSync(3, 3));
    }
  }
  Produce(60);
  EXPECT_TRUE(WaitForAll(absl::Seconds(30)));
  EXPECT_TRUE(WaitForCommits());
  for (const std::string view : {"plain", "exact"})
    EXPECT_EQ(StatusOf(view).state, ViewState::kRunning);
  // The group may have been rebalanced; then what was not committed comes
  // again to the view that relies on commits.
  CloseAndExpectAll(60);
}

// A7 without a clean end: the leader is killed while messages are fetched.
TEST_F(ThreeBrokers, LosesAndRepeatsNothingWhenALeaderIsKilled) {
  ConsumeSteadily(admin_.CreateTopic({{2, 3, 1}}), 1);
  Produce(300);
  process(2).Kill();
  EXPECT_TRUE(Eventually([&] {
    const int32_t leader = admin_.Leader(topic_, 0);
    return leader == 1 || leader == 3;
  }));
  Produce(300);
  EXPECT_TRUE(WaitForAll(absl::Seconds(30)));
  process(2).Run();
  EXPECT_TRUE(WaitUntilAllInSync(1, 3));
  CloseAndExpectAll(300);
}

// A8.
TEST_F(ThreeBrokers, ReadsTheOtherPartitionsWhereOneHasNoLeader) {
  ConsumeSteadily(admin_.CreateTopic({{1}, {2}, {3}}), 3);
  process(3).Kill();
  ASSERT_TRUE(Eventually([&] { return admin_.Leader(topic_, 2) == -1; }));
  cluster_.Produce(topic_, 20, [](int64_t i) {
    return TestMessage{.value = "{\"id\": " + std::to_string(1000 + i) + "}",
                       .partition = static_cast<int32_t>(i % 2)};
  });
  EXPECT_TRUE(exact_->WaitForRows(80, absl::Seconds(20)));
  EXPECT_TRUE(plain_->WaitForRows(80, absl::Seconds(20)));
  process(3).Run();
  cluster_.Produce(topic_, 20, [](int64_t i) {
    return TestMessage{.value = "{\"id\": " + std::to_string(2000 + i) + "}",
                       .partition = 2};
  });
  EXPECT_TRUE(exact_->WaitForRows(100, absl::Seconds(30)));
  EXPECT_TRUE(plain_->WaitForRows(100, absl::Seconds(30)));
  Close();
  auto expected = Sequence(1, 60);
  for (int64_t id : Sequence(1000, 1019)) expected.push_back(id);
  for (int64_t id : Sequence(2000, 2019)) expected.push_back(id);
  EXPECT_EQ(Ids(*exact_), expected);
}

// A20: the broker that has all is gone, one that lacks the end leads. The view
// has read what no longer exists.
TEST_F(ThreeBrokers, SaysThatTheLogIsShorterThanWhatWasRead) {
  const std::string topic = admin_.CreateTopic({{2, 3}}, /*unclean=*/true);
  ConsumeSteadily(topic, 1);
  ASSERT_TRUE(WaitUntilAllInSync(1, 2));
  process(3).ShutDown();
  ASSERT_TRUE(Eventually([&] { return admin_.NumInSync(topic_, 0) == 1; }));
  Produce(40);
  ASSERT_TRUE(WaitForAll());
  process(2).ShutDown();
  process(3).Run();
  ASSERT_TRUE(Eventually([&] { return admin_.Leader(topic_, 0) == 3; }));
  EXPECT_EQ(cluster_.Ends(topic_)[0], 60);
  const auto failed = [&](std::string_view view) {
    return StatusOf(view).state == ViewState::kFailed;
  };
  EXPECT_TRUE(Eventually([&] { return failed("plain") && failed("exact"); },
                         absl::Seconds(30)));
  EXPECT_THAT(StatusOf("plain").reason, ::testing::HasSubstr("Offset 100 of"));
  EXPECT_THAT(StatusOf("plain").reason, ::testing::HasSubstr("0 up to 60"));
  process(2).Run();
}

// B8: the coordinator cannot be reached, while leaders can.
TEST_F(ThreeBrokers, LetsGoOfItsPartitionsWhereOnlyTheCoordinatorIsAway) {
  std::vector<std::unique_ptr<TcpProxy>> proxies;
  std::string addresses;
  for (int broker = 1; broker <= kBrokers; ++broker) {
    proxies.push_back(TakeProxy(NodeDir(broker)));
    addresses += (addresses.empty() ? "" : ",") + AddressOf(*proxies.back());
  }
  int32_t coordinator = -1;
  ASSERT_TRUE(Eventually([&] {
    coordinator = admin_.Coordinator(source_group_ + ".plain");
    return coordinator > 0;
  }));
  const int32_t other = coordinator % kBrokers + 1;
  ConsumeTopic(admin_.CreateTopic({{other}, {other}}), 2, addresses,
               QuickSession("4000"));
  Produce(60);
  ASSERT_TRUE(WaitForAll());
  ASSERT_TRUE(WaitForCommits());
  proxies[coordinator - 1]->Set({.pause = true});
  Produce(30);
  EXPECT_TRUE(WaitForAll(absl::Seconds(3)));
  EXPECT_TRUE(Eventually(
      [&] { return StatusOf("plain").reason == "The assignment was lost"; },
      absl::Seconds(15)));
  EXPECT_TRUE(ShowTrouble());
  const size_t rows = plain_->num_rows();
  Produce(30);
  EXPECT_FALSE(plain_->WaitForRows(rows + 1, absl::Seconds(1)));
  proxies[coordinator - 1]->Heal();
  EXPECT_TRUE(WaitForAll(absl::Seconds(30)));
  EXPECT_TRUE(WaitForCommits());
  CloseAndExpectAll(30);
}

}  // namespace
}  // namespace rowfall
