// SPDX-License-Identifier: Apache-2.0
// Time as the engine sees it, replaceable by tests and simulations.
#ifndef ROWFALL_CLOCK_H_
#define ROWFALL_CLOCK_H_

#include "absl/time/time.h"
#include "rowfall/export.h"

namespace rowfall {

/// Wall time for values in rows, monotonic time for every timer. Thread-safe.
class ROWFALL_EXPORT Clock {
 public:
  virtual ~Clock() = default;
  /// Returns the wall time. May jump.
  virtual absl::Time Now() = 0;
  /// Returns the time since some fixed moment. Must not go back: one that does
  /// stands still for the engine until it is where it was.
  virtual absl::Duration Monotonic() = 0;

  /// Returns the machine's clock, which lives as long as the process.
  static Clock* Real();
};

}  // namespace rowfall

#endif  // ROWFALL_CLOCK_H_
