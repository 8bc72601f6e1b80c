// SPDX-License-Identifier: Apache-2.0
// Map and evaluate: from a batch of messages to rows and rejects.
#ifndef ROWFALL_ENGINE_PIPELINE_H_
#define ROWFALL_ENGINE_PIPELINE_H_

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "data/memory_budget.h"
#include "eval/evaluator.h"
#include "map/mapper.h"
#include "rowfall/batch.h"
#include "rowfall/clock.h"
#include "rowfall/message.h"
#include "rowfall/transform.h"

namespace rowfall::engine {

// What became of a batch of messages.
struct Processed {
  Batch rows;
  std::vector<RejectedMessage> rejected;  // In message order.
  std::vector<RejectedMessage> replaced;  // By NULL, of rows that are there.
  size_t rows_in = 0;                     // Rows mapped.
  size_t rows_failed = 0;                 // Of these, failed in evaluation.
  absl::Duration map_time, evaluate_time;
};

struct PipelineLimits {
  map::MapLimits map;                         // Also of values made later.
  size_t max_batch_memory_bytes = 512u << 20;  // EngineOptions has it.
};

// The pure part of a view. Keeps memory between batches as long as batches
// like the last two need it; not thread-safe.
class Pipeline {
 public:
  static absl::StatusOr<std::unique_ptr<Pipeline>> Make(
      std::shared_ptr<const plan::ViewPlan> plan, const PipelineLimits& limits,
      Clock* clock);

  // Processes the messages from `begin` up to, not including, `end`. Where it
  // throws std::bad_alloc, or returns an error, the object is of no use any
  // more; it throws data::OverBudget, which is one, where several messages need
  // more memory than they may. One message that does is processed by some rows
  // at a time, if the view goes row by row, or rejected.
  // Errors: Internal: a fault of ours. Those of a host's function that may
  // pass (base/trouble.h).
  absl::StatusOr<Processed> Process(const MessageBatch& messages, size_t begin,
                                    size_t end, absl::Time now);

 private:
  Pipeline(std::shared_ptr<const plan::ViewPlan> plan,
           const PipelineLimits& limits, Clock* clock)
      : plan_(std::move(plan)),
        limits_(limits),
        clock_(clock),
        budget_(limits.max_batch_memory_bytes, limits.map.max_value_bytes) {}
  absl::Status Renew();
  absl::StatusOr<Processed> ProcessWhole(const MessageBatch& messages,
                                         size_t begin, size_t end,
                                         absl::Time now);
  absl::StatusOr<Processed> ProcessLarge(const MessageBatch& messages,
                                         size_t message, absl::Time now);
  absl::StatusOr<Processed> ProcessInParts(const MessageBatch& messages,
                                           size_t message, absl::Time now);
  // Gives back what only a batch of rare size needed.
  absl::Status GiveBack();
  void CollectRejects(std::span<const uint32_t> origins, Processed& out);

  const std::shared_ptr<const plan::ViewPlan> plan_;
  const PipelineLimits limits_;
  Clock* const clock_;
  data::MemoryBudget budget_;
  size_t usual_bytes_ = 0;  // What the batch before took at its peak.
  std::unique_ptr<map::Mapper> mapper_;
  std::unique_ptr<eval::Evaluator> evaluator_;
  std::vector<FailedRow> replaced_rows_;
  std::vector<map::MapError> map_errors_;
  std::vector<FailedRow> failed_rows_;
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_PIPELINE_H_
