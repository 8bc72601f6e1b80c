// SPDX-License-Identifier: Apache-2.0
// A librdkafka consumer of a whole topic, for the baselines.
#ifndef ROWFALL_BENCH_BASELINE_TOPIC_READER_H_
#define ROWFALL_BENCH_BASELINE_TOPIC_READER_H_

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/runner/figures.h"

namespace rowfall::bench {

/// Reads all partitions of a topic from their beginning. It may commit, but
/// does not by itself. Used by one thread.
class TopicReader {
 public:
  static constexpr int kTimeoutMs = 30000;

  static absl::StatusOr<std::unique_ptr<TopicReader>> Open(const Job& job);
  ~TopicReader();

  rd_kafka_t* consumer() const { return consumer_; }
  rd_kafka_queue_t* queue() const { return queue_; }

  /// Counts `messages` more. Starts the clock when the first come.
  void Count(int64_t messages);
  /// Returns how many messages to ask for, at most `batch`: one until the first
  /// has come, so that the clock starts with it, and never more than are left,
  /// because the client waits until it has them all.
  size_t Next(size_t batch) const {
    if (count_ == 0) return 1;
    return std::min(batch, static_cast<size_t>(wanted_ - count_));
  }
  /// All messages of the job are there.
  bool done() const { return count_ >= wanted_; }
  /// Stops the clock.
  /// Errors: Unavailable: the topic has not brought all messages.
  absl::StatusOr<Figures> Finish() const;

 private:
  TopicReader(rd_kafka_t* consumer, int64_t wanted);
  absl::Status AssignAll(const std::string& topic);

  rd_kafka_t* const consumer_;
  rd_kafka_queue_t* const queue_;
  const int64_t wanted_;
  int64_t count_ = 0;
  absl::Time start_;
};

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_BASELINE_TOPIC_READER_H_
