// SPDX-License-Identifier: Apache-2.0
// A Kafka broker inside the process, for tests, examples and shells.
#ifndef ROWFALL_TESTING_EMBEDDED_BROKER_H_
#define ROWFALL_TESTING_EMBEDDED_BROKER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rowfall/export.h"
#include "rowfall/message.h"

namespace rowfall::testing {

/// librdkafka's mock cluster on ports of the loopback interface: topics,
/// consumer groups and commits, and faults on demand. It is no real broker:
/// no retention by time, no transactions, no access control, and each
/// partition keeps only its latest 5 MB as produced (Produce() compresses).
///
/// A group is slow to form: its first member waits 3 seconds, and whenever
/// members come or go the group waits for its session timeout less a second.
/// So consumers need client_properties(), or a view that is resumed waits for
/// 44 seconds. While it waits it takes no commits.
///
/// Thread-safe. Ends with the object; end the consumers first.
class ROWFALL_EXPORT EmbeddedBroker {
 public:
  struct Topic {
    std::string name;
    int partitions = 1;
  };

  /// A message to be produced.
  struct Record {
    std::string_view topic;
    int32_t partition = -1;  ///< -1: by the key, or any.
    std::optional<std::string_view> key;
    std::optional<std::string_view> payload;  ///< Without: a tombstone.
    std::vector<Header> headers;
  };

  /// Starts `num_brokers` brokers, numbered from 1.
  /// Errors: InvalidArgument: a topic twice or without partitions;
  /// ResourceExhausted: no thread or port.
  static absl::StatusOr<std::unique_ptr<EmbeddedBroker>> Start(
      const std::vector<Topic>& topics, int num_brokers = 1);
  virtual ~EmbeddedBroker() = default;

  /// Returns host:port of all brokers, separated by commas.
  virtual std::string bootstrap_servers() const = 0;

  /// Returns properties that a consumer of this broker should have (as in
  /// EngineOptions::kafka_properties or CREATE SOURCE): a short session. Not
  /// for real brokers, which refuse such sessions.
  static std::map<std::string, std::string> client_properties();

  /// Errors: AlreadyExists, InvalidArgument.
  virtual absl::Status CreateTopic(const Topic& topic) = 0;

  /// Queues a message; blocks while the queue is full.
  /// Errors: NotFound: no such topic or partition.
  virtual absl::Status Produce(const Record& record) = 0;
  /// Waits until all that was queued is in the log.
  /// Errors: DeadlineExceeded; Unavailable: a message was not taken.
  virtual absl::Status Flush(absl::Duration timeout) = 0;

  // Faults. `api_key` is the number of the request in the Kafka protocol,
  // `broker` the number of a broker, errors are numbers of the protocol.

  /// Answers the next requests with these errors, one each. -195 closes the
  /// connection instead.
  virtual void PushRequestErrors(int16_t api_key,
                                 const std::vector<int>& errors) = 0;
  virtual void ClearRequestErrors(int16_t api_key) = 0;
  /// Answers the next request late, with `error` or without (0).
  virtual void PushRequestDelay(int broker, int16_t api_key,
                                absl::Duration delay, int error = 0) = 0;
  /// Closes the broker's connections and refuses new ones; and accepts again.
  virtual void SetBrokerDown(int broker) = 0;
  virtual void SetBrokerUp(int broker) = 0;
  /// Delays all answers of the broker.
  virtual void SetRoundTrip(int broker, absl::Duration round_trip) = 0;
  /// Makes the broker the coordinator of the consumer group.
  virtual void SetCoordinator(std::string_view group, int broker) = 0;
  /// Makes the broker the leader of the partition; -1: none leads.
  virtual void SetLeader(std::string_view topic, int32_t partition,
                         int broker) = 0;
};

}  // namespace rowfall::testing

#endif  // ROWFALL_TESTING_EMBEDDED_BROKER_H_
