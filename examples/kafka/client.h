// SPDX-License-Identifier: Apache-2.0
// A small Kafka client for the programs around the library.
#ifndef ROWFALL_EXAMPLES_KAFKA_CLIENT_H_
#define ROWFALL_EXAMPLES_KAFKA_CLIENT_H_

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

/// Creates topics, sends messages to them and asks where they end. Not
/// thread-safe.
class KafkaClient {
 public:
  /// Any partition: the key's hash, or a random one, decides.
  static constexpr int32_t kAnyPartition = -1;

  /// `properties` are librdkafka's.
  /// Errors: InvalidArgument: the client refuses a property or the address.
  static absl::StatusOr<std::unique_ptr<KafkaClient>> Make(
      const std::string& brokers,
      std::map<std::string, std::string> properties = {});
  ~KafkaClient();

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

  /// The first and the next offset of a partition.
  struct Range {
    int64_t begin = 0;
    int64_t end = 0;
  };

  /// Returns the range of each partition. Blocks for at most `timeout` a
  /// request.
  /// Errors: NotFound: no such topic. Unavailable.
  absl::StatusOr<std::map<int32_t, Range>> Ranges(const std::string& topic,
                                                  absl::Duration timeout);

  rd_kafka_s* handle() { return handle_; }

 private:
  KafkaClient() = default;

  rd_kafka_s* handle_ = nullptr;
  std::string delivery_error_;  // Of the first message that failed.
};

}  // namespace rowfall::examples

#endif  // ROWFALL_EXAMPLES_KAFKA_CLIENT_H_
