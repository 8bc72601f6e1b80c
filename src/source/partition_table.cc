// SPDX-License-Identifier: Apache-2.0
// The partitions of the current assignment and where each stands.
#include "source/partition_table.h"

namespace rowfall::source {
namespace {

PartitionTable::Entry EntryAt(int64_t offset) {
  // Behind a logical offset any message may come first.
  return {.start = offset, .next = offset < 0 ? 0 : offset};
}

}  // namespace

void PartitionTable::Assign(std::span<const PartitionOffset> positions) {
  entries_.clear();
  for (const PartitionOffset& position : positions)
    entries_[position.partition] = EntryAt(position.offset);
}

bool PartitionTable::Move(const PartitionOffset& position) {
  Entry* entry = Find(position.partition.topic, position.partition.partition);
  if (entry == nullptr) return false;
  *entry = EntryAt(position.offset);
  return true;
}

PartitionTable::Entry* PartitionTable::Find(std::string_view topic,
                                            int32_t partition) {
  auto found = entries_.find(Less::Key{topic, partition});
  return found == entries_.end() ? nullptr : &found->second;
}

bool PartitionTable::AcceptEnd(Entry& entry, int64_t offset) {
  if (offset < entry.next || entry.stopped) return false;
  entry.next = offset;
  entry.start = offset;
  return true;
}

std::vector<TopicPartition> PartitionTable::Partitions() const {
  std::vector<TopicPartition> partitions;
  for (const auto& [partition, entry] : entries_)
    partitions.push_back(partition);
  return partitions;
}

std::vector<PartitionOffset> PartitionTable::Positions() const {
  std::vector<PartitionOffset> positions;
  for (const auto& [partition, entry] : entries_) {
    if (!entry.stopped) positions.push_back({partition, entry.start});
  }
  return positions;
}

}  // namespace rowfall::source
