// SPDX-License-Identifier: Apache-2.0
// The waits between attempts: doubling, capped, shortened at random.
#ifndef ROWFALL_COMMIT_BACKOFF_H_
#define ROWFALL_COMMIT_BACKOFF_H_

#include <random>

#include "absl/time/time.h"

namespace rowfall::commit {

// One series of attempts. Not thread-safe.
class Backoff {
 public:
  // The wait after the first failure is `initial` and doubles up to `max`.
  // `random` must outlive the object.
  Backoff(absl::Duration initial, absl::Duration max, std::mt19937_64* random)
      : initial_(initial), max_(max), random_(random), base_(initial) {}

  // Another attempt has failed: returns how long to wait for the next one,
  // between half of the wait that is due and all of it. The randomness keeps
  // workers that failed together from trying together.
  absl::Duration Next();
  // An attempt went well: the next failure is a first one.
  void Reset();
  // Failures since the last Reset().
  int failures() const { return failures_; }

 private:
  absl::Duration initial_;
  absl::Duration max_;
  std::mt19937_64* random_;
  absl::Duration base_;
  int failures_ = 0;
};

}  // namespace rowfall::commit

#endif  // ROWFALL_COMMIT_BACKOFF_H_
