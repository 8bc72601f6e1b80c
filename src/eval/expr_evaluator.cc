// SPDX-License-Identifier: Apache-2.0
// Frames, slots and calls; lazy_exprs.cc has AND, OR, IF and COALESCE.
#include "eval/expr_evaluator.h"

#include <variant>

#include "data/column_memory.h"
#include "data/memory_budget.h"
#include "eval/column_pool.h"
#include "eval/row_copies.h"
#include "function/value_limit.h"
#include "plan/default_value.h"
#include "rowfall/materialized_view.h"

namespace rowfall::eval {

using function::Argument;
using plan::ExprId;

ExprEvaluator::ExprEvaluator(const plan::ViewPlan& plan)
    : plan_(plan), arguments_(plan.exprs.size()), repeated_(plan.exprs.size()) {
  for (ExprId id = 0; id < plan.exprs.size(); ++id) {
    size_t count = 0;
    plan::ForEachArgument(plan.exprs[id], [&count](ExprId) { ++count; });
    arguments_[id].resize(count);
  }
}

Frame& ExprEvaluator::NextFrame(Frame* parent, size_t num_rows,
                                RowFailures& failures) {
  if (depth_ == frames_.size()) {
    frames_.push_back(std::make_unique<Frame>());
    frames_.back()->slots.resize(plan_.exprs.size());
  }
  Frame& frame = *frames_[depth_++];
  frame.parent = parent;
  frame.num_rows = num_rows;
  frame.failures = &failures;
  frame.epoch = ++epoch_;
  return frame;
}

Frame& ExprEvaluator::Start(const Batch& leaves, absl::Time now,
                            RowFailures& failures) {
  leaves_ = &leaves;
  context_.now = now;
  depth_ = 0;
  failures.Start(leaves.num_rows());
  return NextFrame(nullptr, leaves.num_rows(), failures);
}

Frame& ExprEvaluator::Push(Frame& parent, std::span<const uint32_t> rows) {
  Frame& frame = NextFrame(&parent, rows.size(), *parent.failures);
  frame.rows.assign(rows.begin(), rows.end());
  frame.base_rows.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    frame.base_rows[i] = parent.BaseRow(rows[i]);
  }
  return frame;
}

Frame& ExprEvaluator::PushGroups(Frame& parent,
                                 std::span<const uint32_t> first_rows,
                                 RowFailures& failures) {
  Frame& frame = Push(parent, first_rows);
  frame.failures = &failures;
  failures.Start(first_rows.size());
  return frame;
}

Argument ExprEvaluator::Get(ExprId id, Frame& frame) {
  Evaluate(id, frame);
  return ValueOf(id, frame);
}

Argument ExprEvaluator::ValueOf(ExprId id, Frame& frame) const {
  const auto* constant = std::get_if<plan::ConstantExpr>(&plan_.exprs[id].node);
  if (constant != nullptr) return {constant->value.get(), true};
  const Slot& slot = frame.slots[id];
  return {slot.column, slot.constant};
}

bool ExprEvaluator::Known(ExprId id, Frame& frame) {
  Slot& slot = frame.slots[id];
  if (slot.epoch == frame.epoch ||
      std::holds_alternative<plan::ConstantExpr>(plan_.exprs[id].node)) {
    return true;
  }
  slot.constant = false;
  slot.alias = id;
  if (!GatherFromAbove(id, frame, slot)) {
    steps_.push_back({id, &frame});
    return false;
  }
  slot.epoch = frame.epoch;
  return true;
}

void ExprEvaluator::Evaluate(ExprId id, Frame& frame) {
  steps_.clear();
  if (Known(id, frame)) return;
  while (!steps_.empty()) {
    Step& step = steps_.back();
    Frame& rows = *step.frame;
    Slot& slot = rows.slots[step.id];
    const bool done =
        std::visit([&](const auto& node) { return Go(node, step, slot); },
                   plan_.exprs[step.id].node);
    if (!done) continue;
    slot.epoch = rows.epoch;
    steps_.pop_back();
  }
}

Column& ExprEvaluator::Own(ExprId id, Slot& slot) {
  Column& column = EmptyColumn(slot.own, plan_.exprs[id].type);
  slot.column = &column;
  return column;
}

Column& ExprEvaluator::Put(ExprId id, Frame& frame) {
  Slot& slot = frame.slots[id];
  slot.constant = false;
  slot.alias = id;
  slot.epoch = frame.epoch;
  return Own(id, slot);
}

std::shared_ptr<const Column> ExprEvaluator::Share(ExprId id, Frame& frame) {
  const Argument argument = Get(id, frame);
  if (argument.constant) {
    auto& repeated = repeated_[id];
    const bool same_each_batch =
        std::holds_alternative<plan::ConstantExpr>(plan_.exprs[id].node);
    if (repeated == nullptr || repeated->size() != frame.num_rows ||
        !same_each_batch) {
      auto column = std::make_shared<Column>(plan_.exprs[id].type);
      Repeat(*argument.column, frame.num_rows, *column);
      repeated = std::move(column);
    }
    return repeated;
  }
  while (frame.slots[id].alias != id) id = frame.slots[id].alias;
  const auto* leaf = std::get_if<plan::LeafExpr>(&plan_.exprs[id].node);
  if (leaf != nullptr && frame.parent == nullptr) {
    return leaves_->column_ptr(leaf->leaf);
  }
  return frame.slots[id].own;
}

size_t ExprEvaluator::HeldBytes() const {
  size_t bytes = 0;
  for (const auto& frame : frames_) {
    for (const Slot& slot : frame->slots) {
      if (slot.own != nullptr) bytes += data::HeldBytes(*slot.own);
    }
  }
  for (const auto& column : repeated_) {
    if (column != nullptr) bytes += data::HeldBytes(*column);
  }
  return bytes;
}

bool ExprEvaluator::GatherFromAbove(ExprId id, Frame& frame, Slot& slot) {
  const Frame* above = frame.parent;
  while (above != nullptr && !above->Has(id)) above = above->parent;
  if (above == nullptr) return false;
  const Slot& known = above->slots[id];
  if (known.constant) {
    slot.column = known.column;
    slot.constant = true;
    return true;
  }
  if (above == frame.parent) {
    Own(id, slot).AppendRows(*known.column, frame.rows);
  } else if (above->parent == nullptr) {
    Own(id, slot).AppendRows(*known.column, frame.base_rows);
  } else {
    composed_rows_ = frame.rows;
    for (const Frame* step = frame.parent; step != above; step = step->parent) {
      for (uint32_t& row : composed_rows_) row = step->rows[row];
    }
    Own(id, slot).AppendRows(*known.column, composed_rows_);
  }
  return true;
}

void ExprEvaluator::SetAlias(ExprId id, const Argument& argument, Frame& frame,
                             Slot& slot) {
  slot.column = argument.column;
  slot.constant = argument.constant;
  slot.alias = argument.constant ? slot.alias : frame.slots[id].alias;
}

void ExprEvaluator::Report(const Frame& frame) {
  for (const auto& error : errors_.errors()) {
    const uint32_t row = frame.FailureRow(error.row);
    // It becomes a reject, too.
    data::TakeMemory(2 * (sizeof(FailedRow) + error.reason.capacity()));
    if (replaced_ != nullptr) {
      replaced_->push_back({row, label_, error.reason});
    } else {
      frame.failures->Add(row, label_, error.reason);
    }
  }
  errors_.Clear();
}

bool ExprEvaluator::Go(const plan::LeafExpr& node, Step& step, Slot& slot) {
  const Frame& frame = *step.frame;
  if (frame.parent == nullptr) {
    slot.column = &leaves_->column(node.leaf);
  } else {
    Own(step.id, slot).AppendRows(leaves_->column(node.leaf), frame.base_rows);
  }
  return true;
}

bool ExprEvaluator::Go(const plan::CallExpr& node, Step& step, Slot& slot) {
  Frame& frame = *step.frame;
  auto& arguments = arguments_[step.id];
  for (size_t& i = step.stage; i < arguments.size(); ++i) {
    if (!Known(node.arguments[i], frame)) return false;
    arguments[i] = ValueOf(node.arguments[i], frame);
  }
  Column& out = Own(step.id, slot);
  node.kernel->Evaluate(context_, arguments, frame.num_rows, out, errors_);
  function::FailLargeValues(out, errors_);
  if (!errors_.empty()) Report(frame);
  return true;
}

bool ExprEvaluator::Go(const plan::AggregateExpr&, Step& step, Slot& slot) {
  // Put() came before in the frame of the groups; rows know no aggregates.
  Column& column = Own(step.id, slot);
  while (column.size() < step.frame->num_rows) column.AppendNull();
  return true;
}

bool ExprEvaluator::Go(const plan::DefaultExpr& node, Step& step, Slot& slot) {
  Frame& frame = *step.frame;
  if (!Known(node.argument, frame)) return false;
  const Argument argument = ValueOf(node.argument, frame);
  if (argument.column->null_count() > 0 && !node.is_key) {
    slot.constant = argument.constant;
    ReplaceNulls(*argument.column, argument.constant ? 1 : frame.num_rows,
                 plan::DefaultValue(plan_.exprs[step.id].type),
                 Own(step.id, slot));
    return true;
  }
  if (argument.column->null_count() > 0) {
    for (size_t row = 0; row < frame.num_rows; ++row) {
      if (argument.IsNull(row)) errors_.Add(row, "Key of the table is NULL");
    }
    Report(frame);
  }
  SetAlias(node.argument, argument, frame, slot);
  return true;
}

}  // namespace rowfall::eval
