// SPDX-License-Identifier: Apache-2.0
// Against a real Kafka.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include <librdkafka/rdkafka.h>

#include "gtest/gtest.h"
#include "source/handle.h"
#include "tests/source/worker.h"

namespace rowfall::source {
namespace {

// From ROWFALL_TEST_BROKERS, or the file that the fixture of ctest writes.
std::string Brokers() {
  if (const char* brokers = std::getenv("ROWFALL_TEST_BROKERS")) return brokers;
  const char* file = std::getenv("ROWFALL_TEST_BROKERS_FILE");
  std::string brokers;
  if (file != nullptr) std::getline(std::ifstream(file), brokers);
  return brokers;
}

// A topic of its own for each test, made and filled through librdkafka.
class KafkaSourceBrokerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    brokers_ = Brokers();
    if (brokers_.empty())
      GTEST_FAIL() << "No broker: run the tests by ctest, or set "
                      "ROWFALL_TEST_BROKERS";
    topic_ = base::Cat(
        "source-",
        ::testing::UnitTest::GetInstance()->current_test_info()->name(), "-",
        getpid());
  }
  void TearDown() override {
    if (producer_ != nullptr) rd_kafka_destroy(producer_);
  }

  SourceConfig Config() const {
    SourceConfig config;
    config.brokers = {brokers_};
    config.topics = {topic_};
    config.consumer_group = topic_;
    config.properties = {{"session.timeout.ms", "6000"},
                         {"heartbeat.interval.ms", "500"},
                         {"topic.metadata.refresh.interval.ms", "500"}};
    return config;
  }

  rd_kafka_t* producer() {
    if (producer_ != nullptr) return producer_;
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers_.c_str(), nullptr, 0);
    if (transactional_)
      rd_kafka_conf_set(conf, "transactional.id", topic_.c_str(), nullptr, 0);
    char error[512];
    producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
    EXPECT_NE(producer_, nullptr) << error;
    return producer_;
  }

  // Waits for the event of an administrative request.
  void Wait(rd_kafka_queue_t* queue) {
    EventHandle event(rd_kafka_queue_poll(queue, 20000));
    ASSERT_NE(event, nullptr);
    ASSERT_EQ(rd_kafka_event_error(event.get()), RD_KAFKA_RESP_ERR_NO_ERROR)
        << rd_kafka_event_error_string(event.get());
  }

  void CreateTopic(int partitions) {
    QueueHandle queue(rd_kafka_queue_new(producer()));
    char error[512];
    rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(
        topic_.c_str(), partitions, 1, error, sizeof(error));
    rd_kafka_CreateTopics(producer(), &topic, 1, nullptr, queue.get());
    Wait(queue.get());
    rd_kafka_NewTopic_destroy(topic);
  }

  void DeleteTopic() {
    QueueHandle queue(rd_kafka_queue_new(producer()));
    rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(topic_.c_str());
    rd_kafka_DeleteTopics(producer(), &topic, 1, nullptr, queue.get());
    Wait(queue.get());
    rd_kafka_DeleteTopic_destroy(topic);
  }

  void DeleteRecordsBefore(int64_t offset) {
    QueueHandle queue(rd_kafka_queue_new(producer()));
    const PartitionOffset before[] = {{{topic_, 0}, offset}};
    rd_kafka_DeleteRecords_t* records =
        rd_kafka_DeleteRecords_new(ToList(before).get());
    rd_kafka_DeleteRecords(producer(), &records, 1, nullptr, queue.get());
    Wait(queue.get());
    rd_kafka_DeleteRecords_destroy(records);
  }

  void Fill(int count, int partitions, int first = 0) {
    for (int i = first; i < first + count; ++i) {
      std::string payload = base::Cat(i);
      while (rd_kafka_producev(producer(), RD_KAFKA_V_TOPIC(topic_.c_str()),
                               RD_KAFKA_V_PARTITION(i % partitions),
                               RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                               RD_KAFKA_V_VALUE(payload.data(), payload.size()),
                               RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        rd_kafka_poll(producer(), 100);
    }
    ASSERT_EQ(rd_kafka_flush(producer(), 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  std::string brokers_;
  std::string topic_;
  bool transactional_ = false;
  rd_kafka_t* producer_ = nullptr;
};

TEST_F(KafkaSourceBrokerTest, TwoMembersReadAllExactlyOnce) {
  constexpr int kCount = 100000;
  CreateTopic(4);
  Fill(kCount, 4);
  Worker a(MustMake(Config()));
  Worker b(MustMake(Config()));
  auto commit = [](Worker& worker) {
    worker.limits.max_messages = 1000;
    worker.on_revoke = [&worker] {
      EXPECT_TRUE(
          worker.source().Commit(worker.Positions(), absl::Seconds(10)).ok());
    };
  };
  commit(a);
  commit(b);
  ASSERT_TRUE(a.PollUntil(
      [&] {
        b.Poll();
        return a.seen.size() + b.seen.size() >= kCount;
      },
      absl::Seconds(60)));
  std::set<std::string> payloads;
  for (const Worker* worker : {&a, &b}) {
    for (const Seen& message : worker->seen) payloads.insert(message.payload);
  }
  EXPECT_EQ(payloads.size(), static_cast<size_t>(kCount));
  EXPECT_EQ(a.seen.size() + b.seen.size(), static_cast<size_t>(kCount));
  EXPECT_TRUE(a.source().Commit(a.Positions(), absl::Seconds(10)).ok());
  EXPECT_TRUE(a.source().Close(absl::Seconds(10)).ok());
  EXPECT_TRUE(b.source().Close(absl::Seconds(10)).ok());
}

TEST_F(KafkaSourceBrokerTest, TellsTheGapWhenTheLogBeginsBehindThePosition) {
  CreateTopic(1);
  Fill(100, 1);
  DeleteRecordsBefore(60);
  Worker worker(MustMake(Config()), /*start=*/10);
  ASSERT_TRUE(worker.PollUntilEvent<OffsetOutOfRange>());
  const OffsetOutOfRange& event = *worker.Last<OffsetOutOfRange>();
  EXPECT_EQ(event.position, (PartitionOffset{{topic_, 0}, 10}));
  EXPECT_EQ(event.low, 60);
  EXPECT_EQ(event.high, 100);
  EXPECT_TRUE(worker.seen.empty());
  const PartitionOffset moved[] = {{{topic_, 0}, event.low}};
  ASSERT_TRUE(worker.source().Assign(moved).ok());
  ASSERT_TRUE(worker.PollUntilSeen(40));
  EXPECT_EQ(worker.seen.front().offset, 60);
}

TEST_F(KafkaSourceBrokerTest, CloseEndsInTimeAfterTheTopicWasDeleted) {
  CreateTopic(2);
  Fill(100, 2);
  Worker worker(MustMake(Config()));
  ASSERT_TRUE(worker.PollUntilSeen(100));
  DeleteTopic();
  ASSERT_TRUE(worker.PollUntilEvent<SourceTrouble>());
  EXPECT_EQ(worker.Last<SourceTrouble>()->status.code(),
            absl::StatusCode::kUnavailable);
  const int64_t before = NumLeakedClients();
  absl::Status status;
  EXPECT_LT(Elapsed([&] { status = worker.source().Close(absl::Seconds(5)); }),
            absl::Seconds(7));
  // Versions that hang leave the client behind, and count it.
  EXPECT_EQ(NumLeakedClients() - before, status.ok() ? 0 : 1) << status;
}

TEST_F(KafkaSourceBrokerTest, EndLiesBehindTheMarkersOfTransactions) {
  transactional_ = true;
  CreateTopic(1);
  ErrorHandle error(rd_kafka_init_transactions(producer(), 30000));
  ASSERT_EQ(error, nullptr);
  auto transaction = [&](bool commits, int first) {
    ErrorHandle begun(rd_kafka_begin_transaction(producer()));
    ASSERT_EQ(begun, nullptr);
    Fill(5, 1, first);
    ErrorHandle ended(commits ? rd_kafka_commit_transaction(producer(), 30000)
                              : rd_kafka_abort_transaction(producer(), 30000));
    ASSERT_EQ(ended, nullptr);
  };
  transaction(true, 0);
  transaction(false, 100);
  transaction(true, 5);
  // 15 messages and 3 markers, 5 of the messages were taken back.
  Worker worker(MustMake(Config()));
  ASSERT_TRUE(worker.PollUntil([&] {
    const auto* end = worker.Last<EndOfPartition>();
    return end != nullptr && end->position.offset == 18;
  }));
  ASSERT_EQ(worker.seen.size(), 10u);
  EXPECT_EQ(worker.seen.back().payload, "9");
}

}  // namespace
}  // namespace rowfall::source
