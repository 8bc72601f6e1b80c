// SPDX-License-Identifier: Apache-2.0
// The state that a MemoryBroker and its sources share.
#ifndef ROWFALL_TESTING_MEMORY_BROKER_IMPL_H_
#define ROWFALL_TESTING_MEMORY_BROKER_IMPL_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
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

#include "rowfall/testing/memory_source.h"
#include "rowfall/topic_filter.h"

namespace rowfall::testing {

// One partition. Offsets without a message are empty.
struct MemoryLog {
  int64_t low = 0;
  std::deque<std::optional<MemoryMessage>> records;  // From `low` on.
  // Of transactions: what is not decided yet, and what was given up.
  std::map<int64_t, std::string> open;
  std::set<int64_t> aborted;

  int64_t high() const { return low + static_cast<int64_t>(records.size()); }
  // The end that consumers see.
  int64_t end(Isolation isolation) const {
    const bool sees_all = isolation == Isolation::kReadUncommitted;
    return sees_all || open.empty() ? high() : open.begin()->first;
  }
  bool IsHidden(int64_t offset, Isolation isolation) const {
    return isolation == Isolation::kReadCommitted && aborted.contains(offset);
  }
  // Forgets of transactions what is not between `low` and high() any more.
  void ForgetTransactions();
};

// A partition that a consumer reads.
struct MemoryReading {
  int64_t position = kOffsetNone;
  int64_t furthest = kOffsetNone;  // Of all positions in this assignment.
  bool out_of_range = false;       // Reported; nothing comes until Assign().
  bool end_reported = false;
};

// One consumer.
struct MemoryMember {
  explicit MemoryMember(TopicFilter filter) : topics(std::move(filter)) {}

  enum class State : uint8_t {
    kLeft,       // Not started, closed, or in final trouble.
    kWaiting,    // In the group, without partitions.
    kAssigning,  // PartitionsAssigned is due, or was not answered yet.
    kActive,
    kRevoking,  // PartitionsRevoked is due, or was not answered yet.
  };

  SourceConfig config;
  TopicFilter topics;
  State state = State::kLeft;
  bool event_due = false;  // Of kAssigning and kRevoking: not polled yet.
  bool lost = false;       // Of kRevoking.
  std::vector<TopicPartition> given;
  std::map<TopicPartition, MemoryReading> reading;
  std::deque<SourceEvent> events;  // All others.
  bool paused = false;
  bool woken = false;
  // Partitions of each topic when it started, if it starts at their ends.
  std::map<std::string, size_t, std::less<>> partitions_at_start;
  size_t next_partition = 0;  // Where the next fetch begins.

  bool standalone() const { return !config.partitions.empty(); }
  std::string Name() const;
};

struct MemoryGroup {
  std::map<TopicPartition, PartitionOffset> committed;
  std::set<TopicPartition> fresh;  // Committed since ExpireOffsets().
  std::vector<std::shared_ptr<MemoryMember>> members;
  bool rebalancing = false;
  int num_commits = 0;
  std::deque<absl::Status> commit_faults;
};

// A commit that waits for ReleaseCommits().
struct HeldCommit {
  std::shared_ptr<MemoryMember> member;
  std::vector<PartitionOffset> positions;
  std::optional<uint64_t> id;  // None: of Commit(), which has given up.
};

// All members below are guarded by `mutex`; functions called ...Locked() or
// taking a member expect it held.
class MemoryBroker::Impl {
 public:
  std::mutex mutex;
  std::condition_variable changed;

  std::map<std::string, std::vector<MemoryLog>, std::less<>> topics;
  std::map<std::string, MemoryGroup, std::less<>> groups;
  std::vector<HeldCommit> held_commits;
  bool holds_commits = false;
  bool reachable = true;
  bool poll_waits = true;
  std::string cluster_id;
  std::deque<absl::Status> source_faults;
  std::vector<std::string> violations;

  // --- Topics (memory_broker.cc) -------------------------------------------
  MemoryLog* FindLog(const TopicPartition& partition);
  // Makes what is missing.
  MemoryLog& LogOf(std::string_view topic, int32_t partition);
  void EndTransaction(std::string_view transaction, bool commits);
  void AddPartitions(std::string_view topic, size_t partitions);
  // Those who read the topic share its partitions anew.
  void RebalanceReaders(std::string_view topic);

  // --- Consumers (memory_source.cc) ----------------------------------------
  static std::unique_ptr<Source> MakeSource(std::shared_ptr<Impl> impl,
                                            const SourceConfig& config,
                                            TopicFilter topics);

  // --- Groups (memory_group.cc) --------------------------------------------
  MemoryGroup& GroupOf(std::string_view name);
  MemoryGroup& GroupOf(const MemoryMember& member) {
    return GroupOf(member.config.consumer_group);
  }
  void Join(const std::shared_ptr<MemoryMember>& member);
  void Leave(MemoryMember& member);
  // Eager: all give back what they have, then all get a new share.
  void StartRebalance(MemoryGroup& group);
  void FinishRebalance(MemoryGroup& group);
  void Lose(MemoryGroup& group);
  absl::Status Assign(MemoryMember& member,
                      std::span<const PartitionOffset> positions);
  absl::Status Unassign(MemoryMember& member);
  bool Subscribes(const MemoryMember& member, std::string_view topic) const;
  bool IsCaughtUp(std::string_view group);
  // Appends PartitionsAssigned or PartitionsRevoked if one is due.
  void TakeGroupEvent(MemoryMember& member, std::vector<SourceEvent>& events);
  // What SourceConfig::starts_at_end asks for.
  void AddTopics(const MemoryMember& member, PartitionsAssigned& assigned);

  // --- Commits (memory_commit.cc) ------------------------------------------
  absl::Status Commit(MemoryMember& member,
                      std::span<const PartitionOffset> positions);
  void CommitAsync(const std::shared_ptr<MemoryMember>& member,
                   std::span<const PartitionOffset> positions, uint64_t id);
  // As a synchronous commit: held ones are unknown at once.
  absl::Status CommitNow(const std::shared_ptr<MemoryMember>& member,
                         std::span<const PartitionOffset> positions);
  void ReleaseCommits();
  void ExpireOffsets(MemoryGroup& group);

  void Violation(const MemoryMember& member, const std::string& what);

 private:
  std::vector<TopicPartition> PartitionsOf(const MemoryMember& member) const;
  void CheckCommit(MemoryMember& member, const PartitionOffset& position);
  void Store(MemoryMember& member, std::span<const PartitionOffset> positions);
  void Answer(MemoryMember& member, std::span<const PartitionOffset> positions,
              uint64_t id, const absl::Status& status);
};

}  // namespace rowfall::testing

#endif  // ROWFALL_TESTING_MEMORY_BROKER_IMPL_H_
