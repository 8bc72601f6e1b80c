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
// gathered, not computed again, for the frames below it. Expressions that wait
// for their arguments are on a stack of its own: a thousand above one another
// need nothing of the thread's.
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
  // An expression that is being evaluated for a frame.
  struct Step {
    plan::ExprId id;
    Frame* frame;
    size_t stage = 0;  // What of it has been done.
    // Frames of some of the rows, for lazy expressions.
    Frame* open = nullptr;
    Frame* otherwise = nullptr;
    size_t pushed = 0;
  };

  void Evaluate(plan::ExprId id, Frame& frame);
  // Whether the expression is there, a frame above may have had it; where not,
  // its evaluation has become the next step, and who asks is to return false.
  bool Known(plan::ExprId id, Frame& frame);
  // What Known() was true for.
  function::Argument ValueOf(plan::ExprId id, Frame& frame) const;

  // Carries a step on until it has filled its slot (true) or asks for an
  // argument (false; then it does not touch `step` any more).
  bool Go(const plan::LeafExpr& node, Step& step, Slot& slot);
  bool Go(const plan::ConstantExpr&, Step&, Slot&) { return true; }
  bool Go(const plan::CallExpr& node, Step& step, Slot& slot);
  bool Go(const plan::LogicExpr& node, Step& step, Slot& slot);
  bool Go(const plan::IfExpr& node, Step& step, Slot& slot);
  bool Go(const plan::CoalesceExpr& node, Step& step, Slot& slot);
  bool Go(const plan::AggregateExpr& node, Step& step, Slot& slot);
  bool Go(const plan::DefaultExpr& node, Step& step, Slot& slot);

  void BeginBranches(const plan::IfExpr& node, Step& step);
  void JoinBranches(const plan::IfExpr& node, Step& step, Slot& slot);
  // The arguments that are needed, each for the rows that those before left
  // NULL.
  bool GoArguments(const plan::CoalesceExpr& node, Step& step);

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
  std::vector<Step> steps_;  // Each waits for the one behind it.
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
