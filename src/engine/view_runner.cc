// SPDX-License-Identifier: Apache-2.0
// Threads of workers, and their end within a deadline.
#include "engine/view_runner.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/guard.h"
#include "base/status.h"
#include "base/text.h"
#include "base/thread.h"
#include "engine/worker.h"

namespace rowfall::engine {
namespace {

// How long a worker's thread stays in one turn when nothing happens.
constexpr absl::Duration kTurn = absl::Seconds(1);
// As good as for ever, and the clocks of the system can count it.
constexpr absl::Duration kForever = absl::Hours(24 * 365);

}  // namespace

// One worker and who runs it. Shared with the thread, which may outlive the
// runner where a sink hangs.
struct ViewRunner::Slot {
  Slot(std::shared_ptr<const ViewSpec> spec, int index,
       std::shared_ptr<ViewBoard> board_of_view,
       std::shared_ptr<CrashGuard> guard)
      : board(std::move(board_of_view)),
        worker(std::move(spec), index, board, std::move(guard)) {}

  bool ShouldStop() const {
    return worker.stop_requested() ||
           board->failed.load(std::memory_order_relaxed);
  }
  // What is left of the time to stop, less what the thread's own end takes.
  absl::Duration TimeToFinish() const {
    const auto deadline = TimePoint(TimePoint::duration(finish_by.load()));
    if (deadline == TimePoint::max()) return absl::InfiniteDuration();
    const absl::Duration left =
        absl::FromChrono(deadline - std::chrono::steady_clock::now());
    return std::max(left * 0.9, absl::ZeroDuration());
  }
  void Finish() {
    runs_on = std::this_thread::get_id();
    worker.Finish(TimeToFinish());
    runs_on = std::thread::id();
    const std::lock_guard<std::mutex> lock(mutex);
    ended = true;
    changed.notify_all();
  }
  // Lets AwaitGo() return, to run or to stop.
  void Go() {
    const std::lock_guard<std::mutex> lock(mutex);
    go = true;
    changed.notify_all();
  }
  void AwaitGo() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return go; });
  }

  std::shared_ptr<ViewBoard> board;
  Worker worker;
  std::atomic<TimePoint::rep> finish_by{
      TimePoint::max().time_since_epoch().count()};
  base::Thread thread;
  bool left_behind = false;  // The thread was detached.
  std::atomic<std::thread::id> runs_on{std::thread::id()};
  std::mutex turn;  // Held by who runs the worker, on host's threads.
  std::mutex mutex;
  std::condition_variable changed;
  bool go = false;     // Guarded by mutex.
  bool ended = false;  // Guarded by mutex.
};

ViewRunner::ViewRunner(std::shared_ptr<const ViewSpec> spec,
                       std::shared_ptr<CrashGuard> guard)
    : spec_(std::move(spec)),
      board_(std::make_shared<ViewBoard>(spec_->source.num_consumers,
                                         spec_->env->options().stall_after)),
      guard_(std::move(guard)) {
  for (int i = 0; i < spec_->source.num_consumers; ++i) {
    slots_.push_back(std::make_shared<Slot>(spec_, i, board_, guard_));
  }
}

absl::StatusOr<std::unique_ptr<ViewRunner>> ViewRunner::Make(
    std::shared_ptr<const ViewSpec> spec, std::shared_ptr<CrashGuard> guard) {
  const bool own_threads =
      spec->env->options().threading == Threading::kOwnThreads;
  std::unique_ptr<ViewRunner> runner(
      new ViewRunner(std::move(spec), std::move(guard)));
  if (!own_threads) return runner;
  const absl::Status started =
      base::Guarded([&] { return runner->StartThreads(); });
  if (!started.ok()) return started;
  return runner;
}

void ViewRunner::Run() noexcept {
  runs_ = true;
  for (const auto& slot : slots_) slot->Go();
}

absl::Status ViewRunner::StartThreads() {
  for (const auto& slot : slots_) {
    try {
      slot->thread = base::Thread([slot] { RunSlot(slot); });
    } catch (const std::system_error& error) {
      return absl::ResourceExhaustedError(
          base::Cat("No thread could be made for view '", spec_->name,
                    "': ", error.what()));
    }
  }
  return absl::OkStatus();
}

ViewRunner::~ViewRunner() {
  // Workers that never ran end at once.
  (void)base::Guarded(
      [this] { return Stop(runs_ ? absl::ZeroDuration() : kForever); });
}

bool ViewRunner::RunsOnThisThread() const {
  for (const auto& slot : slots_) {
    if (slot->runs_on.load() == std::this_thread::get_id()) return true;
  }
  return false;
}

void ViewRunner::RunSlot(std::shared_ptr<Slot> slot) {
  slot->AwaitGo();
  slot->runs_on = std::this_thread::get_id();
  while (!slot->ShouldStop()) slot->worker.RunOnce(kTurn);
  slot->Finish();
}

absl::StatusOr<bool> ViewRunner::RunOnce(int worker, absl::Duration budget) {
  if (worker < 0 || static_cast<size_t>(worker) >= slots_.size()) {
    return absl::NotFoundError(base::Cat("Worker not found: ", worker,
                                         " of view '", spec_->name, "'"));
  }
  if (RunsOnThisThread()) {
    return absl::FailedPreconditionError(
        "A sink or handler must not run the engine that calls it");
  }
  Slot& slot = *slots_[worker];
  // Only a thread that ends the worker may have the turn, and may hang in it.
  const std::unique_lock<std::mutex> turn(slot.turn, std::try_to_lock);
  if (!turn.owns_lock() || slot.worker.finished()) return false;
  if (slot.ShouldStop()) {
    slot.Finish();
    return true;
  }
  slot.runs_on = std::this_thread::get_id();
  const bool did_anything = slot.worker.RunOnce(budget);
  slot.runs_on = std::thread::id();
  return did_anything;
}

void ViewRunner::RequestStop(TimePoint deadline) {
  for (const auto& slot : slots_) {
    slot->finish_by = deadline.time_since_epoch().count();
    slot->worker.RequestStop();
    slot->Go();
  }
}

absl::Status ViewRunner::Stop(absl::Duration timeout) {
  const TimePoint deadline = std::chrono::steady_clock::now() +
                             absl::ToChronoNanoseconds(std::clamp(
                                 timeout, absl::ZeroDuration(), kForever));
  RequestStop(deadline);
  // A statement may stop the view that Engine::Stop() stops as well.
  const std::unique_lock<std::timed_mutex> only(stop_mutex_, deadline);
  if (!only.owns_lock()) return DidNotStop(slots_.size());
  EndHostWorkers(deadline);
  for (const auto& slot : slots_) {
    std::unique_lock<std::mutex> lock(slot->mutex);
    const bool ended =
        slot->changed.wait_until(lock, deadline, [&] { return slot->ended; });
    lock.unlock();
    if (!slot->thread.joinable()) continue;  // Nobody can join it any more.
    slot->left_behind = !ended;
    ended ? slot->thread.join() : slot->thread.detach();
  }
  const size_t hanging = NumRunning();
  if (hanging == 0) return absl::OkStatus();
  // When their calls return they give back what they have.
  board_->writes.Close();
  return DidNotStop(hanging);
}

void ViewRunner::Dropped() { board_->commits.Close(); }

// On the host's threads the last turn of a worker may hang in the sink, which
// must not hang who stops it. One after the other, as the host would do it;
// none gets more than its share of the time.
void ViewRunner::EndHostWorkers(TimePoint deadline) {
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = *slots_[i];
    if (slot.thread.joinable() || slot.left_behind) continue;
    std::unique_lock<std::mutex> lock(slot.mutex);
    if (slot.ended) continue;
    lock.unlock();
    EndOnThread(slots_[i]);
    const TimePoint now = std::chrono::steady_clock::now();
    const auto share = (deadline - now) / static_cast<int>(slots_.size() - i);
    lock.lock();
    slot.changed.wait_until(lock, now + share, [&] { return slot.ended; });
  }
}

void ViewRunner::EndOnThread(const std::shared_ptr<Slot>& slot) {
  const auto end = [slot] {
    const std::lock_guard<std::mutex> turn(slot->turn);
    slot->Finish();
  };
  try {
    slot->thread = base::Thread(end);
  } catch (const std::exception&) {
    end();  // No thread, or no memory for one.
  }
}

size_t ViewRunner::NumRunning() const {
  return static_cast<size_t>(
      std::count_if(slots_.begin(), slots_.end(), [](const auto& slot) {
        const std::lock_guard<std::mutex> lock(slot->mutex);
        return !slot->ended;
      }));
}

absl::Status ViewRunner::DidNotStop(size_t workers) const {
  return absl::DeadlineExceededError(base::Cat(workers, " workers of view '",
                                               spec_->name,
                                               "' did not stop in time",
                                               CurrentCalls()));
}

std::string ViewRunner::CurrentCalls() const {
  std::string text;
  const absl::Duration now = spec_->env->clock().Monotonic();
  for (const WorkerBoard& worker : board_->workers) {
    const auto call = worker.CurrentCall();
    if (call.has_value()) base::AppendCat(text, ": ", call->ToString(now));
  }
  return text;
}

}  // namespace rowfall::engine
