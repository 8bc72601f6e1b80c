// SPDX-License-Identifier: Apache-2.0
// Decides when offsets are to be committed.
#include "commit/commit_policy.h"

#include <algorithm>

namespace rowfall::commit {

CommitPolicy::CommitPolicy(const CommitLimits& limits, std::mt19937_64* random)
    : limits_(limits),
      backoff_(limits.retry_initial, limits.retry_max, random) {}

absl::Duration CommitPolicy::TimeLeft(absl::Duration now) const {
  const absl::Duration start = in_flight() ? answer_due_ : next_start_;
  return std::max(start - now, absl::ZeroDuration());
}

uint64_t CommitPolicy::Start(absl::Duration now) {
  in_flight_ = ++last_id_;
  answer_due_ = now + limits_.answer_timeout;
  next_start_ = now + limits_.interval;
  return last_id_;
}

void CommitPolicy::Finish(uint64_t id, const absl::Status& status,
                          absl::Duration now) {
  if (in_flight_ != id) return;
  in_flight_.reset();
  last_status_ = status;
  if (status.ok()) {
    backoff_.Reset();
    return;
  }
  // Whatever the failure is, the rows are durable and the positions can be
  // committed later; who owns the policy sees from the status whether to go on.
  next_start_ = std::max(next_start_, now + backoff_.Next());
}

void CommitPolicy::Reset() {
  in_flight_.reset();
  next_start_ = -absl::InfiniteDuration();
  next_refresh_.reset();
  backoff_.Reset();
}

bool CommitPolicy::TakeRefresh(absl::Duration now) {
  const bool due = next_refresh_.has_value() && now >= *next_refresh_;
  if (due || !next_refresh_.has_value()) next_refresh_ = now + limits_.refresh;
  return due;
}

}  // namespace rowfall::commit
