// SPDX-License-Identifier: Apache-2.0
// The log of skipped messages.
#include "engine/reject_log.h"

#include "base/text.h"

namespace rowfall::engine {

void RejectLog::Add(std::string_view what, const Reject& reject) {
  const absl::Duration now = spec_->env->clock().Monotonic();
  if (now < next_line_) {
    ++left_out_;
    return;
  }
  std::string text = base::Cat(what, " at ", RejectStageName(reject.stage),
                               ": ", reject.ToString());
  if (left_out_ != 0) {
    base::AppendCat(text, " and ", left_out_, " others since the last line");
  }
  left_out_ = 0;
  next_line_ = now + absl::Seconds(1);
  const CallNote note(board_, kLogNote, now);
  spec_->env->Log(LogLevel::kWarning, spec_->name, worker_, text);
}

}  // namespace rowfall::engine
