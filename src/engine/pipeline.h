// SPDX-License-Identifier: Apache-2.0
// Map and evaluate: from a batch of messages to rows and rejects.
#ifndef ROWFALL_ENGINE_PIPELINE_H_
#define ROWFALL_ENGINE_PIPELINE_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
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

// The pure part of a view. Keeps its memory between batches; not thread-safe.
class Pipeline {
 public:
  static absl::StatusOr<std::unique_ptr<Pipeline>> Make(
      std::shared_ptr<const plan::ViewPlan> plan, const map::MapLimits& limits,
      Clock* clock);

  // Processes the messages from `begin` up to, not including, `end`. Where it
  // throws std::bad_alloc the object is of no use any more.
  // Errors: Internal: a fault of ours.
  absl::StatusOr<Processed> Process(const MessageBatch& messages, size_t begin,
                                    size_t end, absl::Time now);

 private:
  Pipeline(std::unique_ptr<map::Mapper> mapper,
           std::unique_ptr<eval::Evaluator> evaluator, Clock* clock)
      : mapper_(std::move(mapper)),
        evaluator_(std::move(evaluator)),
        clock_(clock) {}
  void CollectRejects(const Batch& leaves, Processed& out);

  std::unique_ptr<map::Mapper> mapper_;
  std::unique_ptr<eval::Evaluator> evaluator_;
  Clock* clock_;
  std::vector<map::MapError> map_errors_;
  std::vector<FailedRow> failed_rows_;
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_PIPELINE_H_
