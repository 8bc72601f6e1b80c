// SPDX-License-Identifier: Apache-2.0
// Polls while the worker is away.
#include "source/stand_in.h"

#include <algorithm>
#include <utility>

#include "rowfall/clock.h"

namespace rowfall::source {

StandIn::Turn::Turn(StandIn& stand_in)
    : stand_in_(stand_in), lock_(stand_in.mutex_) {
  stand_in_.absence_ = std::max(stand_in_.absence_, Now() - stand_in_.left_at_);
}

StandIn::Turn::~Turn() { stand_in_.left_at_ = Now(); }

absl::Duration StandIn::Now() { return Clock::Real()->Monotonic(); }

bool StandIn::Start(std::function<void()> poll) {
  poll_ = std::move(poll);
  left_at_ = Now();
  try {
    thread_ = base::Thread([this] { Run(); });
  } catch (...) {
    return false;
  }
  return true;
}

void StandIn::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

absl::Duration StandIn::TakeAbsence() {
  return std::exchange(absence_, absl::ZeroDuration());
}

void StandIn::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const absl::Duration wait = MaybePoll();
    stopped_.wait_for(lock, absl::ToChronoNanoseconds(wait),
                      [this] { return stop_; });
  }
}

absl::Duration StandIn::MaybePoll() {
  const absl::Duration away = Now() - left_at_;
  const absl::Duration pause = interval_ / kPollsInInterval;
  if (away < pause) return pause - away;
  if (away < interval_ * kStuckAfter) poll_();
  return pause;
}

}  // namespace rowfall::source
