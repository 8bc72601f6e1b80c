// SPDX-License-Identifier: Apache-2.0
// Decides when a client that stopped fetching should be woken.
#ifndef ROWFALL_SOURCE_FETCH_WAKER_H_
#define ROWFALL_SOURCE_FETCH_WAKER_H_

#include <cstddef>

#include "absl/time/time.h"

namespace rowfall::source {

// librdkafka before 2.2 stops fetching when its queue is full and looks again
// only when something wakes its thread, up to a second later. Any request to
// the partition's leader does. Pure: knows no client and no clock.
class FetchWaker {
 public:
  static constexpr absl::Duration kInterval = absl::Milliseconds(10);
  // Longer than the client stops by itself.
  static constexpr absl::Duration kGiveUp = absl::Seconds(2);
  // Shorter queues are no sign of a fetch that stopped.
  static constexpr size_t kMinPeak = 256;

  // Takes the queue's length; returns whether a request should be sent now:
  // once in kInterval while the queue is at most half of its peak and does
  // not grow. After kGiveUp the log has ended and the peak is forgotten.
  bool Observe(size_t length, absl::Duration now);

  // Whether Observe() should be called again soon.
  bool active() const { return peak_ >= kMinPeak; }

 private:
  size_t peak_ = 0;
  size_t previous_ = 0;
  absl::Duration low_since_ = absl::ZeroDuration();
  absl::Duration last_wake_ = -absl::InfiniteDuration();
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_FETCH_WAKER_H_
