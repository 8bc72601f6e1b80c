// SPDX-License-Identifier: Apache-2.0
// Messages of a real broker become rows, each exactly once.
#include <atomic>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kafka/kafka_engine.h"

namespace rowfall {
namespace {

constexpr char kView[] =
    "CREATE MATERIALIZED VIEW terms TO glossary AS "
    "SELECT id, term AS name FROM kafka";

class Delivery : public KafkaEngineTest {
 protected:
  // Reads `count` messages of 4 partitions with 2 consumers in batches of 50.
  void ExpectEachOnce(int64_t count) {
    const std::string topic = cluster_.CreateTopic("delivery", 4);
    ProduceIds(topic, 4, 1, count);
    const auto table = AddTable("glossary");
    Open();
    EXPECT_EQ(Execute(CreateSource("kafka", topic, "num_consumers=2 batch=50"))
                  .rows_affected,
              2);
    EXPECT_EQ(Execute(kView).rows_affected, 2);
    EXPECT_TRUE(table->WaitForRows(count, kPatience));
    EXPECT_TRUE(Eventually([&] { return CommittedSum(topic, 4) == count; }));
    Close();
    EXPECT_TRUE(Ids(*table) == Sequence(1, count));
    EXPECT_EQ(CommittedSum(topic, 4), count);
  }
};

TEST_F(Delivery, WritesFewerMessagesThanTwoBatches) { ExpectEachOnce(57); }

TEST_F(Delivery, WritesHundredThousandMessages) { ExpectEachOnce(100000); }

TEST_F(Delivery, MapsColumns) {
  const std::string topic = cluster_.CreateTopic("delivery", 1);
  cluster_.Produce(topic, {.value = R"({"ID": 7, "Term": "a\nb", "x": [1]})"});
  cluster_.Produce(topic, {.value = R"([{"id": 8}, {"id": 9, "term": 1.50}])"});
  const auto table = AddTable("glossary");
  Open();
  Execute(CreateSource("kafka", topic, "batch_timeout=100"));
  Execute(kView);
  EXPECT_TRUE(table->WaitForRows(3, kPatience));
  EXPECT_THAT(table->RowsAsJson(),
              ::testing::ElementsAre(R"({"id":7,"name":"a\nb"})",
                                     R"({"id":8,"name":null})",
                                     R"({"id":9,"name":"1.50"})"));
}

// A batch is as old as its first message, however many follow.
TEST_F(Delivery, BringsTrickleWithinBatchTimeout) {
  const std::string topic = cluster_.CreateTopic("trickle", 1);
  const auto table = AddTable("glossary");
  Open();
  Execute(CreateSource("kafka", topic, "batch=1000000 batch_timeout=500"));
  Execute(kView);
  ASSERT_TRUE(Eventually(
      [&] { return StatusOf("terms").state == ViewState::kRunning; }));

  std::atomic<bool> enough{false};
  std::thread trickle([&] {
    for (int64_t id = 1; !enough && id <= 600; ++id) {
      ProduceIds(topic, 1, id, id);
      absl::SleepFor(absl::Milliseconds(50));
    }
  });
  // 30 seconds of messages come at intervals far below the timeout.
  EXPECT_TRUE(table->WaitForRows(1, absl::Seconds(5)));
  EXPECT_TRUE(table->WaitForRows(40, absl::Seconds(10)));
  enough = true;
  trickle.join();
}

}  // namespace
}  // namespace rowfall
