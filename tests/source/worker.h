// SPDX-License-Identifier: Apache-2.0
// A worker for tests: polls a Source, answers its events, checks the contract.
#ifndef ROWFALL_TESTS_SOURCE_WORKER_H_
#define ROWFALL_TESTS_SOURCE_WORKER_H_

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.h"
#include "gtest/gtest.h"
#include "rowfall/clock.h"
#include "rowfall/source.h"
#include "rowfall/testing/embedded_broker.h"
#include "source/kafka_source.h"

namespace rowfall::source {

// A message with its bytes.
struct Seen {
  TopicPartition partition;
  int64_t offset = 0;
  std::string payload;
};

// Polls in the test's thread. Starts at the committed offset, else at `start`.
class Worker {
 public:
  explicit Worker(std::unique_ptr<Source> source,
                  int64_t start = kOffsetBeginning)
      : source_(std::move(source)), start_(start) {}

  Source& source() { return *source_; }
  // Set these to answer by hand.
  bool answers = true;
  PollLimits limits{.max_messages = 100, .max_wait = absl::Milliseconds(50)};

  std::vector<Seen> seen;
  std::vector<SourceEvent> events;
  std::map<TopicPartition, int64_t> next;  // Of what is owned.
  int num_assigned = 0;
  int num_revoked = 0;
  int num_lost = 0;

  void Poll() {
    MessageBatch batch;
    std::vector<SourceEvent> new_events;
    source_->Poll(limits, batch, new_events);
    for (size_t i = 0; i < batch.size(); ++i) See(batch[i]);
    for (SourceEvent& event : new_events) {
      Answer(event);
      events.push_back(std::move(event));
    }
  }

  // Polls until `done` or the time is over; returns `done`.
  bool PollUntil(const std::function<bool()>& done,
                 absl::Duration timeout = absl::Seconds(30)) {
    const absl::Duration end = Clock::Real()->Monotonic() + timeout;
    while (!done()) {
      if (Clock::Real()->Monotonic() > end) return false;
      Poll();
    }
    return true;
  }
  bool PollUntilSeen(size_t count) {
    return PollUntil([&] { return seen.size() >= count; });
  }

  // The last event of its kind.
  template <typename T>
  const T* Last() const {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (const T* found = std::get_if<T>(&*event)) return found;
    }
    return nullptr;
  }
  template <typename T>
  bool PollUntilEvent() {
    events.clear();
    return PollUntil([&] { return Last<T>() != nullptr; });
  }

  std::vector<PartitionOffset> Positions() const {
    std::vector<PartitionOffset> positions;
    for (const auto& [partition, offset] : next) {
      if (offset >= 0) positions.push_back({partition, offset});
    }
    return positions;
  }

 private:
  void See(const Message& message) {
    TopicPartition partition{std::string(message.topic), message.partition};
    auto owned = next.find(partition);
    ASSERT_NE(owned, next.end()) << "not owned: " << message.topic << "/"
                                 << message.partition << "@" << message.offset;
    ASSERT_GE(message.offset, owned->second) << "not in order";
    owned->second = message.offset + 1;
    seen.push_back({partition, message.offset, std::string(message.payload)});
  }

  void Answer(const SourceEvent& event) {
    if (const auto* assigned = std::get_if<PartitionsAssigned>(&event)) {
      ++num_assigned;
      if (!answers) return;
      std::vector<PartitionOffset> positions = assigned->partitions;
      next.clear();
      for (PartitionOffset& position : positions) {
        if (position.offset == kOffsetNone) position.offset = start_;
        next[position.partition] = position.offset;
      }
      EXPECT_TRUE(source_->Assign(positions).ok());
    } else if (const auto* revoked = std::get_if<PartitionsRevoked>(&event)) {
      ++num_revoked;
      if (revoked->lost) ++num_lost;
      if (!answers) return;
      if (!revoked->lost && on_revoke) on_revoke();
      next.clear();
      EXPECT_TRUE(source_->Unassign().ok());
    }
  }

  std::unique_ptr<Source> source_;
  const int64_t start_;

 public:
  std::function<void()> on_revoke;
};

inline SourceConfig EmbeddedConfig(const testing::EmbeddedBroker& broker,
                                   const std::string& group = "g") {
  SourceConfig config;
  config.brokers = {broker.bootstrap_servers()};
  config.topics = {"t"};
  config.consumer_group = group;
  config.properties = testing::EmbeddedBroker::client_properties();
  return config;
}

inline std::unique_ptr<Source> MustMake(const SourceConfig& config,
                                        const KafkaOptions& options = {}) {
  auto source = MakeKafkaSource(config, options);
  EXPECT_TRUE(source.ok()) << source.status();
  if (!source.ok()) return nullptr;
  EXPECT_TRUE((*source)->Start().ok());
  return *std::move(source);
}

inline std::unique_ptr<testing::EmbeddedBroker> MustStart(int partitions,
                                                          int brokers = 1) {
  auto broker = testing::EmbeddedBroker::Start({{"t", partitions}}, brokers);
  EXPECT_TRUE(broker.ok()) << broker.status();
  return *std::move(broker);
}

// Produces `count` messages, numbered from `first`, to partitions in turn.
inline void Produce(testing::EmbeddedBroker& broker, int count,
                    int partitions = 1, int first = 0) {
  for (int i = first; i < first + count; ++i) {
    std::string payload = base::Cat(i);
    ASSERT_TRUE(
        broker
            .Produce(
                {.topic = "t", .partition = i % partitions, .payload = payload})
            .ok());
  }
  absl::Status status = broker.Flush(absl::Seconds(30));
  ASSERT_TRUE(status.ok()) << status;
}

inline absl::Duration Elapsed(const std::function<void()>& work) {
  const absl::Duration start = Clock::Real()->Monotonic();
  work();
  return Clock::Real()->Monotonic() - start;
}

}  // namespace rowfall::source

#endif  // ROWFALL_TESTS_SOURCE_WORKER_H_
