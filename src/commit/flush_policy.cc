// SPDX-License-Identifier: Apache-2.0
// Decides when a batch of messages is to be processed.
#include "commit/flush_policy.h"

#include <algorithm>

#include "base/mistake.h"

namespace rowfall::commit {

void FlushPolicy::Update(size_t messages, size_t bytes, absl::Duration now) {
  if (messages_ == 0) oldest_ = now;
  if (ROWFALL_MISTAKE(age_of_the_newest_message) && messages > messages_) {
    oldest_ = now;
  }
  messages_ = messages;
  bytes_ = bytes;
}

size_t FlushPolicy::MessagesLeft() const {
  return limits_.max_messages - std::min(messages_, limits_.max_messages);
}

size_t FlushPolicy::BytesLeft() const {
  return limits_.max_bytes - std::min(bytes_, limits_.max_bytes);
}

absl::Duration FlushPolicy::TimeLeft(absl::Duration now) const {
  if (messages_ == 0) return absl::InfiniteDuration();
  return std::max(oldest_ + limits_.max_age - now, absl::ZeroDuration());
}

}  // namespace rowfall::commit
