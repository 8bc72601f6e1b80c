// SPDX-License-Identifier: Apache-2.0
// Where messages come from: Kafka by default, or what the host or a test
// brings.
#ifndef ROWFALL_SOURCE_H_
#define ROWFALL_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rowfall/export.h"
#include "rowfall/message.h"

namespace rowfall {

/// What is read of transactions: the client property isolation.level.
enum class Isolation : uint8_t {
  /// Nothing of transactions that were aborted, and nothing behind the first
  /// one that is still open.
  kReadCommitted,
  kReadUncommitted,  ///< All messages.
};

/// What a worker wants to read: the options of CREATE SOURCE, resolved.
struct SourceConfig {
  std::string source;  ///< Name of the source.
  std::string view;    ///< Name of the view that the worker serves.
  int worker = 0;      ///< 0 up to num_consumers - 1.
  std::vector<std::string> brokers;  ///< host:port each.
  /// Topic names; one that starts with ^ is a regular expression (TopicFilter).
  std::vector<std::string> topics;
  std::string consumer_group;
  /// Partitions to read by assignment; empty: the group assigns them.
  std::vector<int32_t> partitions;
  /// Whether anybody will look at headers of messages. A source need not read
  /// them otherwise.
  bool with_headers = true;
  /// Whether the worker reads partitions without a committed offset from their
  /// end, unless they were added after the group had begun. Then the source
  /// says with each assignment what it knows of that.
  bool starts_at_end = false;
  /// What `properties` say of transactions. The engine compares what a log has
  /// with what it had by this: a source that knows no transactions need not
  /// look at it.
  Isolation isolation = Isolation::kReadCommitted;
  /// Client properties from SQL (dotted keys) and from the host.
  std::map<std::string, std::string> properties;
};

/// The group, or the partition list, gives these partitions to the consumer.
/// No message comes until Assign() was called.
struct PartitionsAssigned {
  /// The offset that the group has committed, kOffsetNone where there is
  /// none, and the mark that was committed with it. An offset that could not
  /// be read is never reported as none: the source asks again first.
  std::vector<PartitionOffset> partitions;
  /// With SourceConfig::starts_at_end: the same of all other partitions of
  /// their topics, as far as the source knows of them. Their marks tell how
  /// many there were when the group began.
  std::vector<PartitionOffset> others = {};
  /// With SourceConfig::starts_at_end: how many partitions each of their topics
  /// had when the source started; 0: there was no such topic. A topic of which
  /// that is not known is missing.
  std::map<std::string, int32_t> partitions_at_start = {};
};

/// The group takes these partitions away. No message of theirs comes any
/// more. The group waits until Unassign() was called.
struct PartitionsRevoked {
  std::vector<TopicPartition> partitions;
  /// They may already belong to another member: commit nothing of them.
  bool lost = false;
};

/// The answer to CommitAsync().
struct CommitFinished {
  uint64_t id = 0;
  /// OK; Unavailable: try again later; Aborted: the assignment is gone;
  /// FailedPrecondition: never going to work, e.g. not authorized.
  absl::Status status;
  /// What each partition's own result was, where the broker gave one.
  std::vector<std::pair<PartitionOffset, absl::Status>> partitions;
};

/// Everything before `offset` of the partition was delivered or holds nothing
/// to deliver (transaction markers, compacted messages). Under
/// Isolation::kReadCommitted the end is where the first open transaction
/// begins.
struct EndOfPartition {
  PartitionOffset position;
};

/// The position that was asked for does not exist: the log begins behind it,
/// or ends before it. The partition delivers nothing until Assign().
struct OffsetOutOfRange {
  PartitionOffset position;
  /// The oldest and the next offset of the log, kOffsetNone where unknown. The
  /// next one may be where the first open transaction begins, as of an end.
  int64_t low = kOffsetNone;
  int64_t high = kOffsetNone;
  std::string reason;
};

/// Trouble that the source cannot hide. Unavailable: it goes on trying.
/// Everything else is final: the worker must be made anew.
struct SourceTrouble {
  absl::Status status;
  /// No broker can be reached: nothing comes until a message, an end, the
  /// answer to a commit, or SourceRecovered.
  bool unreachable = false;
};

/// A broker can be reached again, after SourceTrouble::unreachable.
struct SourceRecovered {};

using SourceEvent =
    std::variant<PartitionsAssigned, PartitionsRevoked, CommitFinished,
                 EndOfPartition, OffsetOutOfRange, SourceTrouble,
                 SourceRecovered>;

/// What one Poll() may bring.
struct PollLimits {
  size_t max_messages = 100;
  size_t max_bytes = 8u << 20;  ///< Stops after the message that exceeds it.
  absl::Duration max_wait = absl::Milliseconds(100);
};

/// How far the broker's log of a partition goes, as last heard, open
/// transactions included.
struct Watermarks {
  int64_t low = kOffsetNone;
  int64_t high = kOffsetNone;
};

/// One consumer. Used by one worker; no two calls overlap, except that Wake()
/// comes from any thread. No call throws; none blocks longer than it says.
/// Offsets of messages and positions are 0 or more. What cannot be (a negative
/// offset, an answer without a partition, an exception) fails the view, with
/// what it was; messages and events of partitions that are not assigned, or of
/// commits that are not in flight, are ignored.
///
/// Life: Start(); then Poll() again and again, answering PartitionsAssigned
/// with Assign() and PartitionsRevoked with Unassign(); then Close().
class ROWFALL_EXPORT Source {
 public:
  virtual ~Source() = default;

  /// Begins to consume. Needs no reachable broker; does not block.
  virtual absl::Status Start() = 0;

  /// Appends messages to `messages` and what happened to `events`. Messages
  /// appended by a call came before its events. Returns at the first of: a
  /// limit reached, an event, no more messages at hand after some came,
  /// max_wait over, Wake() called.
  virtual void Poll(const PollLimits& limits, MessageBatch& messages,
                    std::vector<SourceEvent>& events) = 0;

  /// Starts reading these partitions at these positions (kOffsetBeginning and
  /// kOffsetEnd allowed); answers PartitionsAssigned with all its partitions,
  /// or moves a partition that is out of range.
  virtual absl::Status Assign(std::span<const PartitionOffset> positions) = 0;
  /// Lets go of all partitions; answers PartitionsRevoked.
  virtual absl::Status Unassign() = 0;

  /// Commits the positions and their marks (in Kafka: the commit's metadata);
  /// the answer comes as CommitFinished with `id`.
  /// Does not block. REQUIRES: everything before the positions is durable,
  /// because a commit that seemed to fail may still happen later.
  virtual void CommitAsync(std::span<const PartitionOffset> positions,
                           uint64_t id) = 0;
  /// Commits and waits at most `timeout`. DeadlineExceeded: unknown, it may
  /// still happen.
  virtual absl::Status Commit(std::span<const PartitionOffset> positions,
                              absl::Duration timeout) = 0;

  /// Holds delivery back while Poll() is still called, so that the membership
  /// of the group stays; and goes on. Both are idempotent.
  virtual void Pause() = 0;
  virtual void Resume() = 0;

  /// Returns what is known of the log without asking a broker.
  virtual Watermarks GetWatermarks(const TopicPartition& partition) = 0;

  /// Returns the name that the cluster has given itself, empty while unknown.
  /// Does not block. Known, if ever, when partitions are assigned.
  virtual std::string ClusterId() { return {}; }

  /// Makes a Poll() that waits return soon. Thread-safe.
  virtual void Wake() = 0;

  /// Leaves the group and ends within `timeout`. What cannot be ended is left
  /// to a thread of its own and reported as DeadlineExceeded; the object can
  /// be destroyed all the same. Idempotent.
  virtual absl::Status Close(absl::Duration timeout) = 0;
};

/// Makes the consumer of a worker. Called on the worker's thread.
/// Errors: InvalidArgument for properties that do not fit.
using SourceFactory =
    std::function<absl::StatusOr<std::unique_ptr<Source>>(const SourceConfig&)>;

}  // namespace rowfall

#endif  // ROWFALL_SOURCE_H_
