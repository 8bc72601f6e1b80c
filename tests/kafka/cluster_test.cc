// SPDX-License-Identifier: Apache-2.0
// The tests' own handling of the broker.
#include "tests/kafka/cluster.h"

#include <librdkafka/rdkafka.h>

#include <map>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/kafka/client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall {
namespace {

using ::testing::IsEmpty;
using Offsets = std::map<int32_t, int64_t>;

TEST(KafkaCluster, ProducesToTheGivenPartitions) {
  KafkaCluster cluster;
  const std::string topic = cluster.CreateTopic("cluster", 3);
  cluster.Produce(topic, 10, [](int64_t i) {
    return TestMessage{.value = "{}", .partition = i < 7 ? 0 : 2};
  });
  EXPECT_EQ(cluster.Ends(topic), (Offsets{{0, 7}, {1, 0}, {2, 3}}));
  cluster.SetPartitions(topic, 4);
  cluster.DeleteRecords(topic, 0, 5);
  EXPECT_THAT(cluster.Committed("no-such-group", topic, 3), IsEmpty());
  cluster.DeleteTopic(topic);
}

// A producer that runs for hours without Flush() must not keep what it wrote.
TEST(KafkaClient, LetsGoOfWrittenMessagesAsItSends) {
  KafkaCluster cluster;
  const std::string topic = cluster.CreateTopic("written", 1);
  auto client = examples::KafkaClient::Make(cluster.brokers());
  ASSERT_TRUE(client.ok()) << client.status();
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  int sent = 0;
  do {
    ASSERT_LT(absl::Now(), deadline) << "keeps all of " << sent;
    ASSERT_TRUE((*client)->Send(topic, 0, {}, "{}").ok());
    ++sent;
    absl::SleepFor(absl::Milliseconds(1));
  } while (rd_kafka_outq_len((*client)->handle()) >= sent);
}

}  // namespace
}  // namespace rowfall
