// SPDX-License-Identifier: Apache-2.0
// The partitions of the current assignment and where each stands.
#ifndef ROWFALL_SOURCE_PARTITION_TABLE_H_
#define ROWFALL_SOURCE_PARTITION_TABLE_H_

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "rowfall/message.h"

namespace rowfall::source {

// Decides what of the messages that come belongs to the assignment: nothing of
// a partition that is not owned, and each offset at most once.
class PartitionTable {
 public:
  struct Entry {
    int64_t start = kOffsetNone;  // As assigned; may be a logical offset.
    int64_t next = 0;             // Everything before it was delivered.
    bool stopped = false;         // Out of range; waits to be moved.
    // Where it was read again last, and after which wait.
    int64_t rewound_at = kOffsetNone;
    absl::Duration rewind_wait = absl::ZeroDuration();
  };

  // Forgets all, then owns these.
  void Assign(std::span<const PartitionOffset> positions);
  void Clear() { entries_.clear(); }
  // Moves an owned partition. Returns false where it is not owned.
  bool Move(const PartitionOffset& position);

  // Returns the entry, or null where the partition is not owned. It stays
  // where it is until Assign() or Clear().
  Entry* Find(std::string_view topic, int32_t partition);

  // Takes the message at `offset`: false where it came before or the partition
  // is stopped.
  static bool Accept(Entry& entry, int64_t offset) {
    if (offset < entry.next || entry.stopped) return false;
    entry.next = offset + 1;
    entry.start = offset + 1;
    return true;
  }
  // As Accept for the end of a partition; later ends count again.
  static bool AcceptEnd(Entry& entry, int64_t offset);

  bool empty() const { return entries_.empty(); }
  std::vector<TopicPartition> Partitions() const;
  // Returns where reading goes on, without the partitions that are stopped.
  std::vector<PartitionOffset> Positions() const;

 private:
  struct Less {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      int order = std::string_view(Topic(a)).compare(Topic(b));
      return order != 0 ? order < 0 : Partition(a) < Partition(b);
    }
    struct Key {
      std::string_view topic;
      int32_t partition;
    };
    static std::string_view Topic(const TopicPartition& p) { return p.topic; }
    static std::string_view Topic(const Key& key) { return key.topic; }
    static int32_t Partition(const TopicPartition& p) { return p.partition; }
    static int32_t Partition(const Key& key) { return key.partition; }
  };

  std::map<TopicPartition, Entry, Less> entries_;
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_PARTITION_TABLE_H_
