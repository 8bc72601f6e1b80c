// SPDX-License-Identifier: Apache-2.0
// How views and the engine end, and what is left behind of them.
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/guard.h"
#include "base/text.h"
#include "engine/engine_impl.h"

namespace rowfall {
namespace {

engine::ViewRunner::TimePoint DeadlineAfter(absl::Duration timeout) {
  return std::chrono::steady_clock::now() +
         absl::ToChronoNanoseconds(
             std::clamp(timeout, absl::ZeroDuration(), absl::Hours(24 * 365)));
}

absl::Duration TimeUntil(engine::ViewRunner::TimePoint deadline) {
  return absl::FromChrono(deadline - std::chrono::steady_clock::now());
}

}  // namespace

Engine::Impl::Ending Engine::Impl::PrepareEnd(
    const std::vector<std::string>& names) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Ending ending;
  for (const std::string& name : names) {
    const auto found = running_.find(name);
    if (found == running_.end()) continue;
    ending.runs.push_back({name, found->second.runner});
    ending.figures.try_emplace(name);
  }
  return ending;
}

absl::Status Engine::Impl::End(Ending ending, absl::Duration timeout) {
  const auto deadline = DeadlineAfter(timeout);
  for (const ViewRun& run : ending.runs) {
    if (run.runner != nullptr) run.runner->RequestStop(deadline);
  }
  absl::Status result = StopRuns(ending.runs, deadline);
  ViewRuns over;  // Destroyed without the lock.
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto next = left_behind_.begin(); next != left_behind_.end();) {
    const auto run = next++;
    if (run->runner->NumRunning() == 0) {
      over.splice(over.end(), left_behind_, run);
    }
  }
  for (auto next = ending.runs.begin(); next != ending.runs.end();) {
    const auto run = next++;
    // Stop() and a statement may have stopped the same run.
    const auto found = running_.find(run->view);
    if (found == running_.end() || found->second.runner != run->runner) {
      continue;
    }
    if (run->runner != nullptr) {
      KeepFigures(run->view, *run->runner, ending.figures);
      KeepWhatRuns(ending.runs, run);
    }
    running_.erase(found);
  }
  return result;
}

absl::Status Engine::Impl::StopRuns(const ViewRuns& runs,
                                    engine::ViewRunner::TimePoint deadline) {
  absl::Status result;
  for (const ViewRun& run : runs) {
    if (run.runner == nullptr) continue;
    const absl::Status stopped =
        base::Guarded([&] { return run.runner->Stop(TimeUntil(deadline)); });
    if (!stopped.ok()) result = stopped;
  }
  return result;
}

void Engine::Impl::KeepWhatRuns(ViewRuns& runs, ViewRuns::const_iterator run) {
  if (run->runner->NumRunning() == 0) return;
  left_behind_.splice(left_behind_.end(), runs, run);
}

void Engine::Impl::KeepFigures(const std::string& name,
                               const engine::ViewRunner& runner,
                               Statuses& prepared) {
  auto ended = ended_.find(name);
  if (ended == ended_.end()) {
    ended = ended_.insert(prepared.extract(name)).position;
  }
  ended->second.partitions.clear();
  // Without memory for its texts the figures stay behind.
  (void)base::Guarded([&] {
    engine::ReadBoard(runner.board(), env_->clock().Monotonic(), ended->second);
    return absl::OkStatus();
  });
}

void Engine::Impl::CountLeftBehind(ViewStatus& status) const {
  status.busy_for = absl::ZeroDuration();
  for (const ViewRun& left : left_behind_) {
    const size_t workers =
        left.view == status.name ? left.runner->NumRunning() : 0;
    if (workers == 0) continue;
    ViewStatus hanging;
    engine::ReadBoard(left.runner->board(), env_->clock().Monotonic(), hanging);
    status.leaked_workers += workers;
    status.busy_for = std::max(status.busy_for, hanging.busy_for);
    status.reason =
        base::Cat(status.leaked_workers, " workers did not stop in time",
                  left.runner->CurrentCalls());
  }
}

void Engine::Impl::AddDroppedViews(std::vector<ViewStatus>& statuses) const {
  for (const ViewRun& left : left_behind_) {
    const auto same_name = [&left](const ViewStatus& status) {
      return status.name == left.view;
    };
    if (left.runner->NumRunning() == 0 ||
        std::any_of(statuses.begin(), statuses.end(), same_name)) {
      continue;
    }
    ViewStatus status;
    status.name = left.view;
    status.source = left.runner->spec().source.name;
    status.table = left.runner->spec().table;
    status.consumer_group = left.runner->spec().consumer_group;
    status.state = ViewState::kStopped;
    CountLeftBehind(status);
    status.reason = base::Cat("The view was dropped: ", status.reason);
    statuses.push_back(std::move(status));
  }
  std::sort(
      statuses.begin(), statuses.end(),
      [](const ViewStatus& a, const ViewStatus& b) { return a.name < b.name; });
}

absl::Status Engine::Impl::Stop(absl::Duration timeout) {
  const auto deadline = DeadlineAfter(timeout);
  std::vector<std::string> names;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [name, running] : running_) {
      if (running.runner != nullptr && running.runner->RunsOnThisThread()) {
        return absl::FailedPreconditionError(
            "A sink or handler must not stop the engine that calls it");
      }
    }
    stopped_.store(true);
    for (auto& [name, running] : running_) {
      if (running.runner != nullptr) running.runner->RequestStop(deadline);
    }
    for (auto& [name, running] : running_) names.push_back(name);
  }
  Ending ending = PrepareEnd(names);
  ViewRuns left_behind;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    left_behind.swap(left_behind_);
  }
  absl::Status result = End(std::move(ending), TimeUntil(deadline));
  // Those of earlier stops may have ended meanwhile.
  const absl::Status stopped = StopRuns(left_behind, deadline);
  if (!stopped.ok()) result = stopped;
  NoteStop(TimeUntil(deadline));
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto next = left_behind.begin(); next != left_behind.end();) {
    const auto run = next++;
    KeepWhatRuns(left_behind, run);
  }
  // Where something hangs it may be in the catalog.
  if (result.ok()) claim_.Release();
  return result;
}

void Engine::Impl::StopInPlace() {
  const auto deadline = DeadlineAfter(absl::Seconds(30));
  for (const auto& [name, running] : running_) {
    if (running.runner == nullptr) continue;
    (void)base::Guarded([&, &running = running] {
      return running.runner->Stop(TimeUntil(deadline));
    });
  }
  (void)base::Guarded([&] {
    NoteStop(TimeUntil(deadline));
    return absl::OkStatus();
  });
}

bool Engine::Impl::HasEnded() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stopped() && running_.empty();
}

}  // namespace rowfall
