// SPDX-License-Identifier: Apache-2.0
// Decides when a batch of messages is to be processed.
#ifndef ROWFALL_COMMIT_FLUSH_POLICY_H_
#define ROWFALL_COMMIT_FLUSH_POLICY_H_

#include <cstddef>

#include "absl/time/time.h"

namespace rowfall::commit {

// When a batch is full.
struct FlushLimits {
  size_t max_messages = 100;
  size_t max_bytes = 8u << 20;
  absl::Duration max_age = absl::Seconds(1);  // Of the oldest message.
};

// Follows one batch while it fills. Times are Clock::Monotonic(), so that a
// wall clock that jumps changes nothing. Not thread-safe.
class FlushPolicy {
 public:
  explicit FlushPolicy(const FlushLimits& limits) : limits_(limits) {}

  // The batch holds `messages` of `bytes` in all now. Its age begins when it
  // stops being empty, and does not begin again while it is not.
  void Update(size_t messages, size_t bytes, absl::Duration now);

  // Whether to process the batch. Never for an empty one.
  bool IsDue(absl::Duration now) const {
    return messages_ != 0 &&
           (IsFull() || TimeLeft(now) <= absl::ZeroDuration());
  }
  // Whether it has as many messages or bytes as it may.
  bool IsFull() const {
    return messages_ >= limits_.max_messages || bytes_ >= limits_.max_bytes;
  }

  // What still fits: the limits of the next poll.
  size_t MessagesLeft() const;
  size_t BytesLeft() const;
  // Until the oldest message is too old, zero where it is; infinite for an
  // empty batch.
  absl::Duration TimeLeft(absl::Duration now) const;

 private:
  FlushLimits limits_;
  size_t messages_ = 0;
  size_t bytes_ = 0;
  absl::Duration oldest_;
};

}  // namespace rowfall::commit

#endif  // ROWFALL_COMMIT_FLUSH_POLICY_H_
