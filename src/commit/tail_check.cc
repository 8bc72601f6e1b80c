// SPDX-License-Identifier: Apache-2.0
// Finds out whether the log behind a position is still the one that was read.
#include "commit/tail_check.h"

#include <algorithm>

#include "commit/position_mark.h"

namespace rowfall::commit {

std::vector<PartitionOffset> TailCheck::Begin(
    std::span<const PartitionOffset> positions) {
  tails_.clear();
  std::vector<PartitionOffset> starts(positions.begin(), positions.end());
  for (PartitionOffset& start : starts) {
    const auto mark = PositionMark::FromText(start.mark);
    if (start.offset < 0 || !mark.has_value() || !mark->last.has_value()) {
      continue;
    }
    // Somebody has moved the offset and kept the text.
    if (mark->last->offset >= start.offset) continue;
    tails_.push_back({.partition = start.partition,
                      .position = start.offset,
                      .last = mark->last->offset,
                      .checksum = mark->last->checksum});
    start.offset = mark->last->offset;
  }
  return starts;
}

TailCheck::Tail* TailCheck::Find(std::string_view topic, int32_t partition) {
  for (Tail& tail : tails_) {
    if (tail.partition.partition == partition &&
        tail.partition.topic == topic) {
      return &tail;
    }
  }
  return nullptr;
}

void TailCheck::Forget(const TopicPartition& partition) {
  std::erase_if(tails_,
                [&](const Tail& tail) { return tail.partition == partition; });
}

TailCheck::Verdict TailCheck::Compare(const Tail& tail, int64_t offset,
                                      uint32_t checksum) {
  if (offset == tail.last) {
    return checksum == tail.checksum ? Verdict::kSame : Verdict::kOther;
  }
  // Compaction may have removed the message. But there was nothing to deliver
  // between it and the position.
  return offset >= tail.position ? Verdict::kSame : Verdict::kOther;
}

bool TailCheck::EndSeen(Tail& tail, int64_t offset, absl::Duration now) {
  if (offset >= tail.position) return true;
  if (tail.short_end == kOffsetNone) tail.short_until = now + kGrace;
  tail.short_end = offset;
  return false;
}

const TailCheck::Tail* TailCheck::TooShort(absl::Duration now) const {
  const auto found =
      std::find_if(tails_.begin(), tails_.end(), [now](const Tail& tail) {
        return tail.short_end != kOffsetNone && now >= tail.short_until;
      });
  return found == tails_.end() ? nullptr : &*found;
}

}  // namespace rowfall::commit
