// SPDX-License-Identifier: Apache-2.0
// Topics, groups and consumers in memory, with faults at the push of a button.
#ifndef ROWFALL_TESTING_MEMORY_SOURCE_H_
#define ROWFALL_TESTING_MEMORY_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rowfall/message.h"
#include "rowfall/source.h"

namespace rowfall::testing {

/// A message to be produced. No payload: a tombstone.
struct MemoryMessage {
  std::optional<std::string> payload;
  std::optional<std::string> key;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  int64_t timestamp_ms = -1;
};

/// A broker in memory, for tests of an engine and its views without Kafka.
/// The sources of Factory() keep the whole contract of rowfall/source.h:
/// consumers of one group share the partitions by eager rebalances, offsets
/// are committed by group, ends of partitions are reported. Example:
///
///     MemoryBroker broker;
///     broker.CreateTopic("my-data", 4);
///     EngineOptions options;
///     options.source_factory = broker.Factory();
///     ...
///     broker.Produce("my-data", 0, R"({"id": 1, "term": "word"})");
///
/// Thread-safe. Sources may outlive the broker.
class MemoryBroker {
 public:
  MemoryBroker();
  ~MemoryBroker();
  MemoryBroker(const MemoryBroker&) = delete;
  MemoryBroker& operator=(const MemoryBroker&) = delete;

  /// Makes sources of this broker; SourceConfig::brokers is not looked at.
  SourceFactory Factory();

  // --- Topics --------------------------------------------------------------

  /// Makes a topic, or adds partitions to one. Groups that read it rebalance.
  void CreateTopic(std::string_view topic, int partitions = 1);
  /// Appends a message and returns its offset. Makes the topic, with as many
  /// partitions as needed, where it does not exist.
  int64_t Produce(std::string_view topic, int32_t partition,
                  MemoryMessage message);
  int64_t Produce(std::string_view topic, int32_t partition,
                  std::string_view payload);
  /// Appends a message of a transaction, which begins with its first message
  /// and is open until it is committed or aborted. SourceConfig::isolation says
  /// who sees it.
  int64_t ProduceInTransaction(std::string_view transaction,
                               std::string_view topic, int32_t partition,
                               MemoryMessage message);
  /// Ends a transaction. In each partition that has messages of it a marker
  /// follows, which is an offset without a message.
  void CommitTransaction(std::string_view transaction);
  void AbortTransaction(std::string_view transaction);
  /// Appends `count` offsets without a message: transaction markers, or what
  /// compaction left.
  void Skip(std::string_view topic, int32_t partition, int64_t count);
  /// Removes everything before `offset`, as retention does.
  void DeleteBefore(std::string_view topic, int32_t partition, int64_t offset);
  /// Cuts the log, which then ends at `offset`.
  void TruncateTo(std::string_view topic, int32_t partition, int64_t offset);
  /// Removes a topic and what groups have committed of it, as Kafka does.
  /// Groups that read it rebalance. CreateTopic() makes it anew.
  void DeleteTopic(std::string_view topic);
  /// Empties all logs of a topic, which begin at 0 again, and tells nobody:
  /// consumers and groups keep their offsets. As another cluster, or a topic
  /// that was deleted and made again while nobody looked.
  void ReplaceTopic(std::string_view topic);
  /// How far the log goes, open transactions included.
  Watermarks GetWatermarks(std::string_view topic, int32_t partition) const;
  /// What Source::ClusterId() returns; default: nothing.
  void SetClusterId(std::string_view name);

  // --- Groups --------------------------------------------------------------

  /// The committed offset, or kOffsetNone.
  int64_t Committed(std::string_view group, std::string_view topic,
                    int32_t partition) const;
  /// The mark that was committed with it.
  std::string CommittedMark(std::string_view group, std::string_view topic,
                            int32_t partition) const;
  /// Sets it without a mark, as an operator would; kOffsetNone removes it.
  void SetCommitted(std::string_view group, std::string_view topic,
                    int32_t partition, int64_t offset);
  /// Forgets what was not committed since the last call, of groups that have
  /// no member to which they give partitions: what a broker does when
  /// offsets.retention.minutes are over.
  void ExpireOffsets();
  /// Commits that were done for the group.
  int NumCommits(std::string_view group) const;
  /// Consumers that have joined.
  int NumMembers(std::string_view group) const;
  /// Whether every partition of `group`'s consumers was read to its end, as far
  /// as they see it, and committed. False while nothing is assigned.
  bool IsCaughtUp(std::string_view group) const;

  // --- Faults --------------------------------------------------------------

  /// Revokes all partitions of the group and assigns them again.
  void Rebalance(std::string_view group);
  /// The same, but the partitions are lost: given to others at once, and
  /// commits of those that had them are answered with Aborted.
  void LosePartitions(std::string_view group);
  /// Every consumer of the group reports `status`. Unavailable: it goes on;
  /// anything else: it has left the group and delivers nothing any more.
  void Trouble(std::string_view group, absl::Status status);
  /// Answers the next `times` commits of the group with `status`.
  void FailCommits(std::string_view group, absl::Status status, int times = 1);
  /// Answers no commit of any group until ReleaseCommits(), which then does
  /// them all, also those that nobody waits for any more.
  void HoldCommits();
  void ReleaseCommits();
  /// Makes the next `times` sources fail at the factory.
  void FailSources(absl::Status status, int times = 1);
  /// Ends all faults above: what was to fail goes well, and the broker is
  /// reachable. Held commits are released.
  void EndFaults();
  /// While unreachable, nothing is assigned, delivered or committed; consumers
  /// say so with SourceTrouble::unreachable and SourceRecovered.
  void SetReachable(bool reachable);

  // --- Time ----------------------------------------------------------------

  /// Whether Poll() waits in real time for something to come (the default),
  /// or returns at once: for tests that drive the workers themselves.
  void SetPollWaits(bool waits);
  /// Waits in real time until IsCaughtUp(). False: `timeout` was over first.
  bool WaitUntilCaughtUp(std::string_view group, absl::Duration timeout) const;

  // --- Rules ---------------------------------------------------------------

  /// What consumers did against the rules, in words: committed a partition
  /// that they did not own or an offset that they had not read, assigned what
  /// they were not given, did not answer an event. Empty if all is well.
  std::vector<std::string> Violations() const;

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace rowfall::testing

#endif  // ROWFALL_TESTING_MEMORY_SOURCE_H_
