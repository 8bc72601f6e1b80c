// SPDX-License-Identifier: Apache-2.0
// Map and evaluate one batch.
#include "engine/pipeline.h"

#include <algorithm>

#include "base/status.h"

namespace rowfall::engine {

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Make(
    std::shared_ptr<const plan::ViewPlan> plan, const map::MapLimits& limits,
    Clock* clock) {
  ROWFALL_ASSIGN_OR_RETURN(auto mapper,
                           map::Mapper::Make(plan->leaves, limits));
  ROWFALL_ASSIGN_OR_RETURN(auto evaluator,
                           eval::Evaluator::Make(std::move(plan)));
  return std::unique_ptr<Pipeline>(
      new Pipeline(std::move(mapper), std::move(evaluator), clock));
}

absl::StatusOr<Processed> Pipeline::Process(const MessageBatch& messages,
                                            absl::Time now) {
  Processed out;
  map_errors_.clear();
  failed_rows_.clear();
  const absl::Duration start = clock_->Monotonic();
  const Batch leaves = mapper_->Map(messages, map_errors_);
  const absl::Duration mapped = clock_->Monotonic();
  ROWFALL_ASSIGN_OR_RETURN(out.rows,
                           evaluator_->Evaluate(leaves, now, failed_rows_));
  out.map_time = mapped - start;
  out.evaluate_time = clock_->Monotonic() - mapped;
  out.rows_in = leaves.num_rows();
  out.rows_failed = failed_rows_.size();
  if (map_errors_.empty() && failed_rows_.empty()) return out;

  for (map::MapError& error : map_errors_) {
    out.rejected.push_back({error.message, error.stage,
                            std::move(error.column), std::move(error.reason),
                            error.payload_offset});
  }
  for (FailedRow& failed : failed_rows_) {
    out.rejected.push_back({leaves.origins()[failed.row],
                            RejectStage::kEvaluate, std::move(failed.column),
                            std::move(failed.reason), -1});
  }
  std::stable_sort(out.rejected.begin(), out.rejected.end(),
                   [](const RejectedMessage& a, const RejectedMessage& b) {
                     return a.message < b.message;
                   });
  return out;
}

}  // namespace rowfall::engine
