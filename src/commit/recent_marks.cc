// SPDX-License-Identifier: Apache-2.0
// Remembers messages that were settled some time ago, to know a log by them.
#include "commit/recent_marks.h"

#include "base/mistake.h"

namespace rowfall::commit {

void RecentMarks::Note(const PartitionOffset& position, absl::Duration now) {
  const auto mark = PositionMark::FromText(position.mark);
  if (!mark.has_value() || !mark->last.has_value()) return;
  // Somebody has moved the offset and kept the text.
  if (mark->last->offset >= position.offset) return;
  const auto [found, is_new] = entries_.try_emplace(
      position.partition, Entry{*mark->last, *mark->last, now, *mark->last});
  if (is_new) return;
  Entry& entry = found->second;
  entry.last = *mark->last;
  if (now - entry.since < kAge) return;
  entry.older = entry.newer;
  entry.newer = entry.last;
  entry.since = now;
}

std::optional<RecentMarks::Marks> RecentMarks::Find(
    const TopicPartition& partition, absl::Duration now) const {
  const auto found = entries_.find(partition);
  if (found == entries_.end()) return std::nullopt;
  const Entry& entry = found->second;
  if (ROWFALL_MISTAKE(doubt_by_the_last_mark_only)) {
    return Marks{entry.last, entry.last};
  }
  const bool is_old = now - entry.since >= kAge;
  return Marks{is_old ? entry.newer : entry.older, entry.last};
}

}  // namespace rowfall::commit
