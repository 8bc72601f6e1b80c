// SPDX-License-Identifier: Apache-2.0
// The views, the oracle, and proxies at the broker's proxied listeners.
#include "tests/fault/network/fault_test.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "gmock/gmock.h"

namespace rowfall {
namespace {

constexpr absl::Duration kShownWithin = absl::Seconds(10);

uint64_t Seed() {
  const char* seed = std::getenv("ROWFALL_SEED");
  return seed != nullptr ? std::strtoull(seed, nullptr, 10)
                         : std::random_device()();
}

int CountEntries(const char* dir) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(dir)) {
    ++count;
  }
  return count;
}

}  // namespace

bool IsLong() { return std::getenv("ROWFALL_LONG") != nullptr; }

int Rounds(int rounds) {
  if (!IsLong()) return rounds;
  return std::max(rounds * 10, std::atoi(std::getenv("ROWFALL_LONG")));
}

int NumThreads() { return CountEntries("/proc/self/task"); }
int NumFiles() { return CountEntries("/proc/self/fd"); }

FaultTest::FaultTest() {
  const uint64_t seed = Seed();
  std::cout << "ROWFALL_SEED=" << seed << std::endl;
  random_.seed(seed);
  options_.commit_timeout = absl::Seconds(2);
  options_.retry_max = absl::Seconds(1);
  options_.log = [this](const LogEntry& entry) {
    const std::lock_guard lock(log_mutex_);
    log_.emplace_back(entry.text);
  };
  plain_ = AddTable("plain_table");
  exact_ = AddTable("exact_table", {.keeps_positions = true});
}

FaultTest::~FaultTest() {
  // The log must not outlive what it writes to.
  if (engine_ != nullptr) Close();
  if (!HasFailure()) return;
  for (const std::string& line : log()) std::cout << "log: " << line << "\n";
}

std::string FaultTest::Quick(const Properties& properties) {
  Properties all = properties;
  all.merge(Properties({{"socket.timeout.ms", "2000"},
                        {"session.timeout.ms", "6000"},
                        {"heartbeat.interval.ms", "300"},
                        {"max.poll.interval.ms", "60000"},
                        {"reconnect.backoff.ms", "50"},
                        {"reconnect.backoff.max.ms", "300"}}));
  std::string options = "batch=20 batch_timeout=50";
  for (const auto& [key, value] : all) {
    options.append(" ").append(key).append("='").append(value).append("'");
  }
  return options;
}

void FaultTest::Consume(const std::string& brokers, int partitions,
                        const std::string& more) {
  ConsumeTopic(cluster_.CreateTopic("fault", partitions), partitions, brokers,
               more);
}

void FaultTest::ConsumeTopic(const std::string& topic, int partitions,
                             const std::string& brokers,
                             const std::string& more) {
  topic_ = topic;
  partitions_ = partitions;
  if (engine_ == nullptr) Open();
  Execute(
      "CREATE SOURCE kafka (id bigint, term text) type='kafka' "
      "broker_list='" +
      brokers + "' topic_list='" + topic_ + "' consumer_group='" +
      source_group_ +
      "' " + more);
  for (const std::string view : {"plain", "exact"}) {
    Execute("CREATE MATERIALIZED VIEW " + view + " TO " + view +
            "_table AS SELECT id, term AS name FROM kafka");
  }
}

void FaultTest::Produce(int64_t count) {
  cluster_.Produce(topic_, count, [&](int64_t i) {
    const std::string id = std::to_string(num_produced_ + i + 1);
    return TestMessage{
        .value = "{\"id\": " + id + ", \"term\": \"word " + id + "\"}",
        .partition = static_cast<int32_t>((num_produced_ + i) % partitions_)};
  });
  num_produced_ += count;
}

bool FaultTest::WaitForAll(absl::Duration patience) {
  const auto has_all = [this](const testing::RecordingTable& table) {
    if (static_cast<int64_t>(table.num_rows()) < num_produced_) return false;
    const auto ids = Ids(table);
    return static_cast<int64_t>(
               std::set<int64_t>(ids.begin(), ids.end()).size()) ==
           num_produced_;
  };
  return Eventually([&] { return has_all(*plain_) && has_all(*exact_); },
                    patience);
}

bool FaultTest::WaitForCommits(absl::Duration patience) {
  const auto committed = [this](std::string_view view) {
    int64_t sum = 0;
    for (const PartitionStatus& partition : StatusOf(view).partitions)
      sum += std::max<int64_t>(partition.committed, 0);
    return sum;
  };
  return Eventually(
      [&] {
        return committed("plain") == num_produced_ &&
               committed("exact") == num_produced_;
      },
      patience);
}

void FaultTest::CloseAndExpectAll(int64_t max_duplicates) {
  if (engine_ != nullptr) Close();
  EXPECT_EQ(Ids(*exact_), Sequence(1, num_produced_));
  const std::vector<int64_t> ids = Ids(*plain_);
  const std::set<int64_t> distinct(ids.begin(), ids.end());
  EXPECT_EQ(std::vector<int64_t>(distinct.begin(), distinct.end()),
            Sequence(1, num_produced_));
  const auto duplicates = static_cast<int64_t>(ids.size() - distinct.size());
  EXPECT_LE(duplicates, max_duplicates);
  RecordProperty("duplicates", static_cast<int>(duplicates));
  // Rows of a partition are in the order of its messages, each with its text.
  std::map<int64_t, int64_t> last;
  for (const auto& row : exact_->rows()) {
    const int64_t id = std::get<int64_t>(row[0]);
    EXPECT_GT(id, std::exchange(last[id % partitions_], id));
    EXPECT_EQ(row[1], Value("word " + std::to_string(id)));
  }
}

void FaultTest::ExpectQuickStop(absl::Duration time) {
  const absl::Time start = absl::Now();
  const absl::Status status = engine_->Stop();
  EXPECT_LT(absl::Now() - start, time);
  EXPECT_TRUE(status.ok()) << status;
  engine_ = nullptr;
}

bool FaultTest::ShowTrouble(std::string_view text) {
  const auto shows = [&](std::string_view view) {
    const ViewStatus status = StatusOf(view);
    return !status.last_error.empty() &&
           (status.reason + status.last_error).find(text) != std::string::npos;
  };
  return Eventually([&] { return shows("plain") && shows("exact"); },
                    kShownWithin);
}

int64_t FaultTest::num_assigned() const { return CountLog("Reads "); }

int64_t FaultTest::CountLog(std::string_view text) const {
  const std::lock_guard lock(log_mutex_);
  return std::count_if(log_.begin(), log_.end(), [&](const std::string& line) {
    return line.find(text) != std::string::npos;
  });
}

std::vector<std::string> FaultTest::log() const {
  const std::lock_guard lock(log_mutex_);
  return log_;
}

std::unique_ptr<TcpProxy> TakeProxy(const std::string& broker_dir,
                                    const std::string& file) {
  std::ifstream proxied(broker_dir + "/" + file);
  for (int port = 0, server = 0; proxied >> port >> server;) {
    try {
      return std::make_unique<TcpProxy>(port, server);
    } catch (const std::runtime_error&) {
      // Another test has it.
    }
  }
  throw std::runtime_error("No free listener in " + broker_dir + "/" + file);
}

std::string AddressOf(const TcpProxy& proxy) {
  return "127.0.0.1:" + std::to_string(proxy.port());
}

}  // namespace rowfall
