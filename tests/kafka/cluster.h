// SPDX-License-Identifier: Apache-2.0
// The real Apache Kafka of the tests, and what they do to it.
#ifndef ROWFALL_TESTS_KAFKA_CLUSTER_H_
#define ROWFALL_TESTS_KAFKA_CLUSTER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "examples/kafka/client.h"

struct rd_kafka_topic_partition_list_s;

namespace rowfall {

/// A message to be produced; without a value it is a tombstone.
struct TestMessage {
  std::optional<std::string> value;
  std::optional<std::string> key = std::nullopt;
  int32_t partition = examples::KafkaClient::kAnyPartition;
};

/// The broker of the fixture `kafka`: the address is ROWFALL_TEST_BROKERS, or
/// in the file ROWFALL_TEST_BROKERS_FILE. What fails throws
/// std::runtime_error, which fails the test.
class KafkaCluster {
 public:
  KafkaCluster();

  const std::string& brokers() const { return brokers_; }

  /// Returns a name that no other test has: "<prefix>-<unique>".
  static std::string UniqueName(std::string_view prefix);

  /// Creates a topic and returns its name, which is unique.
  std::string CreateTopic(
      std::string_view prefix, int partitions,
      const std::map<std::string, std::string>& config = {});
  /// Creates a topic of that very name: one that was deleted before.
  void CreateTopicAgain(const std::string& topic, int partitions);
  void DeleteTopic(const std::string& topic);
  /// Deletes it and makes it again, as soon as the broker lets one.
  void RecreateTopic(const std::string& topic, int partitions);
  void SetPartitions(const std::string& topic, int partitions);
  /// Deletes the messages before `offset`.
  void DeleteRecords(const std::string& topic, int32_t partition,
                     int64_t offset);

  void Produce(const std::string& topic, const TestMessage& message);
  /// Produces make(0) to make(count - 1) and waits until all are written.
  void Produce(const std::string& topic, int64_t count,
               const std::function<TestMessage(int64_t)>& make);

  /// Returns the committed offsets of a group by partition; a partition
  /// without one is absent.
  std::map<int32_t, int64_t> Committed(const std::string& group,
                                       const std::string& topic,
                                       int partitions);
  /// Sets the committed offsets of a group that has no members.
  void SetCommitted(const std::string& group, const std::string& topic,
                    const std::map<int32_t, int64_t>& offsets);
  /// Deletes them, as time does in the end.
  void DeleteCommitted(const std::string& group, const std::string& topic,
                       int partitions);
  /// Returns the members of a group: 0 for one that does not exist.
  int NumMembers(const std::string& group);
  /// Returns the metadata that were committed with the offset.
  std::string CommittedMetadata(const std::string& group,
                                const std::string& topic, int32_t partition);
  /// Returns the next offset of each partition.
  std::map<int32_t, int64_t> Ends(const std::string& topic);

 private:
  using OffsetCall =
      std::function<void(const rd_kafka_topic_partition_list_s* offsets)>;
  void ReadCommitted(const std::string& group, const std::string& topic,
                     int partitions, const OffsetCall& read);

  std::string brokers_;
  std::unique_ptr<examples::KafkaClient> client_;
  std::unique_ptr<rd_kafka_s, void (*)(rd_kafka_s*)> consumer_;
};

}  // namespace rowfall

#endif  // ROWFALL_TESTS_KAFKA_CLUSTER_H_
