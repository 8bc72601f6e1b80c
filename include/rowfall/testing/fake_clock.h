// SPDX-License-Identifier: Apache-2.0
// A clock that stands still until a test moves it.
#ifndef ROWFALL_TESTING_FAKE_CLOCK_H_
#define ROWFALL_TESTING_FAKE_CLOCK_H_

#include <mutex>

#include "absl/time/time.h"
#include "rowfall/clock.h"

namespace rowfall::testing {

/// A clock for tests without sleeps. Thread-safe.
class FakeClock : public Clock {
 public:
  /// Begins at `now`, by default 2024-01-02 03:04:05 UTC.
  explicit FakeClock(absl::Time now = absl::FromUnixSeconds(1704164645))
      : now_(now) {}

  absl::Time Now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  absl::Duration Monotonic() override {
    const std::lock_guard lock(mutex_);
    return monotonic_;
  }

  /// Moves both times on. REQUIRES: `duration` is not negative.
  void Advance(absl::Duration duration) {
    const std::lock_guard lock(mutex_);
    now_ += duration;
    monotonic_ += duration;
  }
  /// Sets the wall time alone, as an operator would, also back.
  void SetWallTime(absl::Time now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
  }

 private:
  std::mutex mutex_;
  absl::Time now_;
  absl::Duration monotonic_ = absl::Hours(1);
};

}  // namespace rowfall::testing

#endif  // ROWFALL_TESTING_FAKE_CLOCK_H_
