// SPDX-License-Identifier: Apache-2.0
// The host's clock, as the engine's timers need it.
#ifndef ROWFALL_ENGINE_HOST_CLOCK_H_
#define ROWFALL_ENGINE_HOST_CLOCK_H_

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "rowfall/clock.h"

namespace rowfall::engine {

// Monotonic time that never goes back, whatever `clock` says; where that throws
// it stands. Thread-safe.
class HostClock : public Clock {
 public:
  // `clock` must outlive the object.
  explicit HostClock(Clock* clock) : clock_(clock) {}

  absl::Time Now() override {
    try {
      return clock_->Now();
    } catch (...) {
      return absl::UnixEpoch();
    }
  }
  absl::Duration Monotonic() override {
    int64_t highest = highest_.load(std::memory_order_relaxed);
    int64_t now = highest;
    try {
      now = absl::ToInt64Nanoseconds(clock_->Monotonic());
    } catch (...) {  // NOLINT(bugprone-empty-catch): it stands.
    }
    while (now > highest && !highest_.compare_exchange_weak(
                                highest, now, std::memory_order_relaxed)) {
    }
    return absl::Nanoseconds(std::max(now, highest));
  }

 private:
  Clock* const clock_;
  std::atomic<int64_t> highest_{INT64_MIN};
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_HOST_CLOCK_H_
