// SPDX-License-Identifier: Apache-2.0
// The clauses of a view, in their order, on one batch.
#ifndef ROWFALL_EVAL_VIEW_EVALUATOR_H_
#define ROWFALL_EVAL_VIEW_EVALUATOR_H_

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "eval/evaluator.h"
#include "eval/expr_evaluator.h"
#include "eval/group_table.h"
#include "function/aggregate.h"

namespace rowfall::eval {

// What Evaluator::Make() gives.
class ViewEvaluator : public Evaluator {
 public:
  explicit ViewEvaluator(std::shared_ptr<const plan::ViewPlan> plan);

  absl::StatusOr<Batch> Evaluate(const Batch& leaves, absl::Time now,
                                 std::vector<FailedRow>& failed) override;
  std::span<const FailedRow> replaced() const override { return replaced_; }
  size_t HeldBytes() const override;

 private:
  size_t RowBytes() const;
  absl::Status CheckLeaves(const Batch& leaves) const;
  // From the rows of the batch to the result.
  Batch Run(const Batch& leaves, Frame& base);

  // Returns the frame of the rows for which `condition` is true.
  Frame& Filter(plan::ExprId condition, std::string_view clause, Frame& frame);
  // Returns the frame of the rows that have not failed.
  Frame& WithoutFailed(Frame& frame);
  // Returns the frame of the groups, with the aggregates.
  Frame& Group(Frame& rows);
  void EvaluateKeysAndArguments(Frame& rows);
  void Aggregate(size_t number, Frame& rows, Frame& groups);

  // Evaluates the select list and ORDER BY, then picks `result_rows_`.
  void EvaluateItems(Frame& frame);
  // Evaluates the columns that no NULL may replace before the others.
  void EvaluateKeyItems(Frame& frame);
  void TakeReplaced(const Frame& frame);
  void PickRows(Frame& frame);
  void PickDistinct();
  void Sort();
  Batch MakeResult(const Batch& leaves, Frame& frame);
  // Returns a copy of `result_rows_` of a result column.
  std::shared_ptr<const Column> PickColumn(size_t number);

  void AppendFailed(std::vector<FailedRow>& failed) const;
  void AppendFailedGroups(std::vector<FailedRow>& failed) const;
  // Returns 0, 1, ... as many as there are rows.
  std::span<const uint32_t> Iota(size_t num_rows);

  std::shared_ptr<const plan::ViewPlan> plan_;
  ExprEvaluator exprs_;
  Batch empty_;
  RowFailures row_failures_;
  RowFailures group_failures_;
  std::vector<RowFailures::Failure> replaced_failures_;
  std::vector<FailedRow> replaced_;
  Frame* grouped_rows_ = nullptr;  // The rows behind the groups.
  GroupTable group_table_;
  GroupTable distinct_table_;
  std::vector<plan::ExprId> aggregate_exprs_;  // By aggregate.
  std::vector<std::unique_ptr<function::AggregateState>> states_;
  function::RowErrors aggregate_errors_;
  std::vector<function::Argument> arguments_;
  std::vector<function::Argument> results_;     // By result column.
  std::vector<function::Argument> order_keys_;  // By ORDER BY item.
  std::vector<std::shared_ptr<Column>> result_columns_;
  std::vector<uint32_t> iota_;
  std::vector<uint32_t> rows_;
  std::vector<uint32_t> result_rows_;  // Rows of the last frame, in order.
};

}  // namespace rowfall::eval

#endif  // ROWFALL_EVAL_VIEW_EVALUATOR_H_
