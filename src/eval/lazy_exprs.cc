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

void ExprEvaluator::EvaluateNode(const LogicExpr& node, ExprId id, Frame& frame,
                                 Slot& slot) {
  const bool decisive = node.op == LogicExpr::Op::kOr;
  const Argument left = Get(node.left, frame);
  rows_.clear();
  for (size_t row = 0; row < frame.num_rows; ++row) {
    if (!Decides(left, row, decisive)) {
      rows_.push_back(static_cast<uint32_t>(row));
    }
  }
  if (rows_.empty()) return SetAlias(node.left, left, frame, slot);
  const bool all = rows_.size() == frame.num_rows;
  Frame& open = all ? frame : Push(frame, rows_);
  const Argument right = Get(node.right, open);
  CombineLogic(left, right, decisive, frame.num_rows, Own(id, slot));
  if (!all) Pop();
}

void ExprEvaluator::EvaluateNode(const plan::IfExpr& node, ExprId id,
                                 Frame& frame, Slot& slot) {
  const Argument condition = Get(node.condition, frame);
  const auto select = [&](bool wanted) {
    rows_.clear();
    for (size_t row = 0; row < frame.num_rows; ++row) {
      if (IsTrue(condition, row) == wanted) {
        rows_.push_back(static_cast<uint32_t>(row));
      }
    }
  };
  select(true);
  if (rows_.size() == frame.num_rows || rows_.empty()) {
    const ExprId taken = rows_.empty() ? node.otherwise : node.then;
    return SetAlias(taken, Get(taken, frame), frame, slot);
  }
  const Argument then = Get(node.then, Push(frame, rows_));
  select(false);
  const Argument otherwise = Get(node.otherwise, Push(frame, rows_));
  Column& out = Own(id, slot);
  out.Reserve(frame.num_rows);
  size_t next_then = 0;
  size_t next_otherwise = 0;
  for (size_t row = 0; row < frame.num_rows; ++row) {
    const bool is_true = IsTrue(condition, row);
    const Argument& from = is_true ? then : otherwise;
    out.AppendRow(*from.column,
                  from.RowOf(is_true ? next_then++ : next_otherwise++));
  }
  Pop();
  Pop();
}

void ExprEvaluator::EvaluateNode(const plan::CoalesceExpr& node, ExprId id,
                                 Frame& frame, Slot& slot) {
  // Argument i is evaluated for the rows that i arguments left NULL.
  auto& arguments = arguments_[id];
  Frame* open = &frame;
  size_t evaluated = 0;
  size_t pushed = 0;
  for (const ExprId argument : node.arguments) {
    const Argument values = arguments[evaluated++] = Get(argument, *open);
    if (evaluated == arguments.size()) break;
    rows_.clear();
    for (size_t row = 0; row < open->num_rows; ++row) {
      if (values.IsNull(row)) rows_.push_back(static_cast<uint32_t>(row));
    }
    if (rows_.empty()) break;
    open = &Push(*open, rows_);
    ++pushed;
  }
  if (evaluated == 1) {
    return SetAlias(node.arguments[0], arguments[0], frame, slot);
  }
  Column& out = Own(id, slot);
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
  while (pushed-- > 0) Pop();
}

}  // namespace rowfall::eval
