// SPDX-License-Identifier: Apache-2.0
// Suspending, dropping, recreating and reopening lose and repeat nothing.
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kafka/kafka_engine.h"

namespace rowfall {
namespace {

constexpr char kView[] =
    "CREATE MATERIALIZED VIEW terms TO glossary AS "
    "SELECT id, term AS name FROM kafka";

class Life : public KafkaEngineTest {
 protected:
  // Suspends the view and returns how many rows it has written: exactly those
  // before its committed offsets.
  int64_t Suspend(const std::string& topic, int partitions) {
    Execute("ALTER MATERIALIZED VIEW terms suspended=1");
    EXPECT_EQ(StatusOf("terms").state, ViewState::kSuspended);
    const auto rows =
        static_cast<int64_t>(tables_->Find("glossary")->num_rows());
    EXPECT_EQ(CommittedSum(topic, partitions), rows);
    return rows;
  }
};

TEST_F(Life, GoesOnAfterSuspension) {
  const std::string topic = cluster_.CreateTopic("life", 1);
  const auto table = AddTable("glossary");
  Open();
  Execute(CreateSource("kafka", topic, "batch=50 batch_timeout=3000"));
  Execute(kView);
  ProduceIds(topic, 1, 1, 57);
  ASSERT_TRUE(table->WaitForRows(50, kPatience));
  const int64_t suspended_at = Suspend(topic, 1);
  EXPECT_GE(suspended_at, 50);

  ProduceIds(topic, 1, 58, 200);
  EXPECT_FALSE(table->WaitForRows(suspended_at + 1, absl::Milliseconds(500)));
  EXPECT_THAT(engine_->Execute("ALTER MATERIALIZED VIEW terms suspended=1")
                  .status()
                  .code(),
              absl::StatusCode::kFailedPrecondition);

  Execute("ALTER MATERIALIZED VIEW terms suspended=0");
  EXPECT_TRUE(table->WaitForRows(200, kPatience));
  Close();
  EXPECT_EQ(Ids(*table), Sequence(1, 200));
}

// C12: the new source has another list of topics and more consumers.
TEST_F(Life, GoesOnWithRecreatedSource) {
  const std::string topic = cluster_.CreateTopic("life", 4);
  const std::string added = cluster_.CreateTopic("life", 2);
  const auto table = AddTable("glossary");
  Open();
  Execute(CreateSource("kafka", topic, "batch=50 num_consumers=2"));
  EXPECT_EQ(Execute(kView).rows_affected, 2);
  ProduceIds(topic, 4, 1, 1000);
  ASSERT_TRUE(table->WaitForRows(100, kPatience));

  Execute("DROP SOURCE kafka");
  EXPECT_EQ(StatusOf("terms").state, ViewState::kSuspended);
  EXPECT_FALSE(engine_->Execute("ALTER MV terms suspended=0").ok());
  const size_t rows = table->num_rows();
  EXPECT_EQ(CommittedSum(topic, 4), static_cast<int64_t>(rows));
  Execute(CreateSource("kafka", topic + "," + added,
                       "batch=20 num_consumers=3"));
  EXPECT_EQ(StatusOf("terms").state, ViewState::kSuspended);

  Execute("ALTER MATERIALIZED VIEW terms suspended=0");
  ProduceIds(topic, 4, 1001, 1500);
  ProduceIds(added, 2, 1501, 1600);
  EXPECT_TRUE(table->WaitForRows(1600, kPatience));
  Close();
  EXPECT_EQ(Ids(*table), Sequence(1, 1600));
}

TEST_F(Life, GoesOnAfterReopening) {
  const std::string path =
      ::testing::TempDir() + "/" + KafkaCluster::UniqueName("catalog");
  const std::string topic = cluster_.CreateTopic("life", 4);
  const auto table = AddTable("glossary");
  const auto open_with_file = [&] {
    auto catalog = FileCatalog::Open(path);
    ASSERT_TRUE(catalog.ok()) << catalog.status();
    options_.catalog = *std::move(catalog);
    Open();
    options_.catalog = nullptr;  // The engine keeps it as long as it lives.
  };
  open_with_file();
  Execute(CreateSource("kafka", topic, "batch=50 num_consumers=2"));
  Execute(kView);
  ProduceIds(topic, 4, 1, 2000);
  ASSERT_TRUE(table->WaitForRows(100, kPatience));
  const Result source = Execute("SHOW SOURCE kafka");
  const Result view = Execute("SHOW MV terms");
  Close();
  EXPECT_EQ(CommittedSum(topic, 4), static_cast<int64_t>(table->num_rows()));

  open_with_file();
  EXPECT_EQ(Execute("SHOW SOURCE kafka"), source);
  EXPECT_EQ(Execute("SHOW MV terms"), view);
  EXPECT_TRUE(table->WaitForRows(2000, kPatience));
  Close();
  EXPECT_EQ(Ids(*table), Sequence(1, 2000));
  unlink(path.c_str());
  unlink((path + ".previous").c_str());
}

TEST_F(Life, StaysSuspendedAfterReopening) {
  const std::string topic = cluster_.CreateTopic("life", 1);
  AddTable("glossary");
  options_.catalog = std::make_shared<MemoryCatalog>();
  Open();
  Execute(CreateSource("kafka", topic));
  Execute(kView);
  Suspend(topic, 1);
  Close();
  Open();
  EXPECT_EQ(StatusOf("terms").state, ViewState::kSuspended);
}

TEST_F(Life, NeedsNoBrokerToBeCreatedAndDropped) {
  AddTable("glossary");
  Open();
  const absl::Time start = absl::Now();
  // A port that nobody listens on.
  Execute(
      "CREATE SOURCE kafka (id bigint, term text) type='kafka' "
      "broker_list='127.0.0.1:1' topic_list='x' num_consumers=2");
  EXPECT_EQ(Execute(kView).rows_affected, 2);
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  EXPECT_TRUE(
      Eventually([&] { return !StatusOf("terms").last_error.empty(); }));
  EXPECT_TRUE(Eventually(
      [&] { return StatusOf("terms").state == ViewState::kBackoff; }));
  EXPECT_THAT(StatusOf("terms").reason, ::testing::HasSubstr("down"));

  const absl::Time drop = absl::Now();
  Execute("DROP MATERIALIZED VIEW terms");
  Execute("DROP SOURCE kafka");
  Close();
  EXPECT_LT(absl::Now() - drop, absl::Seconds(20));
}

// M8 on a real broker: the clients' threads and sockets go with them.
TEST_F(Life, ManyLivesLeaveNothingBehind) {
  const auto count = [](const char* folder) {
    const std::filesystem::directory_iterator entries(folder);
    return std::distance(begin(entries), end(entries));
  };
  const std::string topic = cluster_.CreateTopic("life", 1);
  const auto table = AddTable("glossary");
  Open();
  std::ptrdiff_t descriptors = 0, threads = 0;
  for (int round = 1; round <= 30; ++round) {
    Execute(CreateSource("kafka", topic));
    Execute(kView);
    ProduceIds(topic, 1, round, round);
    ASSERT_TRUE(table->WaitForRows(static_cast<size_t>(round), kPatience));
    Execute("ALTER MV terms suspended=1");
    Execute("DROP MV terms");
    Execute("DROP SOURCE kafka");
    if (round != 10) continue;
    descriptors = count("/proc/self/fd");
    threads = count("/proc/self/task");
  }
  EXPECT_LE(count("/proc/self/fd"), descriptors + 1);
  EXPECT_LE(count("/proc/self/task"), threads + 1);
  EXPECT_EQ(Ids(*table), Sequence(1, 30));
}

// C7: of two consumers with one static name the older one is fenced. No
// revocation tells it.
TEST_F(Life, AFencedConsumerFailsForGood) {
  const std::string topic = cluster_.CreateTopic("life", 1);
  const auto table = AddTable("glossary");
  Open();
  Execute(CreateSource("kafka", topic, "group.instance.id='only'"));
  Execute(kView);
  ProduceIds(topic, 1, 1, 10);
  ASSERT_TRUE(table->WaitForRows(10, kPatience));
  const auto first = std::move(engine_);
  Open();
  Execute(CreateSource("kafka", topic, "group.instance.id='only'"));
  Execute(kView);
  ProduceIds(topic, 1, 11, 20);
  EXPECT_TRUE(Eventually([&] {
    return first->Status()[0].state == ViewState::kFailed;
  })) << first->Status()[0].last_error;
  EXPECT_THAT(first->Status()[0].reason, ::testing::HasSubstr("fenced"));
  ASSERT_TRUE(table->WaitForRows(20, kPatience));
  EXPECT_EQ(first->Stop(absl::Seconds(20)), absl::OkStatus());
  Close();
  const auto ids = Ids(*table);
  for (const int64_t id : Sequence(1, 20)) {
    EXPECT_THAT(ids, ::testing::Contains(id));
  }
}

}  // namespace
}  // namespace rowfall
