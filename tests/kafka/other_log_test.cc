// SPDX-License-Identifier: Apache-2.0
// Topics that are deleted and made again: nobody goes on in another log.
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kafka/kafka_engine.h"

namespace rowfall {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr char kView[] =
    "CREATE MATERIALIZED VIEW terms TO glossary AS "
    "SELECT id, term AS name FROM kafka";

class OtherLog : public KafkaEngineTest {
 protected:
  void Suspend() { Execute("ALTER MV terms suspended=1"); }
  void Resume() { Execute("ALTER MV terms suspended=0"); }

  // Reads `count` messages of a new topic and suspends the view.
  void ReadSome(SinkTraits traits, int64_t count) {
    table_ = AddTable("glossary", traits);
    Open();
    Execute(CreateSource("kafka", topic_));
    Execute(kView);
    ProduceIds(topic_, 1, 1, count);
    ASSERT_TRUE(table_->WaitForRows(static_cast<size_t>(count), kPatience));
    Suspend();
  }

  // Returns why the view fails.
  std::string Failure() {
    EXPECT_TRUE(Eventually(
        [&] { return StatusOf("terms").state == ViewState::kFailed; }));
    return StatusOf("terms").reason;
  }

  // Goes on with another `on_gap`.
  void ResumeWith(const std::string& on_gap) {
    Execute("DROP SOURCE kafka");
    Execute(CreateSource("kafka", topic_, "on_gap='" + on_gap + "'"));
    Resume();
  }

  const std::string topic_ = cluster_.CreateTopic("other", 1);
  std::shared_ptr<testing::RecordingTable> table_;
};

TEST_F(OtherLog, MarksAreKeptBesideOffsets) {
  ReadSome({}, 50);
  EXPECT_THAT(cluster_.CommittedMetadata(group_, topic_, 0),
              MatchesRegex("rf1:49:[0-9a-f]+:"));
  // And they hold: nothing is read twice, nothing is missing.
  Resume();
  ProduceIds(topic_, 1, 51, 80);
  EXPECT_TRUE(table_->WaitForRows(80, kPatience));
  Close();
  EXPECT_EQ(Ids(*table_), Sequence(1, 80));
}

TEST_F(OtherLog, StoredPositionsKnowTheCluster) {
  ReadSome({.keeps_positions = true}, 50);
  ASSERT_EQ(table_->Positions(group_).size(), 1u);
  EXPECT_THAT(table_->Positions(group_)[0].mark,
              MatchesRegex("rf1:49:[0-9a-f]+:[A-Za-z0-9_-]+"));
}

TEST_F(OtherLog, MoreMessagesThanBeforeAreNoticed) {
  ReadSome({.keeps_positions = true}, 50);
  cluster_.RecreateTopic(topic_, 1);
  ProduceIds(topic_, 1, 1001, 1200);
  Resume();
  const std::string failure = Failure();
  EXPECT_THAT(failure, HasSubstr("Topic '" + topic_ +
                                 "' was truncated or made again, position 50"));
  EXPECT_THAT(failure, HasSubstr("on_gap='earliest'"));
  EXPECT_EQ(table_->num_rows(), 50u);

  ResumeWith("earliest");
  EXPECT_TRUE(table_->WaitForRows(250, kPatience));
  EXPECT_EQ(StatusOf("terms").gaps, 1u);
  ProduceIds(topic_, 1, 1201, 1210);
  EXPECT_TRUE(table_->WaitForRows(260, kPatience));
  Close();
  auto expected = Sequence(1, 50);
  for (const int64_t id : Sequence(1001, 1210)) expected.push_back(id);
  EXPECT_EQ(Ids(*table_), expected);
}

TEST_F(OtherLog, FewerMessagesThanBeforeAreNoticed) {
  ReadSome({.keeps_positions = true}, 50);
  cluster_.RecreateTopic(topic_, 1);
  ProduceIds(topic_, 1, 1001, 1020);
  Resume();
  EXPECT_THAT(Failure(), HasSubstr("of " + topic_ + "/0 does not exist"));
  ResumeWith("latest");
  ASSERT_TRUE(Eventually([&] { return StatusOf("terms").gaps == 1; }));
  ProduceIds(topic_, 1, 1021, 1030);
  EXPECT_TRUE(table_->WaitForRows(60, kPatience));
  Close();
  auto expected = Sequence(1, 50);
  for (const int64_t id : Sequence(1021, 1030)) expected.push_back(id);
  EXPECT_EQ(Ids(*table_), expected);
}

TEST_F(OtherLog, AsManyMessagesAsBeforeAreNoticed) {
  ReadSome({.keeps_positions = true}, 50);
  cluster_.RecreateTopic(topic_, 1);
  ProduceIds(topic_, 1, 1001, 1049);
  Resume();
  EXPECT_THAT(Failure(), HasSubstr("the log ends at 49"));
}

// The broker forgets the offsets of a deleted topic.
TEST_F(OtherLog, OffsetsOfTheGroupGoWithTheTopic) {
  ReadSome({}, 50);
  cluster_.RecreateTopic(topic_, 1);
  ProduceIds(topic_, 1, 1001, 1200);
  ASSERT_TRUE(Eventually([&] {
    const auto committed = cluster_.Committed(group_, topic_, 1);
    return committed.empty();
  }));
  Resume();
  EXPECT_TRUE(table_->WaitForRows(250, kPatience));
}

// A topic that is made again at once may go unnoticed (README.md): here the
// consumer has seen that it was gone.
TEST_F(OtherLog, ATopicThatIsMadeAgainUnderARunningViewIsReadWhole) {
  const std::string topic = cluster_.CreateTopic("other", 4);
  table_ = AddTable("glossary");
  Open();
  Execute(CreateSource("kafka", topic,
                       "on_gap='earliest' topic.metadata.refresh.interval.ms"
                       "='1000'"));
  Execute(kView);
  ProduceIds(topic, 4, 1, 200);
  ASSERT_TRUE(table_->WaitForRows(200, kPatience));
  cluster_.DeleteTopic(topic);
  ASSERT_TRUE(Eventually([&] {
    const ViewStatus status = StatusOf("terms");
    return (status.reason + status.last_error).find(topic) != topic.npos;
  }));
  cluster_.CreateTopicAgain(topic, 4);
  ProduceIds(topic, 4, 1001, 1800);
  // More than before in each partition, and some of them may come twice.
  std::set<int64_t> ids;
  EXPECT_TRUE(Eventually([&] {
    for (const int64_t id : Ids(*table_)) {
      if (id > 1000) ids.insert(id);
    }
    return ids.size() >= 800;
  })) << StatusOf("terms").reason
      << " / " << StatusOf("terms").last_error << " / rows "
      << table_->num_rows() << ", of the new topic " << ids.size();
}

}  // namespace
}  // namespace rowfall
