// SPDX-License-Identifier: Apache-2.0
// Where the workers of a view show what they do, for everyone to read.
#ifndef ROWFALL_ENGINE_VIEW_BOARD_H_
#define ROWFALL_ENGINE_VIEW_BOARD_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/fence.h"
#include "engine/error_tally.h"
#include "rowfall/stats.h"

namespace rowfall::engine {

// A count that one thread writes and others read.
class Counter {
 public:
  void Add(uint64_t n) {
    // One writer: no read-modify-write is needed.
    value_.store(value_.load(std::memory_order_relaxed) + n,
                 std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// The figures of one worker. Each counter has the worker as its one writer.
struct WorkerCounters {
  Counter messages, bytes, rows_in, rows_filtered, rows_written, rejected;
  Counter nulled;
  Counter batches, retries, commits, leaked_consumers;
  Counter gaps, skipped_offsets;
  Counter map_ns, evaluate_ns, write_ns, commit_ns;
};

// One worker's part of the board, in cache lines of its own: its counters are
// written all the time.
class alignas(64) WorkerBoard {
 public:
  WorkerCounters counters;

  // A call of the host's or the source's code that is not back yet.
  struct Call {
    const char* what;      // E.g. "The host has been writing to the table".
    absl::Duration since;  // On the engine's monotonic clock.
    // Returns `what` and for how long.
    std::string ToString(absl::Duration now) const;
  };
  // Shows a call instead of the one before, which is returned, or none. `what`
  // must live as long as the board. By the worker.
  std::optional<Call> Show(const std::optional<Call>& call);
  std::optional<Call> CurrentCall() const;

  struct State {
    ViewState state = ViewState::kConnecting;
    std::string reason;
    std::string last_error;
    absl::Duration next_attempt_at;  // On the engine's monotonic clock.
    std::vector<PartitionStatus> partitions;
    ErrorTally errors;
  };

  void SetState(ViewState state, std::string reason = "",
                absl::Duration next_attempt_at = absl::ZeroDuration());
  void SetLastError(std::string error);
  void AddErrors(const ErrorTally& errors);
  void SetPartitions(std::vector<PartitionStatus> partitions);
  State Read() const;

 private:
  static constexpr int64_t kNoCall = INT64_MIN;

  mutable std::mutex mutex_;
  State state_;
  std::atomic<const char*> call_{""};
  std::atomic<int64_t> call_since_{kNoCall};  // In nanoseconds.
};

// What is shown while the host's log has a line.
inline constexpr char kLogNote[] = "The host's log has been taking a line";

// Shows a call as long as it lasts, then again the one that it is part of.
class CallNote {
 public:
  CallNote(WorkerBoard& board, const char* what, absl::Duration now)
      : board_(board), outer_(board.Show(WorkerBoard::Call{what, now})) {}
  ~CallNote() { board_.Show(outer_); }
  CallNote(const CallNote&) = delete;
  CallNote& operator=(const CallNote&) = delete;

 private:
  WorkerBoard& board_;
  const std::optional<WorkerBoard::Call> outer_;
};

// The board of one run of a view.
struct ViewBoard {
  ViewBoard(int num_workers, absl::Duration stall_after)
      : stall_after(stall_after), workers(num_workers) {}

  const absl::Duration stall_after;
  std::vector<WorkerBoard> workers;
  // Set by the first worker that fails: the others stop as well, because
  // partitions that moved to them would bring them to the same message.
  std::atomic<bool> failed{false};
  // Closed for workers that did not stop in time: writes and rejects, and for
  // those of a view that was dropped commits, too.
  base::Fence writes, commits;
};

// Adds the figures of `board` to `status` and sets its state.
void ReadBoard(const ViewBoard& board, absl::Duration now, ViewStatus& status);

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_VIEW_BOARD_H_
