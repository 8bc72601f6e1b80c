// SPDX-License-Identifier: Apache-2.0
// Which errors are trouble of the system, and no row's, statement's or
// definition's fault: the one list of them.
#ifndef ROWFALL_BASE_TROUBLE_H_
#define ROWFALL_BASE_TROUBLE_H_

#include <string_view>

#include "absl/status/status.h"
#include "base/text.h"

namespace rowfall::base {

// Whether an error may pass by waiting. Everything else needs a decision.
inline bool MayPass(absl::StatusCode code) {
  return code == absl::StatusCode::kUnavailable ||
         code == absl::StatusCode::kDeadlineExceeded ||
         code == absl::StatusCode::kResourceExhausted ||
         code == absl::StatusCode::kAborted ||
         code == absl::StatusCode::kCancelled;
}
inline bool MayPass(const absl::Status& status) {
  return MayPass(status.code());
}

inline constexpr std::string_view kOutOfMemoryText = "Out of memory";

// Whether an error is want of memory, as our own calls report it.
inline bool IsOutOfMemory(const absl::Status& status) {
  return status.code() == absl::StatusCode::kResourceExhausted &&
         (status.message().empty() ||
          FromAbsl(status.message()) == kOutOfMemoryText);
}

}  // namespace rowfall::base

#endif  // ROWFALL_BASE_TROUBLE_H_
