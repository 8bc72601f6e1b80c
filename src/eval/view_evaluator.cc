// SPDX-License-Identifier: Apache-2.0
// Filter, group, project, distinct, sort: what rows come out.
#include "eval/view_evaluator.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/status.h"
#include "data/column_memory.h"
#include "data/memory_budget.h"
#include "eval/column_pool.h"
#include "eval/row_compare.h"
#include "eval/row_copies.h"
#include "function/trouble.h"

namespace rowfall::eval {

using function::Argument;
using plan::ExprId;

absl::StatusOr<std::unique_ptr<Evaluator>> Evaluator::Make(
    std::shared_ptr<const plan::ViewPlan> plan) {
  ROWFALL_RET_CHECK(plan != nullptr && plan->schema != nullptr);
  ROWFALL_RET_CHECK(plan->schema->num_fields() == plan->columns.size());
  return std::make_unique<ViewEvaluator>(std::move(plan));
}

bool IsRowByRow(const plan::ViewPlan& plan) {
  return !plan.grouped && !plan.distinct && plan.order_by.empty();
}

ViewEvaluator::ViewEvaluator(std::shared_ptr<const plan::ViewPlan> plan)
    : plan_(std::move(plan)), exprs_(*plan_) {
  aggregate_exprs_.resize(plan_->aggregates.size());
  for (ExprId id = 0; id < plan_->exprs.size(); ++id) {
    const auto* node = std::get_if<plan::AggregateExpr>(&plan_->exprs[id].node);
    if (node != nullptr) aggregate_exprs_[node->aggregate] = id;
  }
  for (const plan::BoundAggregate& aggregate : plan_->aggregates) {
    states_.push_back(aggregate.resolved.make(aggregate.resolved));
  }
  result_columns_.resize(plan_->columns.size());
  std::vector<std::shared_ptr<const Column>> columns;
  for (const Field& field : plan_->schema->fields()) {
    columns.push_back(std::make_shared<const Column>(field.type));
  }
  empty_ = Batch(plan_->schema, std::move(columns), 0);
}

absl::StatusOr<Batch> ViewEvaluator::Evaluate(const Batch& leaves,
                                              absl::Time now,
                                              std::vector<FailedRow>& failed) {
  ROWFALL_RETURN_IF_ERROR(CheckLeaves(leaves));
  replaced_.clear();
  if (leaves.num_rows() == 0) return empty_;
  if (leaves.num_rows() > iota_.capacity()) {
    data::TakeMemory((leaves.num_rows() - iota_.capacity()) * RowBytes());
  }
  grouped_rows_ = nullptr;
  group_failures_.Start(0);
  Frame& base = exprs_.Start(leaves, now, row_failures_);
  try {
    Batch result = Run(leaves, base);
    AppendFailed(failed);
    exprs_.End();
    return result;
  } catch (const function::Trouble& trouble) {
    return trouble.status();
  }
}

// What frames, numbers of rows, groups and the sort take of a row, without its
// values; generously.
size_t ViewEvaluator::RowBytes() const {
  return plan_->grouped || plan_->distinct ? 96 : 32;
}

size_t ViewEvaluator::HeldBytes() const {
  size_t bytes = exprs_.HeldBytes() + iota_.capacity() * RowBytes();
  for (const auto& column : result_columns_) {
    if (column != nullptr) bytes += data::HeldBytes(*column);
  }
  return bytes;
}

absl::Status ViewEvaluator::CheckLeaves(const Batch& leaves) const {
  ROWFALL_RET_CHECK(leaves.num_columns() == plan_->leaves.size());
  for (size_t i = 0; i < plan_->leaves.size(); ++i) {
    ROWFALL_RET_CHECK(leaves.column(i).type() == plan_->leaves[i].type);
    ROWFALL_RET_CHECK(leaves.column(i).size() == leaves.num_rows());
  }
  return absl::OkStatus();
}

Batch ViewEvaluator::Run(const Batch& leaves, Frame& base) {
  Frame* frame = &base;
  if (plan_->where.has_value()) {
    frame = &Filter(*plan_->where, "WHERE", *frame);
    if (frame->num_rows == 0) return empty_;
  }
  if (plan_->grouped) {
    frame = &Group(*frame);
    if (frame->num_rows == 0) return empty_;
  }
  if (plan_->having.has_value()) {
    frame = &Filter(*plan_->having, "HAVING", *frame);
    if (frame->num_rows == 0) return empty_;
  }
  EvaluateItems(*frame);
  return MakeResult(leaves, *frame);
}

Frame& ViewEvaluator::Filter(ExprId condition, std::string_view clause,
                             Frame& frame) {
  exprs_.set_label(clause);
  const Argument values = exprs_.Get(condition, frame);
  rows_.clear();
  for (size_t row = 0; row < frame.num_rows; ++row) {
    if (!values.IsNull(row) && values.column->bools()[values.RowOf(row)] != 0 &&
        !frame.failures->Has(frame.FailureRow(row))) {
      rows_.push_back(static_cast<uint32_t>(row));
    }
  }
  return rows_.size() == frame.num_rows ? frame : exprs_.Push(frame, rows_);
}

Frame& ViewEvaluator::WithoutFailed(Frame& frame) {
  if (frame.failures->empty()) return frame;
  rows_.clear();
  for (size_t row = 0; row < frame.num_rows; ++row) {
    if (!frame.failures->Has(frame.FailureRow(row))) {
      rows_.push_back(static_cast<uint32_t>(row));
    }
  }
  return rows_.size() == frame.num_rows ? frame : exprs_.Push(frame, rows_);
}

void ViewEvaluator::EvaluateKeysAndArguments(Frame& rows) {
  exprs_.set_label("GROUP BY");
  for (const ExprId key : plan_->keys) exprs_.Get(key, rows);
  for (const plan::BoundAggregate& aggregate : plan_->aggregates) {
    exprs_.set_label(aggregate.label);
    for (const ExprId argument : aggregate.arguments) {
      exprs_.Get(argument, rows);
    }
  }
}

Frame& ViewEvaluator::Group(Frame& frame) {
  EvaluateKeysAndArguments(frame);
  Frame& rows = WithoutFailed(frame);
  if (rows.num_rows == 0) return rows;
  arguments_.clear();
  for (const ExprId key : plan_->keys) {
    arguments_.push_back(exprs_.Get(key, rows));
  }
  group_table_.Assign(arguments_, Iota(rows.num_rows));
  Frame& groups =
      exprs_.PushGroups(rows, group_table_.first_rows(), group_failures_);
  grouped_rows_ = &rows;
  for (size_t i = 0; i < states_.size(); ++i) Aggregate(i, rows, groups);
  return WithoutFailed(groups);
}

void ViewEvaluator::Aggregate(size_t number, Frame& rows, Frame& groups) {
  const plan::BoundAggregate& aggregate = plan_->aggregates[number];
  arguments_.clear();
  for (const ExprId argument : aggregate.arguments) {
    arguments_.push_back(exprs_.Get(argument, rows));
  }
  function::AggregateState& state = *states_[number];
  state.Clear();
  state.Resize(groups.num_rows);
  state.Update(arguments_, group_table_.groups());
  aggregate_errors_.Clear();
  state.Finish(exprs_.Put(aggregate_exprs_[number], groups), aggregate_errors_);
  for (const auto& error : aggregate_errors_.errors()) {
    group_failures_.Add(error.row, aggregate.label, error.reason);
  }
}

void ViewEvaluator::EvaluateKeyItems(Frame& frame) {
  for (const plan::ResultColumn& column : plan_->columns) {
    if (!column.is_key) continue;
    exprs_.set_label(column.name);
    exprs_.Get(column.expr, frame);
  }
}

void ViewEvaluator::TakeReplaced(const Frame& frame) {
  const auto key = [](const FailedRow& failed) {
    return std::tie(failed.row, failed.column);
  };
  for (auto& [row, label, reason] : replaced_failures_) {
    if (frame.failures->Has(row)) continue;
    const bool group = frame.failures == &group_failures_;
    const uint32_t base =
        group ? grouped_rows_->BaseRow(group_table_.first_rows()[row]) : row;
    replaced_.push_back({base, std::string(label), std::move(reason)});
  }
  // An expression may fail once in a branch and once outside of it.
  std::stable_sort(
      replaced_.begin(), replaced_.end(),
      [&](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto end = std::unique(
      replaced_.begin(), replaced_.end(),
      [&](const auto& a, const auto& b) { return key(a) == key(b); });
  replaced_.erase(end, replaced_.end());
}

void ViewEvaluator::EvaluateItems(Frame& frame) {
  if (plan_->replaces_failures) {
    EvaluateKeyItems(frame);
    replaced_failures_.clear();
    exprs_.set_replaced(&replaced_failures_);
  }
  results_.clear();
  order_keys_.clear();
  for (const plan::ResultColumn& column : plan_->columns) {
    exprs_.set_label(column.name);
    results_.push_back(exprs_.Get(column.expr, frame));
  }
  exprs_.set_label("ORDER BY");
  for (const plan::OrderKey& key : plan_->order_by) {
    order_keys_.push_back(exprs_.Get(key.expr, frame));
  }
  exprs_.set_replaced(nullptr);
  if (plan_->replaces_failures) TakeReplaced(frame);
  PickRows(frame);
  if (plan_->distinct) PickDistinct();
  if (!order_keys_.empty()) Sort();
}

void ViewEvaluator::PickRows(Frame& frame) {
  const auto all = Iota(frame.num_rows);
  if (frame.failures->empty()) {
    result_rows_.assign(all.begin(), all.end());
    return;
  }
  result_rows_.clear();
  for (const uint32_t row : all) {
    if (!frame.failures->Has(frame.FailureRow(row))) {
      result_rows_.push_back(row);
    }
  }
}

void ViewEvaluator::PickDistinct() {
  distinct_table_.Assign(results_, result_rows_);
  result_rows_.assign(distinct_table_.first_rows().begin(),
                      distinct_table_.first_rows().end());
}

void ViewEvaluator::Sort() {
  const auto before = [this](uint32_t a, uint32_t b) {
    for (size_t i = 0; i < order_keys_.size(); ++i) {
      if (order_keys_[i].constant) continue;
      const int order = CompareRows(*order_keys_[i].column, a, b);
      if (order != 0)
        return plan_->order_by[i].descending ? order > 0 : order < 0;
    }
    return a < b;  // Rows come in their order: this makes the sort stable.
  };
  std::sort(result_rows_.begin(), result_rows_.end(), before);
}

Batch ViewEvaluator::MakeResult(const Batch& leaves, Frame& frame) {
  const auto all = Iota(frame.num_rows);
  const bool all_rows = std::equal(result_rows_.begin(), result_rows_.end(),
                                   all.begin(), all.end());
  std::vector<std::shared_ptr<const Column>> columns;
  columns.reserve(plan_->columns.size());
  for (size_t i = 0; i < plan_->columns.size(); ++i) {
    columns.push_back(all_rows ? exprs_.Share(plan_->columns[i].expr, frame)
                               : PickColumn(i));
  }
  std::vector<uint32_t> origins;
  if (!leaves.origins().empty()) {
    origins.reserve(result_rows_.size());
    for (const uint32_t row : result_rows_) {
      origins.push_back(leaves.origins()[frame.BaseRow(row)]);
    }
  }
  return Batch(plan_->schema, std::move(columns), result_rows_.size(),
               std::move(origins));
}

std::shared_ptr<const Column> ViewEvaluator::PickColumn(size_t number) {
  Column& column =
      EmptyColumn(result_columns_[number], plan_->schema->field(number).type);
  const Argument& values = results_[number];
  if (values.constant) {
    Repeat(*values.column, result_rows_.size(), column);
  } else {
    column.AppendRows(*values.column, result_rows_);
  }
  return result_columns_[number];
}

void ViewEvaluator::AppendFailed(std::vector<FailedRow>& failed) const {
  const size_t begin = failed.size();
  for (const auto& failure : row_failures_.failures()) {
    failed.push_back({failure.row, std::string(failure.label), failure.reason});
  }
  if (!group_failures_.empty()) AppendFailedGroups(failed);
  std::sort(
      failed.begin() + static_cast<ptrdiff_t>(begin), failed.end(),
      [](const FailedRow& a, const FailedRow& b) { return a.row < b.row; });
}

void ViewEvaluator::AppendFailedGroups(std::vector<FailedRow>& failed) const {
  // Each message of the group must be heard of: it is in no other row.
  const auto& groups = group_table_.groups();
  std::vector<const RowFailures::Failure*> by_group(
      group_table_.first_rows().size(), nullptr);
  for (const auto& failure : group_failures_.failures()) {
    by_group[failure.row] = &failure;
  }
  for (size_t row = 0; row < groups.size(); ++row) {
    const RowFailures::Failure* failure = by_group[groups[row]];
    if (failure == nullptr) continue;
    failed.push_back({grouped_rows_->BaseRow(row), std::string(failure->label),
                      failure->reason});
  }
}

std::span<const uint32_t> ViewEvaluator::Iota(size_t num_rows) {
  if (iota_.size() < num_rows) {
    const size_t known = iota_.size();
    iota_.resize(num_rows);
    std::iota(iota_.begin() + static_cast<ptrdiff_t>(known), iota_.end(),
              static_cast<uint32_t>(known));
  }
  return {iota_.data(), num_rows};
}

}  // namespace rowfall::eval
