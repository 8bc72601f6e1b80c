// SPDX-License-Identifier: Apache-2.0
// Keeps for each owned partition what was read, settled and committed.
#include "commit/offset_ledger.h"

#include <algorithm>
#include <tuple>

#include "base/mistake.h"

namespace rowfall::commit {

void OffsetLedger::Assign(std::span<const PartitionOffset> positions) {
  Clear();
  for (const PartitionOffset& position : positions) {
    Entry entry;
    entry.partition = position.partition;
    entry.position = position.offset;
    entry.mark = position.mark;
    if (position.offset >= 0) {
      Fix(entry, position.offset);
      entry.committed = position.offset;
      entry.commit_base = position.offset;
    }
    partitions_.push_back(std::move(entry));
  }
  const auto by_partition = [](const Entry& a, const Entry& b) {
    return a.partition < b.partition;
  };
  std::sort(partitions_.begin(), partitions_.end(), by_partition);
}

void OffsetLedger::Move(const PartitionOffset& position) {
  Entry* entry = Find(position.partition);
  if (entry == nullptr) return;
  entry->held.clear();
  entry->in_flight = kOffsetNone;
  entry->settled = kOffsetNone;
  entry->position = position.offset;
  if (!ROWFALL_MISTAKE(keep_marks_over_gaps)) entry->mark = position.mark;
  if (position.offset >= 0) entry->settled = position.offset;
  const bool is_there =
      position.offset == entry->committed && !entry->is_unsure;
  entry->commit_base = is_there ? position.offset : kOffsetNone;
}

bool OffsetLedger::CommittedElsewhere(const PartitionOffset& position) {
  Entry* entry = Find(position.partition);
  if (entry == nullptr || position.offset == entry->committed) return false;
  entry->committed = position.offset;
  entry->commit_base = kOffsetNone;
  return entry->settled >= 0;
}

void OffsetLedger::Clear() {
  ++epoch_;
  partitions_.clear();
  last_ = 0;
  commit_id_.reset();
}

OffsetLedger::Entry* OffsetLedger::Search(std::string_view topic,
                                          int32_t partition) {
  const auto before = [](const Entry& entry, const auto& key) {
    const std::string_view entry_topic = entry.partition.topic;
    return std::tuple(entry_topic, entry.partition.partition) < key;
  };
  const auto it = std::lower_bound(partitions_.begin(), partitions_.end(),
                                   std::tuple(topic, partition), before);
  if (it == partitions_.end() || it->partition.partition != partition ||
      it->partition.topic != topic) {
    return nullptr;
  }
  last_ = static_cast<size_t>(it - partitions_.begin());
  return &*it;
}

bool OffsetLedger::Owns(const TopicPartition& partition) const {
  return std::any_of(
      partitions_.begin(), partitions_.end(),
      [&](const Entry& entry) { return entry.partition == partition; });
}

// The first offset that is seen of a partition is where it begins.
void OffsetLedger::Fix(Entry& entry, int64_t offset) {
  const bool from_end = entry.position == kOffsetEnd;
  entry.position = offset;
  entry.settled = offset;
  if (entry.committed == kOffsetNone && !from_end && !entry.is_unsure) {
    entry.commit_base = offset;
  }
}

void OffsetLedger::AdvanceTo(const PartitionOffset& position) {
  Entry* entry = Find(position.partition);
  if (entry == nullptr || position.offset < 0) return;
  if (entry->position < 0) Fix(*entry, position.offset);
  entry->position = std::max(entry->position, position.offset);
}

std::vector<PartitionRange> OffsetLedger::Pending() const {
  std::vector<PartitionRange> ranges;
  for (const Entry& entry : partitions_) {
    if (entry.position >= 0 && entry.settled < entry.position) {
      ranges.push_back(
          {entry.partition, entry.settled, entry.position, entry.mark,
           entry.mark});
    }
  }
  return ranges;
}

void OffsetLedger::Settle(std::span<const PartitionRange> ranges) {
  for (const PartitionRange& range : ranges) {
    Entry* entry = Find(range.partition);
    if (entry != nullptr && entry->position >= 0) {
      SettleRange(*entry, range.from,
                  {std::min(range.to, entry->position), range.mark});
    }
  }
}

void OffsetLedger::SettleRange(Entry& entry, int64_t from, Held end) {
  if (from >= end.to) return;
  if (from > entry.settled) {
    const auto [held, is_new] = entry.held.try_emplace(from, end);
    if (!is_new && held->second.to < end.to) held->second = std::move(end);
    return;
  }
  const auto move_to = [&entry](Held& frontier) {
    if (frontier.to <= entry.settled) return;
    entry.settled = frontier.to;
    entry.mark = std::move(frontier.mark);
  };
  move_to(end);
  while (!entry.held.empty() && entry.held.begin()->first <= entry.settled) {
    move_to(entry.held.begin()->second);
    entry.held.erase(entry.held.begin());
  }
}

std::vector<PartitionOffset> OffsetLedger::Uncommitted() const {
  std::vector<PartitionOffset> positions;
  for (const Entry& entry : partitions_) {
    if (entry.settled >= 0 && entry.settled > entry.commit_base &&
        entry.settled > entry.in_flight) {
      positions.push_back(
          {entry.partition,
           ROWFALL_MISTAKE(commit_positions) ? entry.position : entry.settled,
           ROWFALL_MISTAKE(commit_no_marks) ? std::string() : entry.mark});
    }
  }
  if (ROWFALL_MISTAKE(commit_last_partition_only) && positions.size() > 1) {
    positions.erase(positions.begin(), positions.end() - 1);
  }
  return positions;
}

void OffsetLedger::CommitAgain() {
  for (Entry& entry : partitions_) {
    if (entry.committed >= 0) entry.commit_base = kOffsetNone;
  }
}

void OffsetLedger::CommitStarted(uint64_t id,
                                 std::span<const PartitionOffset> positions) {
  ForgetInFlight();
  commit_id_ = id;
  for (const PartitionOffset& position : positions) {
    Entry* entry = Find(position.partition);
    if (entry == nullptr) continue;
    entry->in_flight = position.offset;
    entry->is_unsure = true;
  }
}

void OffsetLedger::CommitSucceededExcept(
    uint64_t id, std::span<const TopicPartition> failed) {
  if (commit_id_ != id && !ROWFALL_MISTAKE(take_any_answer)) return;
  for (Entry& entry : partitions_) {
    if (entry.in_flight == kOffsetNone) continue;
    if (std::find(failed.begin(), failed.end(), entry.partition) !=
        failed.end()) {
      continue;
    }
    entry.committed = entry.in_flight;
    entry.commit_base = entry.in_flight;
    entry.is_unsure = false;
  }
  ForgetInFlight();
}

void OffsetLedger::CommitFailed(uint64_t id) {
  if (commit_id_ == id) ForgetInFlight();
}

void OffsetLedger::ForgetInFlight() {
  commit_id_.reset();
  for (Entry& entry : partitions_) entry.in_flight = kOffsetNone;
}

int64_t OffsetLedger::Settled(const TopicPartition& partition) {
  const Entry* entry = Find(partition);
  return entry == nullptr ? kOffsetNone : entry->settled;
}

std::string OffsetLedger::SettledMark(const TopicPartition& partition) {
  const Entry* entry = Find(partition);
  return entry == nullptr ? std::string() : entry->mark;
}

std::vector<PartitionProgress> OffsetLedger::Progress() const {
  std::vector<PartitionProgress> progress;
  progress.reserve(partitions_.size());
  for (const Entry& entry : partitions_) {
    progress.push_back(
        {entry.partition, entry.position, entry.settled, entry.committed});
  }
  return progress;
}

}  // namespace rowfall::commit
