// SPDX-License-Identifier: Apache-2.0
// The machine's clock.
#include "rowfall/clock.h"

#include <chrono>

#include "absl/time/clock.h"

namespace rowfall {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }
  absl::Duration Monotonic() override {
    return absl::FromChrono(
        std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace

Clock* Clock::Real() {
  // Never destroyed: threads that outlive main may still ask for the time.
  static Clock* const clock = new RealClock;
  return clock;
}

}  // namespace rowfall
