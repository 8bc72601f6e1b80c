// SPDX-License-Identifier: Apache-2.0
// Members that do not go together: one name twice, another protocol, topics
// that differ.
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/topics/group_test_base.h"

namespace rowfall {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

// A consumer that is none of ours, polled by a thread of its own.
class PlainConsumer {
 public:
  PlainConsumer(const std::string& brokers, const std::string& group,
                const std::string& topic, const std::string& strategy) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const auto set = [&](const char* key, const std::string& value) {
      char error[256];
      if (rd_kafka_conf_set(conf, key, value.c_str(), error, sizeof error) !=
          RD_KAFKA_CONF_OK) {
        throw std::runtime_error(error);
      }
    };
    set("bootstrap.servers", brokers);
    set("group.id", group);
    set("partition.assignment.strategy", strategy);
    set("heartbeat.interval.ms", "200");
    set("session.timeout.ms", "6000");
    set("log_level", "0");
    handle_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
    rd_kafka_poll_set_consumer(handle_);
    auto* topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic.c_str(), -1);
    rd_kafka_subscribe(handle_, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    thread_ = std::thread([this] {
      while (!ends_) {
        if (auto* message = rd_kafka_consumer_poll(handle_, 50)) {
          rd_kafka_message_destroy(message);
        }
        CountPartitions();
      }
    });
  }
  ~PlainConsumer() {
    ends_ = true;
    thread_.join();
    rd_kafka_consumer_close(handle_);
    rd_kafka_destroy(handle_);
  }

  int num_partitions() const { return num_partitions_; }

 private:
  void CountPartitions() {
    rd_kafka_topic_partition_list_t* list = nullptr;
    if (rd_kafka_assignment(handle_, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return;
    }
    num_partitions_ = list->cnt;
    rd_kafka_topic_partition_list_destroy(list);
  }

  rd_kafka_t* handle_ = nullptr;
  std::atomic<bool> ends_{false};
  std::atomic<int> num_partitions_{0};
  std::thread thread_;
};

class Strangers : public GroupTest {};

// C7: of two members with one name the older one is out, for good.
TEST_F(Strangers, OneNameTwiceFailsTheOlderMember) {
  topic_ = cluster_.CreateTopic("strangers", 4);
  AddGlossary();
  oracle().AllowTwoOwners();
  const std::string name = "group.instance.id='one'";
  auto older = Join(name);
  ASSERT_TRUE(older->Owns(4));
  ProduceIds(topic_, 4, 1, 100);
  ASSERT_TRUE(WaitForRows(100));
  ASSERT_TRUE(AllCommitted());
  const auto newer = Join(name);
  ASSERT_TRUE(older->Becomes(ViewState::kFailed));
  EXPECT_THAT(older->status().reason, HasSubstr("fenced"));
  ASSERT_TRUE(newer->Owns(4));
  ProduceIds(topic_, 4, 101, 200);
  EXPECT_TRUE(WaitForRows(200));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(older->state(), ViewState::kFailed);
  EXPECT_EQ(newer->state(), ViewState::kRunning);
  const absl::Time start = absl::Now();
  EXPECT_EQ(older->Stop(), absl::OkStatus());
  EXPECT_LT(absl::Now() - start, absl::Seconds(8));
  older = nullptr;
  EXPECT_EQ(Ids(), Sequence(1, 200));
}

// The workers of one view have names of their own.
TEST_F(Strangers, WorkersOfANamedMemberDoNotFenceEachOther) {
  topic_ = cluster_.CreateTopic("strangers", 4);
  AddGlossary();
  const auto member = Join("group.instance.id='one' num_consumers=2");
  ASSERT_TRUE(member->Owns(4));
  ProduceIds(topic_, 4, 1, 100);
  EXPECT_TRUE(WaitForRows(100));
  EXPECT_EQ(member->state(), ViewState::kRunning);
}

// C13: who comes to a group with another protocol is told, and nobody else.
TEST_F(Strangers, AnotherProtocolInTheGroupFailsTheView) {
  topic_ = cluster_.CreateTopic("strangers", 2);
  AddGlossary();
  const auto other = std::make_unique<PlainConsumer>(
      cluster_.brokers(), group_, topic_, "cooperative-sticky");
  ASSERT_TRUE(Eventually([&] { return other->num_partitions() == 2; }));
  const auto member = Join();
  ASSERT_TRUE(member->Becomes(ViewState::kFailed));
  EXPECT_THAT(member->status().reason,
              AnyOf(HasSubstr("protocol"), HasSubstr("Inconsistent")));
  EXPECT_EQ(other->num_partitions(), 2);
}

TEST_F(Strangers, AnotherProtocolThatComesLaterChangesNothing) {
  topic_ = cluster_.CreateTopic("strangers", 2);
  AddGlossary();
  const auto member = Join();
  ASSERT_TRUE(member->Owns(2));
  const PlainConsumer other(cluster_.brokers(), group_, topic_,
                            "cooperative-sticky");
  ProduceIds(topic_, 2, 1, 100);
  EXPECT_TRUE(WaitForRows(100));
  absl::SleepFor(absl::Seconds(1));
  EXPECT_EQ(member->state(), ViewState::kRunning);
  EXPECT_EQ(other.num_partitions(), 0);
  EXPECT_EQ(oracle().num_assignments(), 1);
}

// A consumer of the same protocol shares the partitions, as any member does.
TEST_F(Strangers, AnotherConsumerSharesThePartitions) {
  topic_ = cluster_.CreateTopic("strangers", 4);
  AddGlossary();
  const auto member = Join();
  ASSERT_TRUE(member->Owns(4));
  auto other = std::make_unique<PlainConsumer>(cluster_.brokers(), group_,
                                               topic_, "range");
  EXPECT_TRUE(member->Owns(2));
  EXPECT_TRUE(Eventually([&] { return other->num_partitions() == 2; }));
  other = nullptr;
  EXPECT_TRUE(member->Owns(4));
  ProduceIds(topic_, 4, 1, 100);
  EXPECT_TRUE(WaitForRows(100));
}

// M11: one group for sources with other topics. Each reads all of its own.
TEST_F(Strangers, MembersWithOtherTopicsReadTheirOwn) {
  topic_ = cluster_.CreateTopic("strangers", 3);
  const std::string other_topic = cluster_.CreateTopic("strangers", 3);
  AddGlossary();
  const auto member = Join();
  Member other(MemberOptions(), CreateSource("kafka", other_topic, kQuick),
               View());
  ASSERT_TRUE(member->Owns(3));
  ASSERT_TRUE(other.Owns(3));
  ProduceIds(topic_, 3, 1, 100);
  ProduceIds(other_topic, 3, 101, 200);
  EXPECT_TRUE(WaitForRows(200));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 200));
}

}  // namespace
}  // namespace rowfall
