// SPDX-License-Identifier: Apache-2.0
// What the source reports to a worker, and the worker's commits.
#include <algorithm>
#include <new>
#include <utility>

#include "base/crash_point.h"
#include "base/mistake.h"
#include "base/reached.h"
#include "base/status.h"
#include "base/text.h"
#include "engine/worker.h"

namespace rowfall::engine {
namespace {

// How often progress is shown while messages come.
constexpr absl::Duration kShowInterval = absl::Milliseconds(100);

std::string Text(const absl::Status& status) {
  return std::string(base::FromAbsl(status.message()));
}

}  // namespace

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
  ROWFALL_REACHED(assigned_with_half_a_batch, !messages_.empty());
  ROWFALL_REACHED(assigned_with_a_batch_to_be_tried_again, job_in_flight_);
  DropWork();
  // An answer that is still to come is of before: others may have committed.
  commit_positions_.clear();
  if (!ROWFALL_MISTAKE(prefer_own_commits)) LearnCommitted(event.partitions);
  assignment_ = event;
  ROWFALL_CRASH_POINT(assigning);
  // Answered in the next turn, which may have to be repeated.
  if (waiting_ == Waiting::kBatch) Recovered();
}

// States in which a revocation has to settle and commit the right part.
void Worker::MarkRevoked(const PartitionsRevoked& event) const {
  const bool half = !messages_.empty();
  const bool unanswered = commit_policy_.in_flight();
  ROWFALL_REACHED(revoked_with_half_a_batch, half);
  ROWFALL_REACHED(revoked_with_a_batch_to_be_tried_again, job_in_flight_);
  ROWFALL_REACHED(revoked_with_a_commit_in_flight, unanswered);
  ROWFALL_REACHED(revoked_with_half_a_batch_and_a_commit_in_flight,
                  half && unanswered);
  ROWFALL_REACHED(revoked_with_a_failed_commit, commit_policy_.failures() > 0);
  ROWFALL_REACHED(revoked_before_the_assignment_was_answered,
                  assignment_.has_value());
  ROWFALL_REACHED(revoked_with_a_log_in_doubt, !tails_.empty());
  ROWFALL_REACHED(revoked_with_a_gap_to_cross, !gaps_.empty());
  ROWFALL_REACHED(revoked_with_a_change_of_positions, !changes_.empty());
  ROWFALL_REACHED(revoked_while_paused, paused_);
  ROWFALL_REACHED(lost_with_work_that_is_not_committed,
                  event.lost && settled_since_commit_);
}

void Worker::Handle(const PartitionsRevoked& event) {
  MarkRevoked(event);
  // What was not written is given back; the next owner reads it again.
  DropWork();
  ROWFALL_CRASH_POINT(revoking);
  if (ROWFALL_MISTAKE(commit_what_was_given_back)) {
    ledger_.Settle(ledger_.Pending());
  }
  if (!event.lost || ROWFALL_MISTAKE(commit_what_was_lost)) CommitNow();
  ForgetPartitions();
  settled_since_commit_ = false;
  if (waiting_ != Waiting::kNothing) Recovered();
  ROWFALL_CRASH_POINT(revoked);
  const absl::Status status = [this] {
    const CallNote note(board_, "The source has been giving up partitions",
                        Now());
    return source_->Unassign();
  }();
  if (!status.ok()) Log(LogLevel::kWarning, Text(status));
  board_.SetState(ViewState::kConnecting,
                  event.lost ? "The assignment was lost" : "");
  ShowProgress(true);
}

void Worker::Handle(const SourceTrouble& event) {
  if (absl::IsUnavailable(event.status)) {
    board_.SetLastError(Text(event.status));
    Log(LogLevel::kWarning, Text(event.status));
    // Without partitions every trouble may be what keeps them away.
    if (waiting_ == Waiting::kNothing && (event.unreachable || !assigned_)) {
      unreachable_ = true;
      board_.SetState(ViewState::kBackoff, Text(event.status));
    }
    return;
  }
  if (absl::IsAborted(event.status) || absl::IsCancelled(event.status)) {
    return TakeAnotherConsumer(event.status);
  }
  Fail(event.status);
}

void Worker::Handle(const SourceRecovered&) { SourceIsBack(); }

void Worker::SourceIsBack() {
  if (!std::exchange(unreachable_, false)) return;
  if (waiting_ != Waiting::kNothing) return;
  board_.SetState(assigned_ ? ViewState::kRunning : ViewState::kConnecting);
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

// With nothing else to do, what is settled is committed without the interval,
// unless the last answer is still to come or said to wait.
bool Worker::CommitsWhenIdle() const {
  return !commit_policy_.in_flight() && commit_policy_.failures() == 0;
}

void Worker::MaybeCommit(bool idle) {
  if (source_ == nullptr) return;
  const absl::Duration now = Now();
  if (commit_policy_.in_flight() && commit_policy_.MayStart(now)) {
    ROWFALL_REACHED(a_commit_is_never_answered, true);
    CommitDone(commit_policy_.last_id(),
               absl::DeadlineExceededError(
                   "Commit was not answered in time, it may still happen"));
  }
  if (commit_policy_.TakeRefresh(now) && !ROWFALL_MISTAKE(let_offsets_expire)) {
    ledger_.CommitAgain();
    settled_since_commit_ = true;
  }
  if (!settled_since_commit_) return;
  if (!commit_policy_.MayStart(now) && !(idle && CommitsWhenIdle())) return;
  commit_positions_ = Uncommitted();
  settled_since_commit_ = false;
  if (commit_positions_.empty()) return MaybeProve();
  const uint64_t id = commit_policy_.Start(now);
  ledger_.CommitStarted(id, commit_positions_);
  ROWFALL_CRASH_POINT(committing);
  source_->CommitAsync(commit_positions_, id);
  ROWFALL_CRASH_POINT(commit_issued);
}

std::vector<PartitionOffset> Worker::Uncommitted() {
  // Of a view that was dropped nothing is committed: another one may read for
  // its group.
  if (view_board_->commits.closed()) return {};
  auto positions = ledger_.Uncommitted();
  // Whose log is in doubt may not be the log that the position is of.
  std::erase_if(positions, [this](const PartitionOffset& position) {
    return tails_.Find(position.partition) != nullptr &&
           !ROWFALL_MISTAKE(commit_where_in_doubt);
  });
  return positions;
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
  commit_positions_ = Uncommitted();
  if (commit_positions_.empty()) return;
  const uint64_t id = commit_policy_.Start(start);
  ledger_.CommitStarted(id, commit_positions_);
  // Half of the time is for leaving the group.
  const absl::Duration left = (finish_by_ - start) / 2;
  ROWFALL_CRASH_POINT(committing_last);
  const absl::Status committed = [&] {
    const CallNote note(board_, "The source has been committing", start);
    return source_->Commit(
        commit_positions_,
        std::max(std::min(BrokerTimeout(), left), absl::ZeroDuration()));
  }();
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
    ROWFALL_REACHED(committed_all_but_some,
                    failed.size() < event.partitions.size());
    ledger_.CommitSucceededExcept(event.id, failed);
    std::erase_if(commit_positions_, [&](const PartitionOffset& position) {
      return std::find(failed.begin(), failed.end(), position.partition) !=
             failed.end();
    });
    settled_since_commit_ = true;
  }
  CommitDone(event.id, event.status);
}

void Worker::CommitDone(uint64_t id, const absl::Status& status) {
  ROWFALL_REACHED(answered_after_a_newer_commit,
                  id != commit_policy_.last_id());
  commit_policy_.Finish(id, status, Now());
  if (status.ok()) {
    ledger_.CommitSucceeded(id);
    if (id == commit_policy_.last_id()) {
      LearnCommitted(commit_positions_);
    }
    board_.counters.commits.Add(1);
    SourceIsBack();
    return MaybeProve();
  }
  ledger_.CommitFailed(id);
  settled_since_commit_ = true;
  const std::string text = base::Cat("Commit failed: ", Text(status));
  board_.SetLastError(text);
  Log(LogLevel::kWarning, text);
  // Rows are safe, but nobody would see that offsets no longer move.
  if (absl::IsFailedPrecondition(status) || absl::IsPermissionDenied(status)) {
    ROWFALL_REACHED(a_commit_fails_for_good, true);
    Fail(status);
  }
}

}  // namespace rowfall::engine
