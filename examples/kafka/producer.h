// SPDX-License-Identifier: Apache-2.0
// A small Kafka producer for the programs around the library.
#ifndef ROWFALL_EXAMPLES_KAFKA_PRODUCER_H_
#define ROWFALL_EXAMPLES_KAFKA_PRODUCER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct rd_kafka_s;

namespace rowfall::examples {

/// Creates topics and sends messages to them. Not thread-safe.
class KafkaProducer {
 public:
  /// Any partition: the key's hash, or a random one, decides.
  static constexpr int32_t kAnyPartition = -1;

  /// Errors: InvalidArgument: the client refuses the address.
  static absl::StatusOr<std::unique_ptr<KafkaProducer>> Make(
      const std::string& brokers);
  ~KafkaProducer();

  /// Creates a topic. Blocks for at most 30 seconds.
  /// Errors: AlreadyExists, and Unavailable for everything else.
  absl::Status CreateTopic(const std::string& topic, int partitions,
                           const std::map<std::string, std::string>& config);

  /// Queues a message; without a value it is a tombstone. Blocks while the
  /// queue is full.
  absl::Status Send(const std::string& topic, int32_t partition,
                    std::optional<std::string_view> key,
                    std::optional<std::string_view> value);

  /// Waits until all messages are written by the broker.
  /// Errors: DeadlineExceeded; Unavailable with the first delivery's error.
  absl::Status Flush(absl::Duration timeout);

  rd_kafka_s* handle() { return handle_; }

 private:
  KafkaProducer() = default;

  rd_kafka_s* handle_ = nullptr;
  std::string delivery_error_;  // Of the first message that failed.
};

}  // namespace rowfall::examples

#endif  // ROWFALL_EXAMPLES_KAFKA_PRODUCER_H_
