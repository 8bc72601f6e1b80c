// SPDX-License-Identifier: Apache-2.0
// How a worker ends: what is open is finished or given back.
#include <memory>
#include <mutex>
#include <utility>

#include "base/crash_point.h"
#include "base/guard.h"
#include "base/reached.h"
#include "base/text.h"
#include "engine/worker.h"

namespace rowfall::engine {

void Worker::RequestStop() {
  stop_requested_.store(true, std::memory_order_relaxed);
  const std::lock_guard<std::mutex> lock(wake_mutex_);
  wake_.notify_all();
  if (source_ != nullptr) source_->Wake();
}

void Worker::Finish(absl::Duration timeout) {
  if (finished_) return;
  finish_by_ = Now() + timeout;
  ROWFALL_REACHED(stopped_with_half_a_batch, !messages_.empty());
  ROWFALL_REACHED(stopped_with_a_batch_to_be_tried_again,
                  waiting_ == Waiting::kBatch);
  ROWFALL_REACHED(stopped_before_the_assignment_was_answered,
                  assignment_.has_value());
  ROWFALL_REACHED(stopped_with_a_commit_in_flight,
                  commit_policy_.in_flight());
  ROWFALL_REACHED(stopped_with_a_log_in_doubt, !tails_.empty());
  ROWFALL_REACHED(stopped_with_a_gap_to_cross, !gaps_.empty());
  // Each is done whatever became of the one before: what is settled is to be
  // committed, and the group is to be left.
  ROWFALL_CRASH_POINT(stopping);
  Attempt([this] { FinishBatch(); });
  ROWFALL_CRASH_POINT(batch_finished);
  Attempt([this] { CommitNow(); });
  Attempt([this] { ShowProgress(true); });
  Attempt([this] { CloseSource(); });
  ROWFALL_CRASH_POINT(stopped);
  Attempt([this] {
    const CallNote note(board_, "The host has been closing the table", Now());
    sink_ = nullptr;
  });
  finished_ = true;
}

void Worker::Attempt(absl::FunctionRef<void()> part) noexcept {
  const absl::Status done = base::Guarded([&] {
    part();
    return absl::OkStatus();
  });
  if (done.ok()) return;
  (void)base::Guarded([&] {
    Log(LogLevel::kError,
        base::Cat("A step was left out: ", base::FromAbsl(done.message())));
    return absl::OkStatus();
  });
}

void Worker::FinishBatch() {
  const bool failed = view_board_->failed.load(std::memory_order_relaxed);
  if (!failed) WriteWhatWasRead();
  DropWork();
}

// Tries once. In a backoff, or on the way to a failure, it is given back.
void Worker::WriteWhatWasRead() {
  if (waiting_ != Waiting::kNothing || source_ == nullptr ||
      assignment_.has_value()) {
    return;
  }
  if (!job_in_flight_ && StartPositionChange()) AdvanceJob();
  if (!job_in_flight_ && !messages_.empty() && !failed_) StartJob();
  if (job_in_flight_ && waiting_ == Waiting::kNothing) AdvanceJob();
}

void Worker::CloseSource() {
  std::unique_ptr<Source> source;
  {
    const std::lock_guard<std::mutex> lock(wake_mutex_);
    source = std::move(source_);
  }
  if (source == nullptr) return;
  ForgetPartitions();
  paused_ = false;
  unreachable_ = false;
  const CallNote note(board_, "The source has been closing", Now());
  const absl::Status closed = source->Close(BrokerTimeout());
  if (closed.ok()) return;
  board_.counters.leaked_consumers.Add(1);
  Log(LogLevel::kWarning,
      absl::IsDeadlineExceeded(closed)
          ? std::string("The consumer could not be ended in time")
          : base::Cat("The consumer could not be ended: ",
                      base::FromAbsl(closed.message())));
}

}  // namespace rowfall::engine
