// SPDX-License-Identifier: Apache-2.0
// The tests' own handling of the broker.
#include "tests/kafka/cluster.h"

#include <map>
#include <string>

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

}  // namespace
}  // namespace rowfall
