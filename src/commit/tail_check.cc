// SPDX-License-Identifier: Apache-2.0
// Finds out whether the log behind a position is still the one that was read.
#include "commit/tail_check.h"

#include <algorithm>
#include <utility>

#include "base/mistake.h"
#include "base/reached.h"
#include "commit/position_mark.h"

namespace rowfall::commit {
namespace {

void TakeNewest(TailCheck::Tail& tail) {
  tail.last = tail.newest->offset;
  tail.checksum = tail.newest->checksum;
  tail.newest.reset();
}

}  // namespace

void TailCheck::Expect(const PositionMark::Last& marked, Tail& tail) const {
  tail.last = marked.offset;
  tail.checksum = marked.checksum;
  if (ROWFALL_MISTAKE(compare_across_isolations)) return;
  using Seen = PositionMark::Seen;
  const bool sees_all = isolation_ == Isolation::kReadUncommitted;
  tail.may_show_more = sees_all && marked.seen != Seen::kUncommitted;
  tail.may_hide = !sees_all && marked.seen != Seen::kCommitted;
}

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
    if (ROWFALL_MISTAKE(check_the_first_tail_only) && !tails_.empty()) continue;
    Tail tail{.partition = start.partition, .position = start.offset};
    Expect(*mark->last, tail);
    tails_.push_back(std::move(tail));
    start.offset = mark->last->offset;
  }
  return starts;
}

PartitionOffset TailCheck::Add(const PartitionOffset& position,
                               const RecentMarks::Marks& marks) {
  Forget(position.partition);
  Tail tail{.partition = position.partition, .position = position.offset};
  Expect(marks.last, tail);
  // It may be hidden as well: whatever comes behind it takes its place.
  if (marks.earlier.offset < marks.last.offset) {
    tail.newest = marks.last;
    tail.last = marks.earlier.offset;
    tail.checksum = marks.earlier.checksum;
  }
  tails_.push_back(std::move(tail));
  return {position.partition, marks.earlier.offset};
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

TailCheck::Verdict TailCheck::Compare(Tail& tail, int64_t offset,
                                      uint32_t checksum) {
  if (tail.newest.has_value()) {
    if (offset == tail.last && checksum != tail.checksum) {
      return Verdict::kOther;
    }
    TakeNewest(tail);
    if (offset < tail.last) return Verdict::kSoFar;
  }
  if (offset == tail.last && !ROWFALL_MISTAKE(compare_no_marks)) {
    if (tail.last_came) return Verdict::kSoFar;
    if (checksum != tail.checksum) return Verdict::kOther;
    tail.last_came = true;
    // Markers may have followed, and they may be gone.
    const bool is_all = tail.last + 1 == tail.position;
    return is_all ? Verdict::kSame : Verdict::kSoFar;
  }
  // Compaction may have removed the message, or it is hidden now. But there was
  // nothing to deliver between it and the position.
  if (offset >= tail.position || ROWFALL_MISTAKE(compare_no_marks)) {
    ROWFALL_REACHED(a_settled_message_that_is_hidden,
                    tail.may_hide && !tail.last_came);
    return Verdict::kSame;
  }
  ROWFALL_REACHED(messages_that_were_hidden, tail.may_show_more);
  return tail.may_show_more ? Verdict::kSoFar : Verdict::kOther;
}

bool TailCheck::LosesLast(Tail& tail, int64_t low) {
  if (!tail.newest.has_value() || tail.newest->offset < low) return false;
  TakeNewest(tail);
  return true;
}

bool TailCheck::EndSeen(Tail& tail, int64_t offset, absl::Duration now) {
  if (offset >= tail.position || ROWFALL_MISTAKE(take_short_logs_as_read)) {
    return true;
  }
  if (tail.short_end == kOffsetNone) tail.short_until = now + kGrace;
  tail.short_end = offset;
  return false;
}

std::vector<const TailCheck::Tail*> TailCheck::TooShort(absl::Duration now,
                                                        LogEnd log_end) {
  std::vector<const Tail*> found;
  for (Tail& tail : tails_) {
    if (tail.short_end == kOffsetNone) continue;
    if (tail.may_hide) {
      const int64_t end = log_end(tail.partition);
      if (end < 0 || end >= tail.position) {
        ROWFALL_REACHED(a_log_that_goes_on_behind_its_end, true);
        tail.short_until = now + kGrace;
        continue;
      }
      tail.short_end = end;
    }
    if (now >= tail.short_until) found.push_back(&tail);
  }
  return found;
}

}  // namespace rowfall::commit
