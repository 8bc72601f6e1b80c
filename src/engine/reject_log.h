// SPDX-License-Identifier: Apache-2.0
// Logs skipped and nulled messages without flooding the log.
#ifndef ROWFALL_ENGINE_REJECT_LOG_H_
#define ROWFALL_ENGINE_REJECT_LOG_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/time/time.h"
#include "engine/view_board.h"
#include "engine/view_spec.h"
#include "rowfall/reject.h"

namespace rowfall::engine {

// Of one worker: at most a line a second, which counts what it left out.
class RejectLog {
 public:
  RejectLog(std::shared_ptr<const ViewSpec> spec, int worker,
            WorkerBoard& board)
      : spec_(std::move(spec)), worker_(worker), board_(board) {}

  // `what` became of it, e.g. "Skipped".
  void Add(std::string_view what, const Reject& reject);

 private:
  std::shared_ptr<const ViewSpec> spec_;
  int worker_;
  WorkerBoard& board_;
  absl::Duration next_line_ = -absl::InfiniteDuration();
  uint64_t left_out_ = 0;
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_REJECT_LOG_H_
