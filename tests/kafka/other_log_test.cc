// SPDX-License-Identifier: Apache-2.0
// Topics that are deleted and made again: nobody goes on in another log.
#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kafka/kafka_engine.h"
#include "tests/kafka/producer.h"

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

// While the view runs, and its consumer may not notice.
TEST_F(OtherLog, ATopicThatIsMadeAgainUnderARunningViewIsReadWhole) {
  table_ = AddTable("glossary");
  Open();
  Execute(CreateSource("kafka", topic_,
                       "on_gap='earliest' topic.metadata.refresh.interval.ms"
                       "='1000'"));
  Execute(kView);
  ProduceIds(topic_, 1, 1, 50);
  ASSERT_TRUE(table_->WaitForRows(50, kPatience));
  cluster_.RecreateTopic(topic_, 1);
  ProduceIds(topic_, 1, 1001, 1200);
  EXPECT_TRUE(Eventually([&] {
    const auto ids = Ids(*table_);
    return std::count_if(ids.begin(), ids.end(),
                         [](int64_t id) { return id > 1000; }) >= 200;
  })) << StatusOf("terms").reason
      << " / " << StatusOf("terms").last_error << " / rows "
      << table_->num_rows();
}

// The same log under another isolation.level. on_gap='earliest' would bring all
// of it again.
class OtherIsolation : public OtherLog {
 protected:
  // Reads messages 1 to 10 under `isolation` into a table that keeps positions.
  void Begin(const std::string& isolation) {
    table_ = AddTable("glossary", {.keeps_positions = true});
    Open();
    Execute(CreateSource("kafka", topic_, OptionsFor(isolation)));
    Execute(kView);
    ProduceIds(topic_, 1, 1, 10);
    ASSERT_TRUE(table_->WaitForRows(10, kPatience));
  }
  static std::string OptionsFor(const std::string& isolation) {
    return "on_gap='earliest' isolation.level='" + isolation + "'";
  }
  void ChangeTo(const std::string& isolation) {
    Execute("DROP SOURCE kafka");
    Execute(CreateSource("kafka", topic_, OptionsFor(isolation)));
    Resume();
  }

  void Send(int64_t first, int64_t last) {
    for (int64_t id = first; id <= last; ++id) {
      producer_.Send(topic_, {.value = "{\"id\": " + std::to_string(id) + "}"});
    }
    producer_.Flush();
  }
  void SendAborted(int64_t first, int64_t last) {
    producer_.Begin();
    Send(first, last);
    producer_.Abort();
  }

  // Whether the table's position is behind all of the log, markers included.
  bool IsAtTheEnd() {
    return Eventually([&] {
      const auto stored = table_->Positions(group_);
      return stored.size() == 1 && stored[0].offset == cluster_.Ends(topic_)[0];
    });
  }
  std::string Mark() { return table_->Positions(group_)[0].mark; }
  void ExpectNoGap() {
    EXPECT_EQ(StatusOf("terms").gaps, 0u) << StatusOf("terms").last_error;
    EXPECT_EQ(StatusOf("terms").state, ViewState::kRunning);
  }

  TestProducer producer_{cluster_.brokers(),
                         {{"transactional.id", topic_ + "-producer"}}};
};

TEST_F(OtherIsolation, WhatWasHiddenIsNoOtherLog) {
  Begin("read_committed");
  SendAborted(101, 103);
  ASSERT_TRUE(IsAtTheEnd());
  EXPECT_THAT(Mark(), MatchesRegex("rf1:9:.*"));
  ChangeTo("read_uncommitted");
  // Those before the position do not come, those behind it do.
  SendAborted(104, 106);
  EXPECT_TRUE(table_->WaitForRows(13, kPatience));
  ASSERT_TRUE(IsAtTheEnd());
  EXPECT_THAT(Mark(), MatchesRegex("rf3:16:[0-9a-f]+::u:.*"));
  ExpectNoGap();
  Close();
  auto expected = Sequence(1, 10);
  for (const int64_t id : Sequence(104, 106)) expected.push_back(id);
  EXPECT_EQ(Ids(*table_), expected);
}

TEST_F(OtherIsolation, WhatIsHiddenNowIsNoOtherLog) {
  Begin("read_uncommitted");
  SendAborted(101, 103);
  ASSERT_TRUE(table_->WaitForRows(13, kPatience));
  ASSERT_TRUE(IsAtTheEnd());
  ChangeTo("read_committed");
  ProduceIds(topic_, 1, 11, 20);
  EXPECT_TRUE(table_->WaitForRows(23, kPatience));
  ASSERT_TRUE(IsAtTheEnd());
  ExpectNoGap();
  Close();
  auto expected = Sequence(1, 20);
  for (const int64_t id : Sequence(101, 103)) expected.push_back(id);
  EXPECT_EQ(Ids(*table_), expected);
}

// The end is that of what is decided; longer than a log may be too short.
TEST_F(OtherIsolation, AnOpenTransactionIsNoShortLog) {
  Begin("read_uncommitted");
  producer_.Begin();
  Send(11, 13);
  ProduceIds(topic_, 1, 14, 20);
  ASSERT_TRUE(table_->WaitForRows(20, kPatience));
  ChangeTo("read_committed");
  EXPECT_FALSE(table_->WaitForRows(21, absl::Seconds(8)));
  ExpectNoGap();
  producer_.Commit();
  ProduceIds(topic_, 1, 21, 30);
  EXPECT_TRUE(table_->WaitForRows(30, kPatience));
  ExpectNoGap();
  Close();
  EXPECT_EQ(Ids(*table_), Sequence(1, 30));
}

TEST_F(OtherIsolation, AnotherLogIsNoticedAllTheSame) {
  Begin("read_uncommitted");
  SendAborted(101, 103);
  ASSERT_TRUE(table_->WaitForRows(13, kPatience));
  Suspend();
  cluster_.RecreateTopic(topic_, 1);
  ProduceIds(topic_, 1, 1001, 1100);
  ChangeTo("read_committed");
  EXPECT_TRUE(table_->WaitForRows(113, kPatience));
  EXPECT_EQ(StatusOf("terms").gaps, 1u);
}

}  // namespace
}  // namespace rowfall
