// SPDX-License-Identifier: Apache-2.0
// Decides when a client that stopped fetching should be woken.
#include "source/fetch_waker.h"

#include <algorithm>

namespace rowfall::source {

bool FetchWaker::Observe(size_t length, absl::Duration now) {
  const bool grows = length > previous_;
  previous_ = length;
  peak_ = std::max(peak_, length);
  if (grows || peak_ < kMinPeak || length > peak_ / 2) {
    low_since_ = now;
    return false;
  }
  if (now - low_since_ > kGiveUp) {
    peak_ = 0;
    return false;
  }
  if (now - last_wake_ < kInterval) return false;
  last_wake_ = now;
  return true;
}

}  // namespace rowfall::source
