// SPDX-License-Identifier: Apache-2.0
// Runs the workers of one view, on threads of its own or the host's.
#ifndef ROWFALL_ENGINE_VIEW_RUNNER_H_
#define ROWFALL_ENGINE_VIEW_RUNNER_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/crash_guard.h"
#include "engine/view_board.h"
#include "engine/view_spec.h"

namespace rowfall::engine {

// One run of a view, from its start to its stop. Thread-safe. Made before it
// runs, so that a statement can have it ready before it becomes durable.
class ViewRunner {
 public:
  // Makes the workers and their threads, which wait for Run().
  // Errors: ResourceExhausted: no thread could be made.
  static absl::StatusOr<std::unique_ptr<ViewRunner>> Make(
      std::shared_ptr<const ViewSpec> spec, std::shared_ptr<CrashGuard> guard);
  // Lets the workers begin. Cannot fail.
  void Run() noexcept;
  // As Stop() without time: what still runs is left behind.
  ~ViewRunner();

  // Lets the workers finish or give back what is in flight, commit and leave.
  // Returns when all have ended, or DeadlineExceeded after `timeout`: those
  // that hang end as soon as the host lets them go, and write nothing more.
  // Idempotent.
  absl::Status Stop(absl::Duration timeout);
  // Tells the workers to stop, and by when, without waiting.
  using TimePoint = std::chrono::steady_clock::time_point;
  void RequestStop(TimePoint deadline);
  // The view is no more: those that still hang commit nothing more, either.
  void Dropped();
  // How many workers have not ended.
  size_t NumRunning() const;

  // Gives a worker of the host's threads a turn. Errors: NotFound.
  // FailedPrecondition: called from inside a turn.
  absl::StatusOr<bool> RunOnce(int worker, absl::Duration budget);

  // Whether the calling thread is inside one of the workers: a sink or
  // handler that calls back.
  bool RunsOnThisThread() const;

  const ViewSpec& spec() const { return *spec_; }
  const ViewBoard& board() const { return *board_; }
  const CrashGuard& guard() const { return *guard_; }

  // Returns ": " and what each worker has been calling, for those that are in
  // a call of the host or the source; empty where none is.
  std::string CurrentCalls() const;

 private:
  struct Slot;

  ViewRunner(std::shared_ptr<const ViewSpec> spec,
             std::shared_ptr<CrashGuard> guard);
  absl::Status StartThreads();
  absl::Status DidNotStop(size_t workers) const;
  void EndHostWorkers(TimePoint deadline);
  static void EndOnThread(const std::shared_ptr<Slot>& slot);
  static void RunSlot(std::shared_ptr<Slot> slot);

  std::shared_ptr<const ViewSpec> spec_;
  std::shared_ptr<ViewBoard> board_;
  std::shared_ptr<CrashGuard> guard_;
  std::vector<std::shared_ptr<Slot>> slots_;
  bool runs_ = false;
  std::timed_mutex stop_mutex_;  // Held by who waits for the workers.
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_VIEW_RUNNER_H_
