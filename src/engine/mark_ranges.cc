// SPDX-License-Identifier: Apache-2.0
// The marks of the positions behind a batch.
#include "engine/mark_ranges.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mistake.h"

namespace rowfall::engine {

std::string MarkFacts::MarkOf(
    std::string_view topic,
    std::optional<commit::PositionMark::Last> last) const {
  commit::PositionMark mark;
  mark.last = last;
  if (last.has_value()) mark.last->seen = commit::SeenUnder(isolation);
  mark.cluster = cluster;
  mark.first_partitions = first_partitions.Of(topic);
  return mark == commit::PositionMark() ? std::string() : mark.ToText();
}

std::string MarkFacts::MarkOn(std::string mark) const {
  auto known = commit::PositionMark::FromText(mark);
  if (!known.has_value() || !known->last.has_value()) return mark;
  const auto seen = commit::SeenOn(known->last->seen, isolation);
  if (seen == known->last->seen) return mark;
  known->last->seen = seen;
  return known->ToText();
}

void MarkRanges(const MessageBatch& messages, size_t end,
                const MarkFacts& facts, std::span<PartitionRange> ranges) {
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
    (*found)->mark = facts.MarkOf(
        position.topic, commit::PositionMark::Last{
                            position.offset, commit::ChecksumOf(messages[i])});
    unmarked.erase(found);
  }
  for (PartitionRange* range : unmarked) {
    range->mark = range->mark.empty() ? facts.MarkOf(range->partition.topic)
                                      : facts.MarkOn(std::move(range->mark));
  }
}

}  // namespace rowfall::engine
