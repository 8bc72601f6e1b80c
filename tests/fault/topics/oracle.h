// SPDX-License-Identifier: Apache-2.0
// Watches the consumers and tables of engines and says which rule they broke.
#ifndef ROWFALL_TESTS_FAULT_TOPICS_ORACLE_H_
#define ROWFALL_TESTS_FAULT_TOPICS_ORACLE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rowfall/options.h"
#include "rowfall/source.h"

namespace rowfall {

/// What all members of a group do, whichever engine they belong to. Rules:
/// a commit names only partitions that its consumer owns, and never an offset
/// behind what is durable; messages of a partition are delivered from the
/// assigned position on without a gap, in order, and only while it is owned; a
/// partition has one owner. Thread-safe; must outlive the engines.
class Oracle {
 public:
  /// Whether offsets have gaps (transactions, compaction, retention).
  enum class Log { kDense, kSparse };
  explicit Oracle(Log log = Log::kDense) : log_(log) {}

  /// Puts itself between an engine that is to be opened with `options` and its
  /// consumers and tables.
  void Watch(EngineOptions& options);

  /// Two owners at once: allowed where a member was thought to be dead.
  void AllowTwoOwners() { two_owners_ = true; }

  /// The rules that were broken, at most the first 20 times.
  std::vector<std::string> violations() const;
  /// Assignments with at least one partition.
  int num_assignments() const;
  /// Assignments that were lost, and commits that failed or were not answered:
  /// only these allow messages to come again.
  int num_excuses() const;
  /// Rows that tables took.
  int64_t num_rows() const;

 private:
  class WatchedSource;
  class WatchedTables;
  class WatchedSink;
  using Key = std::pair<std::string, TopicPartition>;  // Group, partition.

  // What one consumer has of a partition.
  struct Owned {
    int64_t start = kOffsetNone;  // Negative: not known yet.
    int64_t next = kOffsetNone;
  };
  using Ownership = std::map<TopicPartition, Owned>;

  // What is durable of a partition: its ranges, merged.
  struct Durable {
    std::map<int64_t, int64_t> ranges;  // From, to.
    std::set<int64_t> starts;           // Positions that were begun at.
    void Add(int64_t from, int64_t to);
    bool Covers(int64_t offset) const;
  };

  void Assigned(const WatchedSource* source, const std::string& group,
                Ownership& owned, std::span<const PartitionOffset> positions);
  void Released(const WatchedSource* source);
  void Delivered(const std::string& group, Ownership& owned,
                 const MessageBatch& messages, size_t first);
  void Happened(const std::string& group, Ownership& owned,
                const SourceEvent& event);
  void Commits(const std::string& group, const Ownership& owned,
               std::span<const PartitionOffset> positions);
  void Wrote(const WriteContext& context, size_t num_rows);
  void Excuse();
  void Violate(std::string text);

  const Log log_;
  bool two_owners_ = false;
  mutable std::mutex mutex_;
  std::map<Key, Durable> durable_;
  std::map<Key, const WatchedSource*> owners_;
  std::vector<std::string> violations_;
  int num_assignments_ = 0;
  int num_excuses_ = 0;
  int64_t num_rows_ = 0;
};

}  // namespace rowfall

#endif  // ROWFALL_TESTS_FAULT_TOPICS_ORACLE_H_
