// SPDX-License-Identifier: Apache-2.0
// A bad message among good ones under each on_error.
#include <algorithm>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kafka/kafka_engine.h"

namespace rowfall {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Le;

constexpr char kView[] =
    "CREATE MATERIALIZED VIEW terms TO glossary AS "
    "SELECT id, term AS name FROM kafka";

class OnError : public KafkaEngineTest {
 protected:
  // Ids 1 to 5, a message at offset 5 whose id is a word, ids 7 to 10.
  void ProduceWithBadOne() {
    ProduceIds(topic_, 1, 1, 5);
    cluster_.Produce(topic_, {.value = kBad, .key = "bad key"});
    ProduceIds(topic_, 1, 7, 10);
  }
  std::vector<int64_t> GoodIds() const { return {1, 2, 3, 4, 5, 7, 8, 9, 10}; }
  std::string Place() const { return topic_ + "/0@5"; }

  static constexpr char kBad[] = R"({"id": "word", "term": "bad"})";
  const std::string topic_ = cluster_.CreateTopic("on-error", 1);
  std::shared_ptr<testing::RecordingTable> table_ = AddTable("glossary");
  std::shared_ptr<testing::RecordingRejectHandler> rejects_ =
      std::make_shared<testing::RecordingRejectHandler>();
};

TEST_F(OnError, StopFailsTheViewAndKeepsItsOffsets) {
  Open();
  Execute(CreateSource("kafka", topic_, "on_error='stop' batch=4"));
  Execute(kView);
  ProduceWithBadOne();
  ASSERT_TRUE(Eventually(
      [&] { return StatusOf("terms").state == ViewState::kFailed; }));
  EXPECT_THAT(StatusOf("terms").reason, HasSubstr(Place()));
  EXPECT_THAT(StatusOf("terms").reason, HasSubstr("column id"));
  EXPECT_THAT(Ids(*table_), Each(Le(5)));
  EXPECT_LE(CommittedSum(topic_, 1), 5);
}

TEST_F(OnError, StopIsTheDefaultWithoutHandler) {
  Open();
  Execute(CreateSource("kafka", topic_));
  Execute(kView);
  ProduceWithBadOne();
  EXPECT_TRUE(Eventually(
      [&] { return StatusOf("terms").state == ViewState::kFailed; }));
}

TEST_F(OnError, SkipCountsTheMessageAndGoesOn) {
  Open();
  Execute(CreateSource("kafka", topic_, "on_error='skip' batch=4"));
  Execute(kView);
  ProduceWithBadOne();
  EXPECT_TRUE(table_->WaitForRows(9, kPatience));
  EXPECT_TRUE(Eventually([&] { return CommittedSum(topic_, 1) == 10; }));
  EXPECT_EQ(StatusOf("terms").rejected, 1u);
  EXPECT_THAT(StatusOf("terms").last_error, HasSubstr(Place()));
  Close();
  EXPECT_EQ(Ids(*table_), GoodIds());
}

TEST_F(OnError, NullKeepsTheRowAndStopsAtABadId) {
  Open();
  Execute(
      "CREATE SOURCE kafka (id bigint, term multi) type='kafka' "
      "broker_list='" +
      cluster_.brokers() + "' topic_list='" + topic_ + "' consumer_group='" +
      source_group_ + "' on_error='null' batch=4");
  Execute(
      "CREATE MATERIALIZED VIEW terms TO glossary AS "
      "SELECT id, TEXT(term) AS name FROM kafka");
  ProduceWithBadOne();
  ASSERT_TRUE(Eventually(
      [&] { return StatusOf("terms").state == ViewState::kFailed; }));
  EXPECT_THAT(StatusOf("terms").reason, HasSubstr(Place() + ", column id"));
  EXPECT_TRUE(Eventually([&] { return CommittedSum(topic_, 1) == 5; }));
  const ViewStatus status = StatusOf("terms");
  EXPECT_EQ(status.nulled, 5u);
  ASSERT_EQ(status.errors.size(), 1u);
  EXPECT_EQ(status.errors[0].fate, ErrorFate::kNulled);
  EXPECT_EQ(status.errors[0].first_offset, 0);
  EXPECT_EQ(status.errors[0].last_offset, 4);
}

TEST_F(OnError, DeadLetterHandsTheMessageOver) {
  options_.rejects = rejects_;
  Open();
  Execute(CreateSource("kafka", topic_, "on_error='dead_letter' batch=4"));
  Execute(kView);
  ProduceWithBadOne();
  EXPECT_TRUE(table_->WaitForRows(9, kPatience));
  EXPECT_TRUE(Eventually([&] { return CommittedSum(topic_, 1) == 10; }));
  Close();
  EXPECT_EQ(Ids(*table_), GoodIds());
  const auto rejects = rejects_->rejects();
  ASSERT_EQ(rejects.size(), 1u);
  EXPECT_EQ(rejects[0].topic, topic_);
  EXPECT_EQ(rejects[0].partition, 0);
  EXPECT_EQ(rejects[0].offset, 5);
  EXPECT_EQ(rejects[0].payload, kBad);
  EXPECT_EQ(rejects[0].key, "bad key");
  EXPECT_EQ(rejects[0].column, "id");
  EXPECT_EQ(rejects[0].stage, RejectStage::kType);
}

// The client's own copies: bytes of key, payload and headers on their way
// through librdkafka.
TEST_F(OnError, DeadLettersKeepBytes) {
  options_.rejects = rejects_;
  Open();
  Execute(CreateSource("kafka", topic_, "on_error='null'"));
  Execute(kView);
  const std::string bytes("\xff\0\x80\n", 4);
  const std::string key("\0key", 4);
  cluster_.Produce(topic_, {.value = bytes, .key = key});
  EXPECT_TRUE(rejects_->WaitForRejects(1, kPatience));
  Close();
  const auto rejects = rejects_->rejects();
  ASSERT_EQ(rejects.size(), 1u);
  EXPECT_EQ(rejects[0].payload, bytes);
  EXPECT_EQ(rejects[0].key, key);
  EXPECT_EQ(rejects[0].id, topic_ + "/0@0#-1 parse terms");
}

TEST_F(OnError, MaxErrorsFailsTheViewBeforeOneTooMany) {
  options_.rejects = rejects_;
  Open();
  Execute(CreateSource("kafka", topic_, "max_errors=3 batch=4"));
  Execute(kView);
  ProduceWithBadOne();  // The bad one is at offset 5.
  for (int i = 0; i < 10; ++i) cluster_.Produce(topic_, {.value = kBad});
  ASSERT_TRUE(Eventually(
      [&] { return StatusOf("terms").state == ViewState::kFailed; }));
  EXPECT_THAT(StatusOf("terms").reason,
              HasSubstr("4 of the last 13 (max_errors='3'"));
  EXPECT_TRUE(Eventually([&] { return CommittedSum(topic_, 1) == 12; }));
  EXPECT_EQ(rejects_->num_rejects(), 3u);
  Execute("ALTER MV terms suspended=1");
  Execute("ALTER MV terms suspended=0");
  EXPECT_TRUE(rejects_->WaitForRejects(6, kPatience));
  EXPECT_TRUE(Eventually([&] { return CommittedSum(topic_, 1) == 15; }));
  Close();
  EXPECT_EQ(rejects_->num_rejects(), 6u);
  EXPECT_EQ(Ids(*table_), GoodIds());
}

TEST_F(OnError, WaitsUntilTheDeadLetterIsTaken) {
  rejects_->Return(absl::UnavailableError("full"), 3);
  options_.rejects = rejects_;
  options_.retry_initial = absl::Milliseconds(10);
  Open();
  Execute(CreateSource("kafka", topic_, "batch=4"));
  Execute(kView);
  ProduceWithBadOne();
  EXPECT_TRUE(rejects_->WaitForRejects(1, kPatience));
  EXPECT_TRUE(table_->WaitForRows(9, kPatience));
  EXPECT_TRUE(Eventually([&] { return CommittedSum(topic_, 1) == 10; }));
  EXPECT_EQ(rejects_->num_calls(), 4);
}

}  // namespace
}  // namespace rowfall
