// SPDX-License-Identifier: Apache-2.0
// Map and evaluate one batch.
#include "engine/pipeline.h"

#include <algorithm>
#include <span>
#include <tuple>

#include "base/crash_point.h"
#include "base/status.h"

namespace rowfall::engine {
namespace {

bool IsBefore(const RejectedMessage& a, const RejectedMessage& b) {
  return std::tie(a.message, a.row_number) < std::tie(b.message, b.row_number);
}

void SortByPlace(std::vector<RejectedMessage>& messages) {
  std::stable_sort(messages.begin(), messages.end(), IsBefore);
}

// Tells which object of its message a row came from: rows that the mapper left
// out count, too.
class RowNumbers {
 public:
  RowNumbers(std::span<const uint32_t> origins,
             std::span<const map::MapError> errors)
      : origins_(origins), errors_(errors) {}

  // Returns the number for `row`, not smaller than in the call before.
  int64_t Next(uint32_t row) {
    for (; next_ <= row; ++next_) Step();
    return number_;
  }

 private:
  void Step() {
    const uint32_t message = origins_[next_];
    if (next_ == 0 || message != origins_[next_ - 1]) number_ = -1;
    ++number_;
    for (; error_ < errors_.size(); ++error_) {
      const map::MapError& error = errors_[error_];
      if (error.message > message) break;
      if (error.message < message || error.replaced) continue;
      if (error.row > number_) break;
      ++number_;
    }
  }

  std::span<const uint32_t> origins_;
  std::span<const map::MapError> errors_;
  size_t next_ = 0;
  size_t error_ = 0;
  int64_t number_ = -1;
};

}  // namespace

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
                                            size_t begin, size_t end,
                                            absl::Time now) {
  Processed out;
  map_errors_.clear();
  failed_rows_.clear();
  const absl::Duration start = clock_->Monotonic();
  const Batch leaves = mapper_->Map(messages, begin, end, map_errors_);
  const absl::Duration mapped = clock_->Monotonic();
  ROWFALL_CRASH_POINT(mapped);
  ROWFALL_ASSIGN_OR_RETURN(out.rows,
                           evaluator_->Evaluate(leaves, now, failed_rows_));
  ROWFALL_CRASH_POINT(evaluated);
  out.map_time = mapped - start;
  out.evaluate_time = clock_->Monotonic() - mapped;
  out.rows_in = leaves.num_rows();
  out.rows_failed = failed_rows_.size();
  if (!map_errors_.empty() || !failed_rows_.empty() ||
      !evaluator_->replaced().empty()) {
    CollectRejects(leaves, out);
  }
  return out;
}

void Pipeline::CollectRejects(const Batch& leaves, Processed& out) {
  RowNumbers failed_numbers(leaves.origins(), map_errors_);
  for (FailedRow& failed : failed_rows_) {
    out.rejected.push_back({leaves.origins()[failed.row],
                            RejectStage::kEvaluate, std::move(failed.column),
                            std::move(failed.reason), -1,
                            failed_numbers.Next(failed.row)});
  }
  RowNumbers replaced_numbers(leaves.origins(), map_errors_);
  for (const FailedRow& replaced : evaluator_->replaced()) {
    out.replaced.push_back({leaves.origins()[replaced.row],
                            RejectStage::kEvaluate, replaced.column,
                            replaced.reason, -1,
                            replaced_numbers.Next(replaced.row), true});
  }
  for (map::MapError& error : map_errors_) {
    auto& to = error.replaced ? out.replaced : out.rejected;
    to.push_back({error.message, error.stage, std::move(error.column),
                  std::move(error.reason), error.payload_offset, error.row,
                  error.replaced});
  }
  SortByPlace(out.rejected);
  SortByPlace(out.replaced);
  // Of a row that was rejected after all nothing was replaced.
  std::erase_if(out.replaced, [&out](const RejectedMessage& replaced) {
    return std::binary_search(out.rejected.begin(), out.rejected.end(),
                              replaced, IsBefore);
  });
}

}  // namespace rowfall::engine
