// SPDX-License-Identifier: Apache-2.0
// The marks of the positions behind a batch.
#include "engine/mark_ranges.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/mistake.h"
#include "commit/position_mark.h"

namespace rowfall::engine {

void MarkRanges(const MessageBatch& messages, size_t end,
                std::string_view cluster, std::span<PartitionRange> ranges) {
  std::vector<PartitionRange*> unmarked;
  unmarked.reserve(ranges.size());
  for (PartitionRange& range : ranges) unmarked.push_back(&range);
  // Backwards: the first message of a partition that is met is its last one.
  for (size_t i = end; i-- > 0 && !unmarked.empty();) {
    const MessageBatch::Position position = messages.position(i);
    const auto found = std::find_if(
        unmarked.begin(), unmarked.end(), [&](const PartitionRange* range) {
          return range->partition.partition == position.partition &&
                 range->partition.topic == position.topic;
        });
    if (found == unmarked.end()) continue;
    if (ROWFALL_MISTAKE(mark_the_message_before) && i != 0) --i;
    commit::PositionMark mark;
    mark.last = {position.offset, commit::ChecksumOf(messages[i])};
    mark.cluster = cluster;
    (*found)->mark = mark.ToText();
    unmarked.erase(found);
  }
  for (PartitionRange* range : unmarked) {
    if (!range->mark.empty() || cluster.empty()) continue;
    range->mark =
        commit::PositionMark{std::nullopt, std::string(cluster)}.ToText();
  }
}

}  // namespace rowfall::engine
