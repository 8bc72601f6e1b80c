// SPDX-License-Identifier: Apache-2.0
// Reading and writing of the board.
#include "engine/view_board.h"

#include <algorithm>

#include "base/text.h"

namespace rowfall::engine {
namespace {

void AddCounters(const WorkerCounters& from, ViewStatus& to) {
  to.messages += from.messages.value();
  to.bytes += from.bytes.value();
  to.rows_in += from.rows_in.value();
  to.rows_filtered += from.rows_filtered.value();
  to.rows_written += from.rows_written.value();
  to.rejected += from.rejected.value();
  to.nulled += from.nulled.value();
  to.batches += from.batches.value();
  to.retries += from.retries.value();
  to.commits += from.commits.value();
  to.leaked_consumers += from.leaked_consumers.value();
  to.gaps += from.gaps.value();
  to.skipped_offsets += from.skipped_offsets.value();
  to.map_time += absl::Nanoseconds(from.map_ns.value());
  to.evaluate_time += absl::Nanoseconds(from.evaluate_ns.value());
  to.write_time += absl::Nanoseconds(from.write_ns.value());
  to.commit_time += absl::Nanoseconds(from.commit_ns.value());
}

}  // namespace

void WorkerBoard::SetState(ViewState state, std::string reason,
                           absl::Duration next_attempt_at) {
  const std::lock_guard<std::mutex> lock(mutex_);
  // What comes after a failure, on the way to the end, does not cure it.
  if (state_.state == ViewState::kFailed) return;
  std::string last_error = reason;  // All or nothing, where memory ends.
  state_.state = state;
  if (!reason.empty()) state_.last_error = std::move(last_error);
  state_.reason = std::move(reason);
  state_.next_attempt_at = next_attempt_at;
}

void WorkerBoard::SetLastError(std::string error) {
  const std::lock_guard<std::mutex> lock(mutex_);
  state_.last_error = std::move(error);
}

void WorkerBoard::AddErrors(const ErrorTally& errors) {
  const std::lock_guard<std::mutex> lock(mutex_);
  state_.errors.Add(errors);
}

void WorkerBoard::SetPartitions(std::vector<PartitionStatus> partitions) {
  const std::lock_guard<std::mutex> lock(mutex_);
  state_.partitions = std::move(partitions);
}

std::optional<WorkerBoard::Call> WorkerBoard::Show(
    const std::optional<Call>& call) {
  const std::optional<Call> before = CurrentCall();
  if (call.has_value()) call_.store(call->what, std::memory_order_relaxed);
  call_since_.store(
      call.has_value() ? absl::ToInt64Nanoseconds(call->since) : kNoCall,
      std::memory_order_release);
  return before;
}

std::optional<WorkerBoard::Call> WorkerBoard::CurrentCall() const {
  const int64_t since = call_since_.load(std::memory_order_acquire);
  if (since == kNoCall) return std::nullopt;
  return Call{call_.load(std::memory_order_relaxed), absl::Nanoseconds(since)};
}

std::string WorkerBoard::Call::ToString(absl::Duration now) const {
  const absl::Duration lasts = absl::Trunc(
      std::max(now - since, absl::ZeroDuration()), absl::Seconds(1));
  return base::Cat(what, " for ", absl::FormatDuration(lasts));
}

WorkerBoard::State WorkerBoard::Read() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return state_;
}

namespace {

// Of the workers of a view the most worrying one shows: one that still
// connects says more about the view than one that runs.
int Concern(ViewState state) {
  switch (state) {
    case ViewState::kFailed:
      return 5;
    case ViewState::kStalled:
      return 4;
    case ViewState::kBackoff:
      return 3;
    case ViewState::kConnecting:
      return 2;
    default:
      return 1;
  }
}

void ShowStalled(std::string reason, WorkerBoard::State& state) {
  if (state.state == ViewState::kFailed) return;
  state.state = ViewState::kStalled;
  state.next_attempt_at = absl::ZeroDuration();
  state.reason = std::move(reason);
}

}  // namespace

void ReadBoard(const ViewBoard& board, absl::Duration now, ViewStatus& status) {
  status.state = ViewState::kRunning;
  for (const WorkerBoard& worker : board.workers) {
    AddCounters(worker.counters, status);
    WorkerBoard::State state = worker.Read();
    if (const auto call = worker.CurrentCall(); call.has_value()) {
      const absl::Duration busy_for = now - call->since;
      status.busy_for = std::max(status.busy_for, busy_for);
      if (busy_for >= board.stall_after)
        ShowStalled(call->ToString(now), state);
    }
    if (Concern(state.state) > Concern(status.state)) {
      status.state = state.state;
      status.reason = std::move(state.reason);
      status.next_attempt =
          std::max(state.next_attempt_at - now, absl::ZeroDuration());
    }
    if (!state.last_error.empty()) status.last_error = state.last_error;
    state.errors.AddTo(status);
    for (PartitionStatus& partition : state.partitions) {
      status.partitions.push_back(std::move(partition));
    }
  }
  std::sort(status.partitions.begin(), status.partitions.end(),
            [](const PartitionStatus& a, const PartitionStatus& b) {
              return a.partition < b.partition;
            });
}

}  // namespace rowfall::engine
