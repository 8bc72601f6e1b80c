// SPDX-License-Identifier: Apache-2.0
// What the tests of an engine on a real broker have in common.
#include "tests/kafka/kafka_engine.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "rowfall/error.h"

namespace rowfall {

bool Eventually(const std::function<bool()>& condition,
                absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return true;
}

std::vector<int64_t> Sequence(int64_t first, int64_t last) {
  std::vector<int64_t> numbers;
  for (int64_t i = first; i <= last; ++i) numbers.push_back(i);
  return numbers;
}

KafkaEngineTest::KafkaEngineTest() {
  options_.tables = tables_;
  options_.commit_interval = absl::Milliseconds(20);
}

KafkaEngineTest::~KafkaEngineTest() {
  if (engine_ != nullptr) Close();
}

void KafkaEngineTest::Open() {
  auto engine = Engine::Open(options_);
  ASSERT_TRUE(engine.ok()) << engine.status();
  engine_ = *std::move(engine);
}

void KafkaEngineTest::Close() {
  EXPECT_EQ(engine_->Stop(), absl::OkStatus());
  engine_ = nullptr;
}

Result KafkaEngineTest::Execute(const std::string& sql) {
  auto result = engine_->Execute(sql);
  if (!result.ok()) {
    throw std::runtime_error(ErrorWithCaret(result.status(), sql));
  }
  return *std::move(result);
}

std::string KafkaEngineTest::CreateSource(std::string_view name,
                                          const std::string& topic,
                                          std::string_view more) const {
  std::string sql = "CREATE SOURCE ";
  sql.append(name).append(" (id bigint, term text) type='kafka'");
  sql.append(" broker_list='").append(cluster_.brokers());
  sql.append("' topic_list='").append(topic);
  sql.append("' consumer_group='").append(source_group_).append("' ");
  return sql.append(more);
}

void KafkaEngineTest::ProduceIds(const std::string& topic, int partitions,
                                 int64_t first, int64_t last) {
  cluster_.Produce(topic, last - first + 1, [&](int64_t i) {
    const std::string id = std::to_string(first + i);
    return TestMessage{
        .value = "{\"id\": " + id + ", \"term\": \"word " + id + "\"}",
        .partition = static_cast<int32_t>(i % partitions)};
  });
}

std::shared_ptr<testing::RecordingTable> KafkaEngineTest::AddTable(
    std::string_view name, SinkTraits traits) {
  return tables_->Add(
      name, Schema({{"id", Type::kBigint}, {"name", Type::kText}}), traits);
}

std::vector<int64_t> KafkaEngineTest::Ids(
    const testing::RecordingTable& table) {
  std::vector<int64_t> ids;
  for (const auto& row : table.rows()) ids.push_back(std::get<int64_t>(row[0]));
  std::sort(ids.begin(), ids.end());
  return ids;
}

ViewStatus KafkaEngineTest::StatusOf(std::string_view view) const {
  for (ViewStatus& status : engine_->Status()) {
    if (status.name == view) return std::move(status);
  }
  throw std::runtime_error("No such view");
}

int64_t KafkaEngineTest::CommittedSum(const std::string& topic,
                                      int partitions) {
  int64_t sum = 0;
  for (const auto& [partition, offset] :
       cluster_.Committed(group_, topic, partitions)) {
    sum += offset;
  }
  return sum;
}

}  // namespace rowfall
