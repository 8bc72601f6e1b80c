// SPDX-License-Identifier: Apache-2.0
// What the source reports to a worker, and the worker's commits.
#include <algorithm>
#include <new>
#include <utility>

#include "base/crash_point.h"
#include "base/mistake.h"
#include "base/status.h"
#include "base/text.h"
#include "engine/worker.h"
#include "sink/host_call.h"

namespace rowfall::engine {
namespace {

// How often progress is shown while messages come.
constexpr absl::Duration kShowInterval = absl::Milliseconds(100);

std::string Name(const TopicPartition& partition) {
  return base::Cat(partition.topic, "/", partition.partition);
}

std::string Text(const absl::Status& status) {
  return std::string(base::FromAbsl(status.message()));
}

}  // namespace

bool Worker::MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status) || absl::IsAborted(status) ||
         absl::IsCancelled(status);
}

bool Worker::MayHaveLostPartitions() const {
  return std::any_of(events_.begin(), events_.end(), [](const auto& event) {
    return std::holds_alternative<PartitionsRevoked>(event);
  });
}

void Worker::HandleEvents() {
  // A handler may close the source; the rest of its events is void then.
  for (const SourceEvent& event : events_) {
    if (source_ == nullptr) return;
    std::visit([this](const auto& what) { Handle(what); }, event);
  }
}

// --- Assignments -----------------------------------------------------------

void Worker::Handle(const PartitionsAssigned& event) {
  DropWork();
  assignment_ = event;
  ROWFALL_CRASH_POINT(assigning);
  // Answered in the next turn, which may have to be repeated.
  if (waiting_ == Waiting::kBatch) Recovered();
}

void Worker::AnswerAssignment() {
  auto positions = StartPositions();
  if (!positions.ok()) {
    if (!MayPass(positions.status())) return Fail(positions.status());
    return BackOff(Waiting::kPositions, positions.status());
  }
  const absl::Status status = source_->Assign(*positions);
  if (absl::IsAborted(status) || absl::IsCancelled(status)) {
    return TakeAnotherConsumer(status);
  }
  if (!status.ok()) {
    if (!MayPass(status)) return Fail(status);
    return BackOff(Waiting::kPositions, status);
  }
  // What was read meanwhile at other positions would come twice.
  if (!ROWFALL_MISTAKE(keep_work_over_assignments)) DropWork();
  ledger_.Assign(*positions);
  // Where the table's positions decide, the group may have to be told.
  for (const PartitionOffset& known : assignment_->partitions) {
    if (known.offset == kOffsetBeginning) continue;  // Nothing is committed.
    settled_since_commit_ |= ledger_.CommittedElsewhere(known);
  }
  assignment_.reset();
  if (!proven_) guard_->Assigned(index_, !positions->empty());
  commit_policy_.Reset();
  ends_.clear();
  job_->Assigned();
  ROWFALL_CRASH_POINT(assigned);
  Recovered();
  backoff_.Reset();
  board_.SetState(ViewState::kRunning);
  for (const PartitionOffset& position : *positions) {
    Log(LogLevel::kInfo, base::Cat("Reads ", Name(position.partition), " from ",
                                   position.offset == kOffsetBeginning
                                       ? std::string("the beginning")
                                   : position.offset == kOffsetEnd
                                       ? std::string("the end")
                                       : base::Cat(position.offset)));
  }
  ShowProgress(true);
}

absl::StatusOr<std::vector<PartitionOffset>> Worker::StartPositions() {
  const int64_t start = spec_->source.start_from == plan::StartFrom::kLatest
                            ? kOffsetEnd
                            : kOffsetBeginning;
  std::vector<PartitionOffset> positions = assignment_->partitions;
  if (sink_->traits().keeps_positions) {
    // What was written decides, not what Kafka was told of it.
    const auto stored = sink::CallHost("The sink", [this] {
      return sink_->LoadPositions(spec_->consumer_group);
    });
    ROWFALL_RETURN_IF_ERROR(stored.status());
    for (PartitionOffset& position : positions) {
      const auto found = std::find_if(
          stored->begin(), stored->end(), [&](const PartitionOffset& other) {
            return other.partition == position.partition;
          });
      if (found != stored->end()) {
        position.offset = found->offset;
      } else if (start != kOffsetEnd) {
        position.offset = kOffsetNone;
      }
      // Else: nothing is stored before the first row, but an end that was
      // found is committed, and the next start must not find another one.
    }
  }
  for (PartitionOffset& position : positions) {
    if (position.offset == kOffsetNone ||
        (position.offset < 0 &&
         ROWFALL_MISTAKE(read_new_partitions_from_the_end))) {
      position.offset = start;
    }
  }
  return positions;
}

void Worker::Handle(const PartitionsRevoked& event) {
  // What was not written is given back; the next owner reads it again.
  DropWork();
  ROWFALL_CRASH_POINT(revoking);
  if (ROWFALL_MISTAKE(commit_what_was_given_back)) {
    ledger_.Settle(ledger_.Pending());
  }
  if (!event.lost || ROWFALL_MISTAKE(commit_what_was_lost)) CommitNow();
  ledger_.Clear();
  commit_policy_.Reset();
  settled_since_commit_ = false;
  assignment_.reset();
  if (waiting_ != Waiting::kNothing) Recovered();
  ROWFALL_CRASH_POINT(revoked);
  if (const absl::Status status = source_->Unassign(); !status.ok()) {
    Log(LogLevel::kWarning, Text(status));
  }
  board_.SetState(ViewState::kConnecting,
                  event.lost ? "The assignment was lost" : "");
  ShowProgress(true);
}

// --- Positions -------------------------------------------------------------

void Worker::Handle(const EndOfPartition& event) {
  // Messages before it may still be missing in the ledger only if they were
  // not for us; then the partition is not owned either.
  ledger_.AdvanceTo(event.position);
  ends_[event.position.partition] = event.position.offset;
  job_->FoundEnd(event.position);
  end_was_read_ = true;
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

void Worker::Handle(const OffsetOutOfRange& event) {
  const TopicPartition& partition = event.position.partition;
  if (!ledger_.Owns(partition)) return;
  const std::string what =
      base::Cat("Offset ", event.position.offset, " of ", Name(partition),
                " does not exist: the log has ",
                event.high < 0 ? std::string("unknown ends")
                               : base::Cat(event.low, " up to ", event.high),
                " (", event.reason, ")");
  if (spec_->source.on_gap == plan::OnGap::kFail &&
      !ROWFALL_MISTAKE(go_on_over_gaps)) {
    WriteWhatWasRead();  // The log may no longer have it.
    if (failed_) return;
    return Fail(absl::FailedPreconditionError(
        base::Cat(what, "; on_gap says where to go on")));
  }
  if (event.high < 0) {
    // Whether it is before the log or behind decides where to go on: the
    // source looks again.
    board_.SetLastError(what);
    Log(LogLevel::kWarning, what);
    const absl::Status status = source_->Assign(std::span(&event.position, 1));
    if (!status.ok()) Fail(status);
    return;
  }
  // Behind the end means that the log was cut or made anew.
  const bool goes_back = event.position.offset > event.high;
  if (goes_back && sink_->traits().keeps_positions) {
    return Fail(absl::FailedPreconditionError(
        base::Cat(what, "; the table's stored position is of another log")));
  }
  board_.SetLastError(what);
  if (!ROWFALL_MISTAKE(report_no_gap)) Log(LogLevel::kError, what);
  const PartitionOffset target{partition,
                               spec_->source.on_gap == plan::OnGap::kEarliest &&
                                       !ROWFALL_MISTAKE(leave_gaps_to_the_end)
                                   ? kOffsetBeginning
                                   : kOffsetEnd};
  const absl::Status status = source_->Assign(std::span(&target, 1));
  if (!status.ok()) return Fail(status);
  // Forward the ledger needs no word: the next range spans the gap, so that
  // stored positions stay a chain.
  if (goes_back) ledger_.Move(target);
}

// Tries once. In a backoff, or on the way to a failure, it is given back.
void Worker::WriteWhatWasRead() {
  if (waiting_ != Waiting::kNothing || source_ == nullptr ||
      assignment_.has_value()) {
    return;
  }
  if (!job_in_flight_ && !messages_.empty()) StartJob();
  if (job_in_flight_) AdvanceJob();
}

void Worker::Handle(const SourceTrouble& event) {
  if (absl::IsUnavailable(event.status)) {
    board_.SetLastError(Text(event.status));
    return Log(LogLevel::kWarning, Text(event.status));
  }
  if (absl::IsAborted(event.status) || absl::IsCancelled(event.status)) {
    return TakeAnotherConsumer(event.status);
  }
  Fail(event.status);
}

// The consumer is of no use any more; another one goes on from what is
// committed.
void Worker::TakeAnotherConsumer(const absl::Status& why) {
  CloseSource();
  BackOff(Waiting::kSetup, why);
}

void Worker::ShowProgress(bool now) {
  const absl::Duration time = Now();
  if (!now && time < next_show_) return;
  next_show_ = time + kShowInterval;
  try {
    board_.SetPartitions(Partitions());
  } catch (const std::bad_alloc&) {
    next_show_ = time;  // What is shown is old, and work goes on.
  }
}

std::vector<PartitionStatus> Worker::Partitions() {
  std::vector<PartitionStatus> partitions;
  for (const auto& progress : ledger_.Progress()) {
    PartitionStatus status;
    status.partition = progress.partition;
    status.worker = index_;
    status.position = progress.position;
    status.committed = progress.committed;
    if (source_ != nullptr) {
      status.end = source_->GetWatermarks(progress.partition).high;
    }
    const auto end = ends_.find(progress.partition);
    if (end != ends_.end()) status.end = std::max(status.end, end->second);
    if (status.end >= 0 && progress.settled >= 0) {
      status.lag = std::max<int64_t>(status.end - progress.settled, 0);
    }
    partitions.push_back(std::move(status));
  }
  return partitions;
}

// --- Commits ---------------------------------------------------------------

void Worker::MaybeCommit(bool idle) {
  if (source_ == nullptr) return;
  const absl::Duration now = Now();
  if (commit_policy_.in_flight() && commit_policy_.MayStart(now)) {
    CommitDone(commit_policy_.last_id(),
               absl::DeadlineExceededError(
                   "Commit was not answered in time, it may still happen"));
  }
  if (!settled_since_commit_) return;
  // Nothing else to do: what is settled is committed without the interval,
  // unless the last answer is still to come or said to wait.
  const bool due =
      commit_policy_.MayStart(now) ||
      (idle && !commit_policy_.in_flight() && commit_policy_.failures() == 0);
  if (!due) return;
  const auto positions = ledger_.Uncommitted();
  settled_since_commit_ = false;
  if (positions.empty()) return MaybeProve();
  const uint64_t id = commit_policy_.Start(now);
  ledger_.CommitStarted(id, positions);
  ROWFALL_CRASH_POINT(committing);
  source_->CommitAsync(positions, id);
  ROWFALL_CRASH_POINT(commit_issued);
}

absl::Duration Worker::BrokerTimeout() const {
  return std::clamp(finish_by_ - Now(), absl::ZeroDuration(),
                    options().commit_timeout);
}

void Worker::CommitNow() {
  if (source_ == nullptr) return;
  const absl::Duration start = Now();
  // A commit in flight counts as not done: its positions go out again.
  ledger_.CommitFailed(commit_policy_.last_id());
  const auto positions = ledger_.Uncommitted();
  if (positions.empty()) return;
  const uint64_t id = commit_policy_.Start(start);
  ledger_.CommitStarted(id, positions);
  ROWFALL_CRASH_POINT(committing_last);
  const absl::Status committed = source_->Commit(positions, BrokerTimeout());
  ROWFALL_CRASH_POINT(committed_last);
  CommitDone(id, committed);
  board_.counters.commit_ns.Add(
      static_cast<uint64_t>(absl::ToInt64Nanoseconds(Now() - start)));
}

void Worker::Handle(const CommitFinished& event) {
  ROWFALL_CRASH_POINT(commit_answered);
  std::vector<TopicPartition> failed;
  for (const auto& [position, status] : event.partitions) {
    if (!status.ok() && !ROWFALL_MISTAKE(ignore_results_of_partitions)) {
      failed.push_back(position.partition);
    }
  }
  if (event.status.ok() && !failed.empty()) {
    ledger_.CommitSucceededExcept(event.id, failed);
    settled_since_commit_ = true;
  }
  CommitDone(event.id, event.status);
}

void Worker::CommitDone(uint64_t id, const absl::Status& status) {
  commit_policy_.Finish(id, status, Now());
  if (status.ok()) {
    ledger_.CommitSucceeded(id);
    board_.counters.commits.Add(1);
    return MaybeProve();
  }
  ledger_.CommitFailed(id);
  settled_since_commit_ = true;
  const std::string text = base::Cat("Commit failed: ", Text(status));
  board_.SetLastError(text);
  Log(LogLevel::kWarning, text);
  // Rows are safe, but nobody would see that offsets no longer move.
  if (absl::IsFailedPrecondition(status) || absl::IsPermissionDenied(status)) {
    Fail(status);
  }
}

}  // namespace rowfall::engine
