// SPDX-License-Identifier: Apache-2.0
// Keeps for each owned partition what was read, settled and committed.
#ifndef ROWFALL_COMMIT_OFFSET_LEDGER_H_
#define ROWFALL_COMMIT_OFFSET_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/message.h"

namespace rowfall::commit {

// How far a partition is. Each is the next offset, kOffsetNone if unknown;
// `position` may be kOffsetBeginning or kOffsetEnd until it is fixed.
struct PartitionProgress {
  TopicPartition partition;
  int64_t position = kOffsetNone;
  int64_t settled = kOffsetNone;
  int64_t committed = kOffsetNone;
  friend bool operator==(const PartitionProgress&,
                         const PartitionProgress&) = default;
};

// The offsets of one worker. A partition's frontier is the end of its
// contiguous settled messages; only frontiers are ever committed. Knows no
// Kafka and no time. The rules are in delivery.md. Not thread-safe.
class OffsetLedger {
 public:
  // --- Ownership -----------------------------------------------------------

  // Owns just `positions` from now on and forgets everything else. An offset
  // of kOffsetBeginning or kOffsetEnd is fixed by the first Accept() or
  // AdvanceTo(). A given offset counts as committed; kOffsetEnd, once fixed,
  // is to be committed, because the next start would find another end.
  void Assign(std::span<const PartitionOffset> positions);
  // Puts an owned partition elsewhere: what was pending or held is forgotten,
  // commits in flight no longer count for it, and the new place is to be
  // committed if it is another one. A partition that is not owned is ignored.
  void Move(const PartitionOffset& position);
  // The group has committed `position`, whatever Assign() was given. Returns
  // whether the place where the partition begins is to be committed therefore.
  bool CommittedElsewhere(const PartitionOffset& position);
  // Owns nothing.
  void Clear();

  // Counts up with Assign() and Clear(): work that began in another epoch must
  // not be settled in this one.
  uint64_t epoch() const { return epoch_; }
  bool empty() const { return partitions_.empty(); }
  bool Owns(const TopicPartition& partition) const;

  // --- Reading -------------------------------------------------------------

  // Returns whether the message is to be used: the partition is owned and the
  // offset was not read before. Then the position is behind it.
  bool Accept(std::string_view topic, int32_t partition, int64_t offset) {
    Entry* entry = Find(topic, partition);
    if (entry == nullptr || offset < 0 || offset < entry->position) {
      return false;
    }
    if (entry->position < 0) Fix(*entry, offset);
    entry->position = offset + 1;
    return true;
  }
  // Everything before the position was read or holds no message. Never goes
  // back.
  void AdvanceTo(const PartitionOffset& position);

  // --- Settling ------------------------------------------------------------

  // Returns what was read and is not settled, in order of the partitions. A
  // range begins where the one before ended, so gaps of offsets do no harm.
  // Both its marks are that of its beginning, as if no message were in it.
  std::vector<PartitionRange> Pending() const;
  // Everything in `ranges` is durable. A range that begins behind the frontier
  // is held until the gap closes; what was never read is not settled.
  void Settle(std::span<const PartitionRange> ranges);

  // --- Committing ----------------------------------------------------------

  // Returns the frontiers that are neither committed nor in flight, with the
  // marks of the ranges that ended there.
  std::vector<PartitionOffset> Uncommitted() const;
  // What is committed is to be committed again, so that it is not forgotten.
  void CommitAgain();
  // Commit `id` of `positions` is on its way. It takes the place of an earlier
  // one, whose result then no longer counts.
  void CommitStarted(uint64_t id, std::span<const PartitionOffset> positions);
  // The results. Ignored unless `id` started last, in this epoch.
  void CommitSucceeded(uint64_t id) { CommitSucceededExcept(id, {}); }
  // As above, but for the partitions of `failed`.
  void CommitSucceededExcept(uint64_t id,
                             std::span<const TopicPartition> failed);
  void CommitFailed(uint64_t id);

  // --- Looking -------------------------------------------------------------

  // Returns all owned partitions in order.
  std::vector<PartitionProgress> Progress() const;
  // Returns the frontier, or kOffsetNone where it is unknown.
  int64_t Settled(const TopicPartition& partition);
  // Returns the mark of the frontier, empty where there is none.
  std::string SettledMark(const TopicPartition& partition);

 private:
  struct Held {
    int64_t to;
    std::string mark;
  };
  struct Entry {
    TopicPartition partition;
    int64_t position = kOffsetNone;
    int64_t settled = kOffsetNone;    // Fixed as soon as position is.
    int64_t committed = kOffsetNone;  // As far as known, for Progress().
    // A frontier behind it needs a commit; kOffsetNone: any frontier does.
    int64_t commit_base = kOffsetNone;
    int64_t in_flight = kOffsetNone;
    // The last commit was not answered, or failed: it may have happened.
    bool is_unsure = false;
    std::string mark;              // Of `settled`.
    std::map<int64_t, Held> held;  // Settled behind a gap, by `from`.
  };

  Entry* Find(std::string_view topic, int32_t partition) {
    if (last_ < partitions_.size()) {
      Entry& entry = partitions_[last_];
      if (entry.partition.partition == partition &&
          entry.partition.topic == topic) {
        return &entry;
      }
    }
    return Search(topic, partition);
  }
  Entry* Find(const TopicPartition& partition) {
    return Find(partition.topic, partition.partition);
  }
  Entry* Search(std::string_view topic, int32_t partition);
  static void Fix(Entry& entry, int64_t offset);
  static void SettleRange(Entry& entry, int64_t from, Held end);
  void ForgetInFlight();

  std::vector<Entry> partitions_;  // Sorted by partition.
  size_t last_ = 0;                // Where the last message was looked up.
  uint64_t epoch_ = 0;
  std::optional<uint64_t> commit_id_;  // The commit in flight.
};

}  // namespace rowfall::commit

#endif  // ROWFALL_COMMIT_OFFSET_LEDGER_H_
