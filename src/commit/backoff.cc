// SPDX-License-Identifier: Apache-2.0
// The waits between attempts: doubling, capped, shortened at random.
#include "commit/backoff.h"

#include <algorithm>

namespace rowfall::commit {

absl::Duration Backoff::Next() {
  ++failures_;
  const absl::Duration due = std::min(base_, max_);
  base_ = std::min(due * 2, max_);
  // The upper 53 bits make a double in [0, 1), on every platform the same.
  const double unit = static_cast<double>((*random_)() >> 11) * 0x1p-53;
  return due - due * (unit / 2);
}

void Backoff::Reset() {
  base_ = initial_;
  failures_ = 0;
}

}  // namespace rowfall::commit
