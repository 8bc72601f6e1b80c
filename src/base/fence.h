// SPDX-License-Identifier: Apache-2.0
// What a worker that was left behind must not pass any more.
#ifndef ROWFALL_BASE_FENCE_H_
#define ROWFALL_BASE_FENCE_H_

#include <atomic>

#include "absl/status/status.h"

namespace rowfall::base {

// Open until it is closed, for good. Thread-safe.
class Fence {
 public:
  void Close() { closed_.store(true); }
  bool closed() const { return closed_.load(); }
  // Returns Cancelled once it is closed.
  absl::Status Check() const {
    if (!closed()) return absl::OkStatus();
    return absl::CancelledError("The worker was stopped and left behind");
  }

 private:
  std::atomic<bool> closed_{false};
};

}  // namespace rowfall::base

#endif  // ROWFALL_BASE_FENCE_H_
