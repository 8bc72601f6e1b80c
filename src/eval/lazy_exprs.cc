// SPDX-License-Identifier: Apache-2.0
// Expressions that evaluate an argument only for the rows that need it: the
// rest of the rows neither cost time nor fail.
#include "eval/expr_evaluator.h"

namespace rowfall::eval {

using function::Argument;
using plan::ExprId;
using plan::LogicExpr;

namespace {

bool IsTrue(const Argument& argument, size_t row) {
  return !argument.IsNull(row) &&
         argument.column->bools()[argument.RowOf(row)] != 0;
}

// The rows for which a condition is true, or is not.
void SelectRows(const Argument& condition, bool wanted, size_t num_rows,
                std::vector<uint32_t>& rows) {
  rows.clear();
  for (size_t row = 0; row < num_rows; ++row) {
    if (IsTrue(condition, row) == wanted) {
      rows.push_back(static_cast<uint32_t>(row));
    }
  }
}

// Whose rows a branch of IF takes: a step's stage.
constexpr size_t kUndecided = 0;
constexpr size_t kThen = 1;  // All of them.
constexpr size_t kOtherwise = 2;
constexpr size_t kBoth = 3;

// Whether the left side alone decides: FALSE AND x, TRUE OR x.
bool Decides(const Argument& left, size_t row, bool decisive) {
  return !left.IsNull(row) && IsTrue(left, row) == decisive;
}

// Appends to `out` what comes of `left` and, for the rows that it leaves open,
// the rows of `right` in order.
void CombineLogic(const Argument& left, const Argument& right, bool decisive,
                  size_t num_rows, Column& out) {
  out.Reserve(num_rows);
  size_t next = 0;
  for (size_t row = 0; row < num_rows; ++row) {
    if (Decides(left, row, decisive)) {
      out.AppendBool(decisive);
      continue;
    }
    const size_t open = next++;
    if (!right.IsNull(open) && IsTrue(right, open) == decisive) {
      out.AppendBool(decisive);
    } else if (left.IsNull(row) || right.IsNull(open)) {
      out.AppendNull();
    } else {
      out.AppendBool(!decisive);
    }
  }
}

}  // namespace

bool ExprEvaluator::Go(const LogicExpr& node, Step& step, Slot& slot) {
  Frame& frame = *step.frame;
  const bool decisive = node.op == LogicExpr::Op::kOr;
  if (!Known(node.left, frame)) return false;
  const Argument left = ValueOf(node.left, frame);
  if (step.open == nullptr) {
    rows_.clear();
    for (size_t row = 0; row < frame.num_rows; ++row) {
      if (!Decides(left, row, decisive)) {
        rows_.push_back(static_cast<uint32_t>(row));
      }
    }
    if (rows_.empty()) {
      SetAlias(node.left, left, frame, slot);
      return true;
    }
    const bool all = rows_.size() == frame.num_rows;
    step.open = all ? &frame : &Push(frame, rows_);
  }
  Frame& open = *step.open;
  if (!Known(node.right, open)) return false;
  CombineLogic(left, ValueOf(node.right, open), decisive, frame.num_rows,
               Own(step.id, slot));
  if (&open != &frame) Pop();
  return true;
}

bool ExprEvaluator::Go(const plan::IfExpr& node, Step& step, Slot& slot) {
  Frame& frame = *step.frame;
  if (!Known(node.condition, frame)) return false;
  if (step.stage == kUndecided) BeginBranches(node, step);
  if (step.stage != kBoth) {
    const ExprId taken = step.stage == kThen ? node.then : node.otherwise;
    if (!Known(taken, frame)) return false;
    SetAlias(taken, ValueOf(taken, frame), frame, slot);
    return true;
  }
  if (!Known(node.then, *step.open)) return false;
  if (step.otherwise == nullptr) {
    SelectRows(ValueOf(node.condition, frame), false, frame.num_rows, rows_);
    step.otherwise = &Push(frame, rows_);
  }
  if (!Known(node.otherwise, *step.otherwise)) return false;
  JoinBranches(node, step, slot);
  return true;
}

void ExprEvaluator::BeginBranches(const plan::IfExpr& node, Step& step) {
  Frame& frame = *step.frame;
  SelectRows(ValueOf(node.condition, frame), true, frame.num_rows, rows_);
  if (rows_.size() == frame.num_rows || rows_.empty()) {
    step.stage = rows_.empty() ? kOtherwise : kThen;
    return;
  }
  step.stage = kBoth;
  step.open = &Push(frame, rows_);
}

void ExprEvaluator::JoinBranches(const plan::IfExpr& node, Step& step,
                                 Slot& slot) {
  const size_t num_rows = step.frame->num_rows;
  const Argument condition = ValueOf(node.condition, *step.frame);
  const Argument then = ValueOf(node.then, *step.open);
  const Argument otherwise = ValueOf(node.otherwise, *step.otherwise);
  Column& out = Own(step.id, slot);
  out.Reserve(num_rows);
  size_t next_then = 0;
  size_t next_otherwise = 0;
  for (size_t row = 0; row < num_rows; ++row) {
    const bool is_true = IsTrue(condition, row);
    const Argument& from = is_true ? then : otherwise;
    out.AppendRow(*from.column,
                  from.RowOf(is_true ? next_then++ : next_otherwise++));
  }
  Pop();
  Pop();
}

bool ExprEvaluator::GoArguments(const plan::CoalesceExpr& node, Step& step) {
  auto& arguments = arguments_[step.id];
  if (step.open == nullptr) step.open = step.frame;
  while (true) {
    Frame& open = *step.open;
    const ExprId argument = node.arguments[step.stage];
    if (!Known(argument, open)) return false;
    const Argument values = ValueOf(argument, open);
    arguments[step.stage++] = values;
    if (step.stage == arguments.size()) return true;
    rows_.clear();
    for (size_t row = 0; row < open.num_rows; ++row) {
      if (values.IsNull(row)) rows_.push_back(static_cast<uint32_t>(row));
    }
    if (rows_.empty()) return true;
    step.open = &Push(open, rows_);
    ++step.pushed;
  }
}

bool ExprEvaluator::Go(const plan::CoalesceExpr& node, Step& step, Slot& slot) {
  if (!GoArguments(node, step)) return false;
  Frame& frame = *step.frame;
  const auto& arguments = arguments_[step.id];
  const size_t evaluated = step.stage;
  if (evaluated == 1) {
    SetAlias(node.arguments[0], arguments[0], frame, slot);
    return true;
  }
  Column& out = Own(step.id, slot);
  out.Reserve(frame.num_rows);
  cursors_.assign(evaluated, 0);
  for (size_t row = 0; row < frame.num_rows; ++row) {
    size_t from = 0;
    size_t at = row;
    while (from + 1 < evaluated && arguments[from].IsNull(at)) {
      at = cursors_[++from]++;
    }
    out.AppendRow(*arguments[from].column, arguments[from].RowOf(at));
  }
  for (; step.pushed > 0; --step.pushed) Pop();
  return true;
}

}  // namespace rowfall::eval
