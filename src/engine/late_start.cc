// SPDX-License-Identifier: Apache-2.0
// Views whose table was not to be had when the engine opened: tried again.
#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "base/guard.h"
#include "base/status.h"
#include "base/text.h"
#include "base/thread.h"
#include "base/trouble.h"
#include "engine/engine_impl.h"

namespace rowfall {
namespace {

// How often the thread looks whether the engine still wants it.
constexpr absl::Duration kLook = absl::Milliseconds(50);

}  // namespace

Engine::Impl::Running Engine::Impl::WaitForStart(const absl::Status& error,
                                                 absl::Duration backoff) const {
  Running running{nullptr, error, std::nullopt, absl::ZeroDuration()};
  if (!base::MayPass(error)) return running;
  const EngineOptions& options = env_->options();
  running.backoff =
      std::clamp(backoff * 2, options.retry_initial, options.retry_max);
  running.next_attempt = env_->clock().Monotonic() + running.backoff;
  return running;
}

bool Engine::Impl::StartLate(const std::string& name) {
  // A statement may be about this view; it can wait for the next time.
  const std::unique_lock<std::mutex> only(statement_mutex_, std::try_to_lock);
  if (!only.owns_lock() || stopped()) return false;
  absl::Duration backoff;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = running_.find(name);
    if (found == running_.end() || !found->second.next_attempt.has_value() ||
        env_->clock().Monotonic() < *found->second.next_attempt) {
      return false;
    }
    backoff = found->second.backoff;
  }
  const auto view = views_.find(name);
  if (view == views_.end()) return false;
  auto spec = Rebind(view->second);
  auto made = spec.ok() ? MakeRunning(name, *std::move(spec)) : spec.status();
  if (made.ok()) {
    env_->Log(LogLevel::kInfo, name, -1, "The view can be started");
    const std::lock_guard<std::mutex> lock(mutex_);
    return Launch(*made);
  }
  env_->Log(LogLevel::kWarning, name, -1,
            base::FromAbsl(made.status().message()));
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!stopped()) running_[name] = WaitForStart(made.status(), backoff);
  return true;
}

std::optional<absl::Duration> Engine::Impl::StartWaitingViews() {
  std::vector<std::string> waiting;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [name, running] : running_) {
      if (running.next_attempt.has_value()) waiting.push_back(name);
    }
  }
  if (stopped() || waiting.empty()) return std::nullopt;
  for (const std::string& name : waiting) StartLate(name);
  return kLook;
}

absl::Status Engine::Impl::StartStarter() {
  const bool any =
      std::any_of(running_.begin(), running_.end(), [](const auto& running) {
        return running.second.next_attempt.has_value();
      });
  if (!any || env_->options().threading != Threading::kOwnThreads) {
    return absl::OkStatus();
  }
  try {
    // It holds nothing while it waits, and ends by itself: no need to join it.
    base::Thread([weak = weak_from_this()] { RunStarter(weak); }).detach();
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        base::Cat("No thread could be made to start views: ", error.what()));
  }
  return absl::OkStatus();
}

void Engine::Impl::RunStarter(const std::weak_ptr<Impl>& weak) {
  while (true) {
    std::optional<absl::Duration> next;
    if (const auto impl = weak.lock(); impl != nullptr) {
      const absl::Status done = base::Guarded([&] {
        next = impl->StartWaitingViews();
        return absl::OkStatus();
      });
      if (!done.ok()) next = kLook;
    }
    if (!next.has_value()) return;
    std::this_thread::sleep_for(absl::ToChronoNanoseconds(*next));
  }
}

}  // namespace rowfall
