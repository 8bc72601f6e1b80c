// SPDX-License-Identifier: Apache-2.0
// Where a worker begins to read.
#include <utility>

#include "base/crash_point.h"
#include "base/host_call.h"
#include "base/mistake.h"
#include "base/reached.h"
#include "base/status.h"
#include "base/text.h"
#include "base/trouble.h"
#include "commit/position_mark.h"
#include "engine/find_partition.h"
#include "engine/host_answers.h"
#include "engine/worker.h"

namespace rowfall::engine {
namespace {

std::string StartText(int64_t offset) {
  return offset == kOffsetBeginning ? std::string("the beginning")
         : offset == kOffsetEnd     ? std::string("the end")
                                    : base::Cat(offset);
}

}  // namespace

void Worker::AnswerAssignment() {
  std::vector<PositionChange> changes;
  auto positions = StartPositions(changes);
  if (!positions.ok()) {
    if (!base::MayPass(positions.status())) return Fail(positions.status());
    return BackOff(Waiting::kPositions, positions.status());
  }
  commit::TailCheck tails(mark_facts_.isolation);
  const absl::Status status = AssignSource(tails.Begin(*positions));
  if (absl::IsAborted(status) || absl::IsCancelled(status)) {
    return TakeAnotherConsumer(status);
  }
  if (!status.ok()) {
    if (!base::MayPass(status)) return Fail(status);
    return BackOff(Waiting::kPositions, status);
  }
  // What was read meanwhile at other positions would come twice.
  if (!ROWFALL_MISTAKE(keep_work_over_assignments)) DropWork();
  ledger_.Assign(*positions);
  assigned_ = true;
  tails_ = std::move(tails);
  changes_ = std::move(changes);
  gaps_.clear();
  topics_in_doubt_.clear();
  recent_marks_.Clear();
  for (const PartitionOffset& position : *positions) {
    recent_marks_.Note(position, Now());
  }
  // Where the table's positions decide, the group may have to be told.
  for (const PartitionOffset& known : assignment_->partitions) {
    const bool none = known.offset == kOffsetBeginning;
    settled_since_commit_ |= ledger_.CommittedElsewhere(
        {known.partition, none ? kOffsetNone : known.offset});
  }
  assignment_.reset();
  if (!proven_) guard_->Assigned(index_, !positions->empty());
  commit_policy_.Reset();
  ends_.clear();
  job_->Assigned();
  ROWFALL_CRASH_POINT(assigned);
  unreachable_ = false;
  Recovered();
  backoff_.Reset();
  board_.SetState(ViewState::kRunning);
  LogStarts(*positions);
  ShowProgress(true);
}

void Worker::AskForPositionsAgain() {
  assignment_.emplace();
  for (const auto& progress : ledger_.Progress()) {
    // What is still to be read from its start must not become an unknown
    // partition, which start_from='latest' would read from its end.
    const bool at_start = progress.position == kOffsetBeginning;
    assignment_->partitions.push_back(
        {progress.partition, progress.committed < 0 && at_start
                                 ? kOffsetBeginning
                                 : progress.committed});
  }
}

void Worker::LogStarts(const std::vector<PartitionOffset>& positions) const {
  for (const PartitionOffset& position : positions) {
    Log(LogLevel::kInfo, base::Cat("Reads ", position.partition.ToString(),
                                   " from ", StartText(position.offset)));
  }
}

absl::StatusOr<std::vector<PartitionOffset>> Worker::StartPositions(
    std::vector<PositionChange>& changes) {
  const bool from_end = spec_->source.start_from == plan::StartFrom::kLatest;
  std::vector<PartitionOffset> positions = assignment_->partitions;
  mark_facts_.cluster.clear();
  if (sink_->traits().keeps_positions) {
    ROWFALL_ASSIGN_OR_RETURN(const auto stored, LoadPositions());
    if (from_end) LearnFirstPartitions(stored);
    mark_facts_.cluster = source_->ClusterId();
    ROWFALL_RETURN_IF_ERROR(TakeStoredPositions(stored, positions, changes));
  } else {
    if (from_end) LearnFirstPartitions({});
    FillInWhatWasForgotten(positions);
  }
  for (PartitionOffset& position : positions) {
    if (position.offset >= 0) continue;
    position.mark = mark_facts_.MarkOf(position.partition.topic);
    if (position.offset != kOffsetNone) continue;
    if (!from_end || mark_facts_.first_partitions.IsLater(position.partition)) {
      position.offset = kOffsetBeginning;
      continue;
    }
    // Where a conflict came in between: the end that was found first.
    const int64_t found = ledger_.Settled(position.partition);
    ROWFALL_REACHED(an_end_that_was_found_before_a_conflict, found >= 0);
    position.offset = found >= 0 ? found : kOffsetEnd;
    // Nothing is stored before the first row, but the next start must not find
    // another end.
    changes.push_back(
        {.partition = position.partition, .reason = "start_from='latest'"});
  }
  return positions;
}

void Worker::LearnFirstPartitions(std::span<const PartitionOffset> stored) {
  commit::FirstPartitions& first = mark_facts_.first_partitions;
  first.AddMarks(stored);
  first.AddMarks(assignment_->partitions);
  first.AddMarks(assignment_->others);
  first.AddTopics(assignment_->partitions_at_start);
}

absl::StatusOr<std::vector<PartitionOffset>> Worker::LoadPositions() {
  auto stored = base::CallHost("The sink", [this] {
    const CallNote note(
        board_, "The host has been reading positions from the table", Now());
    return sink_->LoadPositions(spec_->consumer_group);
  });
  ROWFALL_RETURN_IF_ERROR(stored.status());
  ROWFALL_RETURN_IF_ERROR(CheckPositions(spec_->table, *stored));
  return stored;
}

absl::Status Worker::TakeStoredPositions(
    std::span<const PartitionOffset> stored,
    std::vector<PartitionOffset>& positions,
    std::vector<PositionChange>& changes) {
  const bool from_end = spec_->source.start_from == plan::StartFrom::kLatest;
  for (PartitionOffset& position : positions) {
    const auto found = FindPartition(stored, position.partition);
    if (found == stored.end()) {
      // An end that was found may be committed and not yet stored.
      if (!from_end) position = {position.partition};
      continue;
    }
    ROWFALL_REACHED(a_group_before_its_table,
                    position.offset >= 0 && position.offset < found->offset);
    if (position.offset > found->offset) {
      ROWFALL_REACHED(a_table_before_its_group, true);
      Log(LogLevel::kWarning,
          base::Cat("The group has committed ", position.offset, " of ",
                    position.partition.ToString(), "; the table's position ",
                    found->offset, " counts"));
    }
    ROWFALL_ASSIGN_OR_RETURN(const auto other, CheckCluster(*found));
    position = *found;
    if (!other.has_value()) continue;
    Log(LogLevel::kError, *other);
    board_.SetLastError(*other);
    position = {position.partition, GapTarget()};
    changes.push_back({.partition = position.partition,
                       .from = found->offset,
                       .reason = *other,
                       .is_gap = true});
  }
  return absl::OkStatus();
}

// Returns why the position is not to be used. Errors: it needs a decision.
absl::StatusOr<std::optional<std::string>> Worker::CheckCluster(
    const PartitionOffset& stored) const {
  const auto mark = commit::PositionMark::FromText(stored.mark);
  if (!mark.has_value() || mark->cluster.empty() ||
      mark_facts_.cluster.empty() || mark->cluster == mark_facts_.cluster) {
    return std::nullopt;
  }
  std::string what = base::Cat(
      "Position ", stored.offset, " of ", stored.partition.ToString(),
      " is of another cluster: it was stored for ", base::Quote(mark->cluster),
      ", this is ", base::Quote(mark_facts_.cluster));
  if (spec_->source.on_gap == plan::OnGap::kFail) return NeedsDecision(what);
  return what;
}

void Worker::LearnCommitted(std::span<const PartitionOffset> positions) {
  for (const PartitionOffset& position : positions) {
    if (position.offset >= 0) group_knew_[position.partition] = position;
  }
}

void Worker::FillInWhatWasForgotten(
    std::vector<PartitionOffset>& positions) const {
  for (PartitionOffset& position : positions) {
    const auto known = group_knew_.find(position.partition);
    if (known == group_knew_.end() || ROWFALL_MISTAKE(forget_as_the_group)) {
      continue;
    }
    if (position.offset >= 0 && (!ROWFALL_MISTAKE(prefer_own_commits) ||
                                 known->second.offset <= position.offset)) {
      continue;
    }
    Log(LogLevel::kWarning,
        base::Cat("The group has forgotten what was committed of ",
                  position.partition.ToString(), ": nothing instead of ",
                  known->second.offset, ", which counts"));
    position = known->second;
  }
}

}  // namespace rowfall::engine
