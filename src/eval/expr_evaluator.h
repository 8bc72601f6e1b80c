// SPDX-License-Identifier: Apache-2.0
// Evaluates the expressions of a plan for frames of rows, each once a frame.
#ifndef ROWFALL_EVAL_EXPR_EVALUATOR_H_
#define ROWFALL_EVAL_EXPR_EVALUATOR_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "eval/frame.h"
#include "function/kernel.h"
#include "plan/view_plan.h"
#include "rowfall/batch.h"

namespace rowfall::eval {

// Keeps frames and columns between batches. What was computed for a frame is
// gathered, not computed again, for the frames below it.
class ExprEvaluator {
 public:
  // `plan` must outlive the evaluator.
  explicit ExprEvaluator(const plan::ViewPlan& plan);

  // Begins a batch, which is borrowed until the next Start() or End().
  // Returns the frame of its rows.
  Frame& Start(const Batch& leaves, absl::Time now, RowFailures& failures);
  void End() { leaves_ = nullptr; }

  // Opens a frame of some rows of `parent`, whose failures are the parent's.
  // Frames are closed in reverse order, those left by Start().
  Frame& Push(Frame& parent, std::span<const uint32_t> rows);
  // The same with failures of its own.
  Frame& PushGroups(Frame& parent, std::span<const uint32_t> first_rows,
                    RowFailures& failures);
  void Pop() { --depth_; }

  // What failures are put down to from now on; a text of the plan.
  void set_label(std::string_view label) { label_ = label; }
  // From now on failures go to `replaced`, counted as the frame's failures
  // count rows, and the rows go on with NULL. Null: they fail, as at first.
  void set_replaced(std::vector<RowFailures::Failure>* replaced) {
    replaced_ = replaced;
  }

  // Returns the column of an expression for all rows of `frame`, of which
  // there is at least one. Borrowed until the frame is closed.
  function::Argument Get(plan::ExprId id, Frame& frame);
  // The same as a dense column that may be kept.
  std::shared_ptr<const Column> Share(plan::ExprId id, Frame& frame);
  // Returns the empty column that holds the expression in `frame`: for what is
  // computed elsewhere, the aggregates.
  Column& Put(plan::ExprId id, Frame& frame);

  // Returns the memory of all columns that are kept.
  size_t HeldBytes() const;

 private:
  void Evaluate(plan::ExprId id, Frame& frame, Slot& slot);
  void EvaluateNode(const plan::LeafExpr& node, plan::ExprId id, Frame& frame,
                    Slot& slot);
  void EvaluateNode(const plan::ConstantExpr&, plan::ExprId, Frame&, Slot&) {}
  void EvaluateNode(const plan::CallExpr& node, plan::ExprId id, Frame& frame,
                    Slot& slot);
  void EvaluateNode(const plan::LogicExpr& node, plan::ExprId id, Frame& frame,
                    Slot& slot);
  void EvaluateNode(const plan::IfExpr& node, plan::ExprId id, Frame& frame,
                    Slot& slot);
  void EvaluateNode(const plan::CoalesceExpr& node, plan::ExprId id,
                    Frame& frame, Slot& slot);
  void EvaluateNode(const plan::AggregateExpr& node, plan::ExprId id,
                    Frame& frame, Slot& slot);
  void EvaluateNode(const plan::DefaultExpr& node, plan::ExprId id,
                    Frame& frame, Slot& slot);

  // Fills the slot from a frame above that has the expression, if there is one.
  bool GatherFromAbove(plan::ExprId id, Frame& frame, Slot& slot);
  // Makes `slot` stand for the column of another expression of its frame.
  void SetAlias(plan::ExprId id, const function::Argument& argument,
                Frame& frame, Slot& slot);
  // Returns the slot's own column, empty.
  Column& Own(plan::ExprId id, Slot& slot);
  void Report(const Frame& frame);
  Frame& NextFrame(Frame* parent, size_t num_rows, RowFailures& failures);

  const plan::ViewPlan& plan_;
  const Batch* leaves_ = nullptr;
  function::CallContext context_;
  std::string_view label_;
  std::vector<RowFailures::Failure>* replaced_ = nullptr;
  uint64_t epoch_ = 0;
  size_t depth_ = 0;
  std::vector<std::unique_ptr<Frame>> frames_;
  function::RowErrors errors_;
  std::vector<uint32_t> rows_;  // For the next Push().
  std::vector<uint32_t> composed_rows_;
  std::vector<size_t> cursors_;
  // By expression: the arguments of its calls, and its constant repeated.
  std::vector<std::vector<function::Argument>> arguments_;
  std::vector<std::shared_ptr<const Column>> repeated_;
};

}  // namespace rowfall::eval

#endif  // ROWFALL_EVAL_EXPR_EVALUATOR_H_
