// SPDX-License-Identifier: Apache-2.0
// Hands rejects over to the host, each until it is durable there.
#include "sink/dead_letters.h"

#include "base/host_call.h"
#include "base/status.h"

namespace rowfall::sink {

void DeadLetters::Begin(size_t count) {
  count_ = count;
  next_ = 0;
  attempt_ = 0;
}

absl::Status DeadLetters::Attempt(const std::function<Reject(size_t)>& make) {
  for (; next_ < count_; ++next_) {
    if (fence_ != nullptr) ROWFALL_RETURN_IF_ERROR(fence_->Check());
    Reject reject = make(next_);
    reject.attempt = ++attempt_;
    reject.may_be_repeat |= attempt_ > 1;
    ROWFALL_RETURN_IF_ERROR(base::CallHost(
        "The reject handler", [&] { return handler_.OnReject(reject); }));
    attempt_ = 0;
  }
  return absl::OkStatus();
}

}  // namespace rowfall::sink
