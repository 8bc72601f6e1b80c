// SPDX-License-Identifier: Apache-2.0
// Map and evaluate one batch.
#include "engine/pipeline.h"

#include <algorithm>
#include <span>
#include <tuple>

#include "base/crash_point.h"
#include "base/status.h"
#include "base/text.h"
#include "engine/rows_in_parts.h"

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
    std::shared_ptr<const plan::ViewPlan> plan, const PipelineLimits& limits,
    Clock* clock) {
  std::unique_ptr<Pipeline> pipeline(
      new Pipeline(std::move(plan), limits, clock));
  ROWFALL_RETURN_IF_ERROR(pipeline->Renew());
  return pipeline;
}

absl::Status Pipeline::Renew() {
  mapper_.reset();
  evaluator_.reset();
  ROWFALL_ASSIGN_OR_RETURN(mapper_,
                           map::Mapper::Make(plan_->leaves, limits_.map));
  ROWFALL_ASSIGN_OR_RETURN(evaluator_, eval::Evaluator::Make(plan_));
  return absl::OkStatus();
}

absl::StatusOr<Processed> Pipeline::Process(const MessageBatch& messages,
                                            size_t begin, size_t end,
                                            absl::Time now) {
  absl::StatusOr<Processed> out = [&]() -> absl::StatusOr<Processed> {
    try {
      return ProcessWhole(messages, begin, end, now);
    } catch (const data::OverBudget&) {
      if (end - begin != 1) throw;
    }
    return ProcessLarge(messages, begin, now);
  }();
  if (out.ok()) ROWFALL_RETURN_IF_ERROR(GiveBack());
  return out;
}

absl::Status Pipeline::GiveBack() {
  constexpr size_t kSmall = 64u << 20;
  const size_t peak = budget_.peak();
  const bool rare = peak > kSmall && peak / 2 > usual_bytes_;
  usual_bytes_ = peak;
  return rare ? Renew() : absl::OkStatus();
}

absl::StatusOr<Processed> Pipeline::ProcessWhole(const MessageBatch& messages,
                                                 size_t begin, size_t end,
                                                 absl::Time now) {
  Processed out;
  map_errors_.clear();
  failed_rows_.clear();
  budget_.Start(mapper_->HeldBytes() + evaluator_->HeldBytes());
  const data::BudgetScope scope(&budget_);
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
    replaced_rows_.assign(evaluator_->replaced().begin(),
                          evaluator_->replaced().end());
    CollectRejects(leaves.origins(), out);
  }
  return out;
}

absl::StatusOr<Processed> Pipeline::ProcessLarge(const MessageBatch& messages,
                                                 size_t message,
                                                 absl::Time now) {
  // Whether a message is rejected must not depend on what was before it.
  ROWFALL_RETURN_IF_ERROR(Renew());
  try {
    return ProcessWhole(messages, message, message + 1, now);
  } catch (const data::OverBudget&) {
    ROWFALL_RETURN_IF_ERROR(Renew());
  }
  try {
    if (eval::IsRowByRow(*plan_)) return ProcessInParts(messages, message, now);
  } catch (const data::OverBudget&) {
    ROWFALL_RETURN_IF_ERROR(Renew());
  }
  Processed out;
  RowsInParts none(plan_->schema, *evaluator_, now);
  ROWFALL_ASSIGN_OR_RETURN(out.rows,
                           none.Take(static_cast<uint32_t>(message)));
  out.rejected.push_back(
      {static_cast<uint32_t>(message), RejectStage::kEvaluate, "",
       base::Cat("Rows of the message take more than max_batch_memory_bytes, ",
                 limits_.max_batch_memory_bytes)});
  return out;
}

absl::StatusOr<Processed> Pipeline::ProcessInParts(const MessageBatch& messages,
                                                   size_t message,
                                                   absl::Time now) {
  constexpr size_t kPartRows = 1024;
  Processed out;
  map_errors_.clear();
  budget_.Start(mapper_->HeldBytes() + evaluator_->HeldBytes());
  const data::BudgetScope scope(&budget_);
  const absl::Duration start = clock_->Monotonic();
  RowsInParts rows(plan_->schema, *evaluator_, now);
  const bool good = mapper_->MapInParts(
      messages, message, kPartRows,
      [&rows](const Batch& leaves) { rows.Add(leaves); }, map_errors_);
  if (!good) rows.Clear();
  const auto number = static_cast<uint32_t>(message);
  ROWFALL_ASSIGN_OR_RETURN(out.rows, rows.Take(number));
  out.map_time = clock_->Monotonic() - start;  // Of both.
  out.rows_in = rows.rows_in();
  out.rows_failed = rows.failed().size();
  failed_rows_ = std::move(rows.failed());
  replaced_rows_ = std::move(rows.replaced());
  const std::vector<uint32_t> origins(out.rows_in, number);
  CollectRejects(origins, out);
  return out;
}

void Pipeline::CollectRejects(std::span<const uint32_t> origins,
                              Processed& out) {
  RowNumbers failed_numbers(origins, map_errors_);
  for (FailedRow& failed : failed_rows_) {
    out.rejected.push_back({origins[failed.row], RejectStage::kEvaluate,
                            std::move(failed.column), std::move(failed.reason),
                            -1, failed_numbers.Next(failed.row)});
  }
  RowNumbers replaced_numbers(origins, map_errors_);
  for (FailedRow& replaced : replaced_rows_) {
    out.replaced.push_back({origins[replaced.row], RejectStage::kEvaluate,
                            std::move(replaced.column),
                            std::move(replaced.reason), -1,
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
