// SPDX-License-Identifier: Apache-2.0
// Decides when offsets are to be committed.
#ifndef ROWFALL_COMMIT_COMMIT_POLICY_H_
#define ROWFALL_COMMIT_COMMIT_POLICY_H_

#include <cstdint>
#include <optional>
#include <random>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "commit/backoff.h"

namespace rowfall::commit {

struct CommitLimits {
  // The least time from one commit to the next.
  absl::Duration interval = absl::Milliseconds(200);
  // An answer that takes longer is no longer waited for: the commit may or may
  // not have happened, and a newer one takes its place.
  absl::Duration answer_timeout = absl::Seconds(10);
  // The wait after a first failure, and the longest one.
  absl::Duration retry_initial = absl::Milliseconds(100);
  absl::Duration retry_max = absl::Seconds(5);
  // How often everything is committed again, whether it has moved or not: a
  // broker forgets what was not committed for long (offsets.retention.minutes,
  // a week by default) where the group has no member.
  absl::Duration refresh = absl::Minutes(10);
};

// One commit in flight at a time; what is settled meanwhile waits for the next
// one, so the newest positions win. Times are Clock::Monotonic(). Not
// thread-safe.
class CommitPolicy {
 public:
  // `random` must outlive the object.
  CommitPolicy(const CommitLimits& limits, std::mt19937_64* random);

  // Whether a commit may start now, if there is something to commit.
  bool MayStart(absl::Duration now) const {
    return TimeLeft(now) <= absl::ZeroDuration();
  }
  // Until MayStart(): of the interval, of a wait after a failure, or of the
  // time that an answer has.
  absl::Duration TimeLeft(absl::Duration now) const;

  // A commit starts: returns its id, which counts up and is never used again.
  // Also for commits that do not ask MayStart(), on revoke or stop.
  uint64_t Start(absl::Duration now);
  // The answer to commit `id`. Ignored unless it started last.
  void Finish(uint64_t id, const absl::Status& status, absl::Duration now);
  // The assignment is gone: no answer counts and no wait is due any more.
  void Reset();

  // Whether everything is to be committed again: true once in each interval,
  // which begins with the first call.
  bool TakeRefresh(absl::Duration now);

  bool in_flight() const { return in_flight_.has_value(); }
  // The id of the commit that started last; 0 before the first one.
  uint64_t last_id() const { return last_id_; }
  // Failures without a success between them.
  int failures() const { return backoff_.failures(); }
  // The last answer; OK before the first one.
  const absl::Status& last_status() const { return last_status_; }

 private:
  CommitLimits limits_;
  Backoff backoff_;
  uint64_t last_id_ = 0;
  std::optional<uint64_t> in_flight_;
  absl::Duration next_start_ = -absl::InfiniteDuration();
  absl::Duration answer_due_;
  std::optional<absl::Duration> next_refresh_;
  absl::Status last_status_;
};

}  // namespace rowfall::commit

#endif  // ROWFALL_COMMIT_COMMIT_POLICY_H_
