// SPDX-License-Identifier: Apache-2.0
// Marks what is used, then moves it together.
#include "plan/prune.h"

#include <utility>

namespace rowfall::plan {
namespace {

// Returns for each old number the new one and removes unused elements.
template <typename T>
std::vector<size_t> Compact(std::vector<T>& elements,
                            const std::vector<bool>& used) {
  std::vector<size_t> moved(elements.size());
  size_t next = 0;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (!used[i]) continue;
    if (next != i) elements[next] = std::move(elements[i]);
    moved[i] = next++;
  }
  elements.erase(elements.begin() + static_cast<ptrdiff_t>(next),
                 elements.end());
  return moved;
}

// Marks what is behind marked expressions; arguments have smaller ids.
std::vector<bool> UsedExprs(const ViewPlan& plan) {
  std::vector<bool> used(plan.exprs.size());
  ForEachRoot(plan, [&used](ExprId id) { used[id] = true; });
  for (size_t i = plan.exprs.size(); i-- > 0;) {
    if (!used[i]) continue;
    ForEachArgument(plan.exprs[i], [&used](ExprId id) { used[id] = true; });
  }
  return used;
}

// An aggregate that folding left without a reader would still be computed.
void PruneAggregates(ViewPlan& plan) {
  std::vector<bool> used(plan.aggregates.size());
  const std::vector<bool> used_exprs = UsedExprs(plan);
  for (size_t i = 0; i < plan.exprs.size(); ++i) {
    const auto* node = std::get_if<AggregateExpr>(&plan.exprs[i].node);
    if (node != nullptr && used_exprs[i]) used[node->aggregate] = true;
  }
  const std::vector<size_t> moved = Compact(plan.aggregates, used);
  for (BoundExpr& expr : plan.exprs) {
    auto* node = std::get_if<AggregateExpr>(&expr.node);
    if (node != nullptr) node->aggregate = moved[node->aggregate];
  }
}

void PruneExprs(ViewPlan& plan) {
  const std::vector<size_t> moved = Compact(plan.exprs, UsedExprs(plan));
  const auto renumber = [&moved](ExprId& id) {
    id = static_cast<ExprId>(moved[id]);
  };
  ForEachRoot(plan, renumber);
  for (BoundExpr& expr : plan.exprs) ForEachArgument(expr, renumber);
}

void PruneLeaves(ViewPlan& plan) {
  std::vector<bool> used(plan.leaves.size());
  for (const BoundExpr& expr : plan.exprs) {
    const auto* node = std::get_if<LeafExpr>(&expr.node);
    if (node != nullptr) used[node->leaf] = true;
  }
  const std::vector<size_t> moved = Compact(plan.leaves, used);
  for (BoundExpr& expr : plan.exprs) {
    auto* node = std::get_if<LeafExpr>(&expr.node);
    if (node != nullptr) node->leaf = moved[node->leaf];
  }
}

}  // namespace

void PruneUnused(ViewPlan& plan) {
  PruneAggregates(plan);
  PruneExprs(plan);
  PruneLeaves(plan);
}

}  // namespace rowfall::plan
