// SPDX-License-Identifier: Apache-2.0
// Several views on a source, several sources on a topic, single partitions.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kafka/kafka_engine.h"

namespace rowfall {
namespace {

class Several : public KafkaEngineTest {};

TEST_F(Several, ViewsOfOneSourceEachGetAllMessages) {
  const std::string topic = cluster_.CreateTopic("several", 4);
  const auto all = AddTable("all_terms");
  const auto late = AddTable("late_terms");
  Open();
  Execute(CreateSource("kafka", topic, "batch=50 num_consumers=2"));
  Execute("CREATE MV first TO all_terms AS SELECT id, term AS name FROM kafka");
  Execute(
      "CREATE MV second TO late_terms AS SELECT id, UPPER(term) AS name "
      "FROM kafka WHERE id > 500");
  EXPECT_EQ(StatusOf("first").consumer_group, source_group_ + ".first");
  EXPECT_EQ(StatusOf("second").consumer_group, source_group_ + ".second");

  ProduceIds(topic, 4, 1, 1000);
  EXPECT_TRUE(all->WaitForRows(1000, kPatience));
  EXPECT_TRUE(late->WaitForRows(500, kPatience));
  // One stands still, the other goes on.
  Execute("ALTER MV first suspended=1");
  ProduceIds(topic, 4, 1001, 1100);
  EXPECT_TRUE(late->WaitForRows(600, kPatience));
  EXPECT_EQ(Ids(*all), Sequence(1, 1000));
  Execute("ALTER MV first suspended=0");
  EXPECT_TRUE(all->WaitForRows(1100, kPatience));
  Close();
  EXPECT_EQ(Ids(*all), Sequence(1, 1100));
  EXPECT_EQ(Ids(*late), Sequence(501, 1100));
}

TEST_F(Several, SourcesOfOneTopicEachGetAllMessages) {
  const std::string topic = cluster_.CreateTopic("several", 2);
  const auto first = AddTable("first_table");
  const auto second = AddTable("second_table");
  Open();
  // With one group's name: each view has a group of its own.
  Execute(CreateSource("one", topic, "batch=50"));
  Execute(CreateSource("two", topic, "batch=70"));
  Execute("CREATE MV a TO first_table AS SELECT id FROM one");
  Execute("CREATE MV b TO second_table AS SELECT id FROM two");
  EXPECT_EQ(StatusOf("a").consumer_group, source_group_ + ".a");
  EXPECT_EQ(StatusOf("b").consumer_group, source_group_ + ".b");
  ProduceIds(topic, 2, 1, 300);
  EXPECT_TRUE(first->WaitForRows(300, kPatience));
  EXPECT_TRUE(second->WaitForRows(300, kPatience));
  Close();
  EXPECT_EQ(Ids(*first), Sequence(1, 300));
  EXPECT_EQ(Ids(*second), Sequence(1, 300));
}

TEST_F(Several, PartitionListReadsOnlyThesePartitions) {
  const std::string topic = cluster_.CreateTopic("several", 4);
  ProduceIds(topic, 4, 1, 400);  // Id n is in partition (n - 1) % 4.
  const auto table = AddTable("glossary");
  Open();
  Execute(CreateSource("kafka", topic, "partition_list='1,3' batch=50"));
  Execute("CREATE MV terms TO glossary AS SELECT id, term AS name FROM kafka");
  EXPECT_TRUE(table->WaitForRows(200, kPatience));
  // Stored offsets are honoured.
  Execute("ALTER MV terms suspended=1");
  EXPECT_EQ(cluster_.Committed(group_, topic, 4),
            (std::map<int32_t, int64_t>{{1, 100}, {3, 100}}));
  ProduceIds(topic, 4, 401, 800);
  Execute("ALTER MV terms suspended=0");
  EXPECT_TRUE(table->WaitForRows(400, kPatience));
  Close();
  std::vector<int64_t> even;
  for (int64_t id = 2; id <= 800; id += 2) even.push_back(id);
  EXPECT_EQ(Ids(*table), even);
}

TEST_F(Several, TopicsOfOneSource) {
  const std::string topic = cluster_.CreateTopic("several-a", 2);
  const std::string other = cluster_.CreateTopic("several-b", 1);
  ProduceIds(topic, 2, 1, 100);
  ProduceIds(other, 1, 101, 150);
  const auto table = AddTable("glossary");
  Open();
  Execute(CreateSource("kafka", topic + "," + other, "batch=30"));
  Execute("CREATE MV terms TO glossary AS SELECT id, term AS name FROM kafka");
  EXPECT_TRUE(table->WaitForRows(150, kPatience));
  Close();
  EXPECT_EQ(Ids(*table), Sequence(1, 150));
}

}  // namespace
}  // namespace rowfall
