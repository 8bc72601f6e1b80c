// SPDX-License-Identifier: Apache-2.0
// What a worker does when a log is not what it was: messages that are gone,
// truncated topics, topics that were made again.
#include <algorithm>
#include <utility>

#include "base/mistake.h"
#include "base/reached.h"
#include "base/text.h"
#include "base/trouble.h"
#include "commit/position_mark.h"
#include "engine/find_partition.h"
#include "engine/worker.h"

namespace rowfall::engine {
namespace {

std::string OutOfRangeText(const TopicPartition& partition, int64_t offset,
                           const OffsetOutOfRange& event) {
  return base::Cat("Offset ", offset, " of ", partition.ToString(),
                   " does not exist: the log has ",
                   event.high < 0 ? std::string("unknown ends")
                                  : base::Cat(event.low, " up to ", event.high),
                   " (", event.reason, ")");
}

std::string OtherLogText(const commit::TailCheck::Tail& tail, int64_t offset) {
  const std::string what =
      base::Cat("Topic '", tail.partition.topic,
                "' was truncated or made again, position ", tail.position,
                " of ", tail.partition.ToString(), " is of another log: ");
  if (offset == tail.last) {
    return base::Cat(what, "message ", offset,
                     " is not the one that was settled");
  }
  if (tail.last_came) {
    return base::Cat(what, "message ", offset, " is where nothing was");
  }
  return base::Cat(what, "message ", tail.last, " is gone, and ", offset,
                   " is where nothing was");
}

std::string ShortLogText(const commit::TailCheck::Tail& tail) {
  return base::Cat("Topic '", tail.partition.topic,
                   "' was truncated or made again, offset ", tail.position,
                   " of ", tail.partition.ToString(),
                   " does not exist: the log ends at ", tail.short_end);
}

}  // namespace

absl::Status Worker::NeedsDecision(std::string_view what) {
  return absl::FailedPreconditionError(base::Cat(
      what,
      "; with on_gap='earliest' the log is read again from its start, with "
      "on_gap='latest' from its end on"));
}

bool Worker::HasGap(const TopicPartition& partition) const {
  return FindPartition(gaps_, partition) != gaps_.end();
}

int64_t Worker::GapTarget() const {
  return spec_->source.on_gap == plan::OnGap::kEarliest &&
                 !ROWFALL_MISTAKE(leave_gaps_to_the_end)
             ? kOffsetBeginning
             : kOffsetEnd;
}

std::vector<Gap> Worker::CheckTails(size_t first) {
  std::vector<uint32_t> foreign;
  std::vector<Gap> found;
  for (size_t i = first; i < messages_.size(); ++i) {
    const MessageBatch::Position at = messages_.position(i);
    commit::TailCheck::Tail* tail = tails_.Find(at.topic, at.partition);
    // Of an earlier assignment: the ledger does not accept it.
    if (tail == nullptr || at.offset < tail->last) continue;
    const TopicPartition partition = tail->partition;
    const bool known =
        FindPartition(found, partition) != found.end() || HasGap(partition);
    const int64_t last = tail->last;
    const auto verdict =
        known ? commit::TailCheck::Verdict::kOther
              : commit::TailCheck::Compare(*tail, at.offset,
                                           commit::ChecksumOf(messages_[i]));
    if (tail->last != last) tails_to_follow_.push_back(partition);
    if (verdict == commit::TailCheck::Verdict::kSame) {
      tails_.Forget(partition);
      settled_since_commit_ = true;
    }
    // The ledger does not accept it, if it is the old one.
    if (verdict != commit::TailCheck::Verdict::kOther) continue;
    foreign.push_back(static_cast<uint32_t>(i));
    if (known) continue;
    found.push_back(
        {partition, tail->position, OtherLogText(*tail, at.offset)});
  }
  if (!foreign.empty()) messages_.Erase(foreign);
  return found;
}

void Worker::FollowTails() {
  std::vector<PartitionOffset> moves;
  for (const TopicPartition& partition : std::exchange(tails_to_follow_, {})) {
    const commit::TailCheck::Tail* tail = tails_.Find(partition);
    if (tail == nullptr || tail->last_came || HasGap(partition)) continue;
    moves.push_back({partition, tail->last});
  }
  if (moves.empty() || failed_ || source_ == nullptr) return;
  if (!assignment_.has_value()) MoveSource(moves);
}

void Worker::CheckShortTails() {
  const auto log_end = [this](const TopicPartition& partition) {
    return source_ == nullptr ? kOffsetNone
                              : source_->GetWatermarks(partition).high;
  };
  for (const commit::TailCheck::Tail* tail : tails_.TooShort(Now(), log_end)) {
    if (failed_) return;
    if (HasGap(tail->partition)) continue;
    AddGap({tail->partition, tail->position, ShortLogText(*tail)});
  }
}

void Worker::Handle(const EndOfPartition& event) {
  SourceIsBack();
  const TopicPartition& partition = event.position.partition;
  // The end may be that of another log.
  if ((failed_ || HasGap(partition)) &&
      !ROWFALL_MISTAKE(count_ends_of_other_logs)) {
    return;
  }
  if (commit::TailCheck::Tail* tail = tails_.Find(partition); tail != nullptr) {
    if (!commit::TailCheck::EndSeen(*tail, event.position.offset, Now())) {
      return;
    }
    tails_.Forget(partition);
  }
  // Messages before it may still be missing in the ledger only if they were
  // not for us; then the partition is not owned either.
  ledger_.AdvanceTo(event.position);
  ends_[partition] = event.position.offset;
  // What is hidden behind it may have been brought under read_uncommitted.
  const int64_t log_end = source_->GetWatermarks(partition).high;
  job_->FoundEnd({partition, std::max(event.position.offset, log_end)});
  end_was_read_ = true;
}

void Worker::Handle(const OffsetOutOfRange& event) {
  const TopicPartition& partition = event.position.partition;
  if (!ledger_.Owns(partition) || HasGap(partition)) return;
  int64_t position = event.position.offset;
  commit::TailCheck::Tail* tail = tails_.Find(partition);
  if (tail != nullptr) position = tail->position;
  std::string what = OutOfRangeText(partition, position, event);
  // Whether it is before the log or behind decides where to go on.
  const bool unknown = event.high < 0;
  ROWFALL_REACHED(out_of_range_with_a_log_in_doubt, tail != nullptr);
  ROWFALL_REACHED(out_of_range_of_an_unknown_log, unknown);
  if (unknown &&
      (tail != nullptr || spec_->source.on_gap != plan::OnGap::kFail)) {
    board_.SetLastError(what);
    Log(LogLevel::kWarning, what);
    return MoveSource(event.position);
  }
  // Retention has taken the last message that was read, and no other. Where the
  // log's end may be hidden, it is the position itself that tells.
  if (tail != nullptr && event.low <= position &&
      (position <= event.high || tail->may_hide) && event.low > tail->last) {
    if (commit::TailCheck::LosesLast(*tail, event.low)) {
      return MoveSource({partition, tail->last});
    }
    tails_.Forget(partition);
    return MoveSource({partition, position});
  }
  AddGap({.partition = partition,
          .position = position,
          .what = std::move(what),
          .same_log = !unknown && position < event.low});
}

absl::Status Worker::AssignSource(std::span<const PartitionOffset> positions) {
  const CallNote note(board_, "The source has been assigning partitions",
                      Now());
  return source_->Assign(positions);
}

void Worker::MoveSource(std::span<const PartitionOffset> positions) {
  const absl::Status status = AssignSource(positions);
  if (status.ok()) return;
  if (base::MayPass(status)) return TakeAnotherConsumer(status);
  Fail(status);
}

void Worker::AddGap(Gap gap) {
  if (spec_->source.on_gap == plan::OnGap::kFail &&
      !ROWFALL_MISTAKE(go_on_over_gaps)) {
    WriteWhatWasRead();  // The log may no longer have it.
    if (failed_) return;
    return Fail(NeedsDecision(gap.what));
  }
  board_.SetLastError(gap.what);
  if (!ROWFALL_MISTAKE(report_no_gap)) Log(LogLevel::kError, gap.what);
  // What retention has removed says nothing of other partitions.
  if (!gap.same_log && !ROWFALL_MISTAKE(doubt_one_partition_only)) {
    topics_in_doubt_.insert(gap.partition.topic);
  }
  gaps_.push_back(std::move(gap));
}

bool Worker::MayCrossGaps() const {
  return !gaps_.empty() && !job_in_flight_ && messages_.empty();
}

void Worker::CrossGaps() {
  if (source_ == nullptr || failed_) return gaps_.clear();
  if (!topics_in_doubt_.empty()) {
    // What holds no message is settled first: nothing is in doubt behind it.
    if (!ledger_.Pending().empty()) return StartJob();
    DoubtTopics();
  }
  for (const Gap& gap : std::exchange(gaps_, {})) {
    if (source_ == nullptr || failed_) return;
    CrossGap(gap);
  }
}

void Worker::DoubtTopics() {
  std::vector<PartitionOffset> starts;
  for (const auto& progress : ledger_.Progress()) {
    const TopicPartition& partition = progress.partition;
    if (!topics_in_doubt_.contains(partition.topic) || HasGap(partition) ||
        tails_.Find(partition) != nullptr) {
      continue;
    }
    const auto marks = recent_marks_.Find(partition, Now());
    if (!marks.has_value() || marks->last.offset >= progress.settled) continue;
    starts.push_back(tails_.Add({partition, progress.settled}, *marks));
    Log(LogLevel::kWarning,
        base::Cat("Looks at message ", marks->earlier.offset, " of ",
                  partition.ToString(),
                  " again: another partition of the topic is of another log"));
  }
  topics_in_doubt_.clear();
  if (!starts.empty()) MoveSource(starts);
}

void Worker::CrossGap(const Gap& gap) {
  PositionChange change{.partition = gap.partition,
                        .from = ledger_.Settled(gap.partition),
                        .reason = gap.what,
                        .is_gap = true,
                        .same_log = gap.same_log};
  // What is stored is what was before the first change.
  const auto former = FindPartition(changes_, gap.partition);
  ROWFALL_REACHED(a_gap_before_the_last_change_was_stored,
                  former != changes_.end());
  ROWFALL_REACHED(a_gap_with_a_commit_in_flight, commit_policy_.in_flight());
  if (former != changes_.end()) {
    change.from = former->from;
    changes_.erase(former);
  }
  const PartitionOffset target{gap.partition, GapTarget(),
                               mark_facts_.MarkOf(gap.partition.topic)};
  tails_.Forget(gap.partition);
  recent_marks_.Forget(gap.partition);
  ends_.erase(gap.partition);
  ledger_.Move(target);
  changes_.push_back(std::move(change));
  MoveSource(target);
}

// --- Positions that a policy has set ---------------------------------------

// Says where a partition goes on as soon as that is known.
void Worker::ReportChanges() {
  for (PositionChange& change : changes_) {
    const int64_t to = ledger_.Settled(change.partition);
    if (change.reported || to < 0) continue;
    change.reported = true;
    std::string text =
        base::Cat("Goes on with ", change.partition.ToString(), " at ", to);
    if (change.is_gap) {
      board_.counters.gaps.Add(1);
      if (change.same_log && change.from >= 0 && change.from < to) {
        const auto skipped = static_cast<uint64_t>(to - change.from);
        board_.counters.skipped_offsets.Add(skipped);
        base::AppendCat(text, ", offsets ", change.from, " up to ", to,
                        " are skipped");
      } else {
        base::AppendCat(text, " instead of ", change.from);
      }
    }
    base::AppendCat(text, " (", change.reason, ")");
    Log(change.is_gap ? LogLevel::kWarning : LogLevel::kInfo, text);
  }
  if (sink_->traits().keeps_positions) return;
  std::erase_if(changes_,
                [](const PositionChange& change) { return change.reported; });
}

bool Worker::StartPositionChange() {
  if (ROWFALL_MISTAKE(move_no_positions)) changes_.clear();
  if (changes_.empty() || failed_ || job_in_flight_ || source_ == nullptr ||
      assignment_.has_value()) {
    return false;
  }
  std::vector<PartitionRange> ranges;
  std::string reason;
  for (PositionChange& change : changes_) {
    if (!change.reported) continue;
    const int64_t to = ledger_.Settled(change.partition);
    ranges.push_back(
        {change.partition, change.from >= 0 ? change.from : to, to});
    if (reason.find(change.reason) == reason.npos) {
      base::AppendCat(reason, reason.empty() ? "" : "; ", change.reason);
    }
    change.in_flight = true;
  }
  if (ranges.empty()) return false;
  job_->BeginReset(std::move(ranges), mark_facts_, reason, *sink_);
  job_in_flight_ = true;
  return true;
}

void Worker::SettleEnds() {
  end_was_read_ = false;
  // What is pending then was given back, and is read again by another one.
  if (failed_ || assignment_.has_value()) return;
  if (ledger_.Pending().empty()) {
    settled_since_commit_ = true;
  } else {
    StartJob();
  }
}

}  // namespace rowfall::engine
