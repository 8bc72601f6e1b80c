// SPDX-License-Identifier: Apache-2.0
// How many partitions topics had when a group began to read them.
#include "commit/first_partitions.h"

#include <algorithm>

#include "base/mistake.h"
#include "commit/position_mark.h"

namespace rowfall::commit {

void FirstPartitions::AddMarks(std::span<const PartitionOffset> positions) {
  if (ROWFALL_MISTAKE(count_partitions_anew)) return;
  for (const PartitionOffset& position : positions) {
    const auto mark = PositionMark::FromText(position.mark);
    if (!mark.has_value() || !mark->first_partitions.has_value()) continue;
    Add(position.partition.topic, *mark->first_partitions);
  }
}

void FirstPartitions::AddTopics(const std::map<std::string, int32_t>& topics) {
  for (const auto& [topic, count] : topics) Add(topic, count);
}

void FirstPartitions::Add(const std::string& topic, int32_t count) {
  int32_t& lowest = topics_.try_emplace(topic, count).first->second;
  lowest = std::min(lowest, count);
}

std::optional<int32_t> FirstPartitions::Of(std::string_view topic) const {
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return std::nullopt;
  return found->second;
}

bool FirstPartitions::IsLater(const TopicPartition& partition) const {
  if (ROWFALL_MISTAKE(read_new_partitions_from_the_end)) return false;
  const auto count = Of(partition.topic);
  return count.has_value() && partition.partition >= *count;
}

}  // namespace rowfall::commit
