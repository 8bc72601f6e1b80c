// SPDX-License-Identifier: Apache-2.0
// Finds the leaves that decide about rows; the others are replaceable.
#include "plan/replaceable.h"

#include <vector>

namespace rowfall::plan {
namespace {

std::vector<bool> DecisiveRoots(const ViewPlan& plan) {
  std::vector<bool> decisive(plan.exprs.size());
  if (plan.where.has_value()) decisive[*plan.where] = true;
  for (const ExprId key : plan.keys) decisive[key] = true;
  for (const BoundAggregate& aggregate : plan.aggregates) {
    for (const ExprId id : aggregate.arguments) decisive[id] = true;
  }
  if (plan.having.has_value()) decisive[*plan.having] = true;
  for (const ResultColumn& column : plan.columns) {
    if (column.is_key) decisive[column.expr] = true;
  }
  return decisive;
}

}  // namespace

void ReplaceFailures(ViewPlan& plan) {
  plan.replaces_failures = true;
  for (data::Leaf& leaf : plan.leaves) leaf.replaceable = true;
  std::vector<bool> decisive = DecisiveRoots(plan);
  // Arguments have smaller ids.
  for (size_t i = plan.exprs.size(); i-- > 0;) {
    if (!decisive[i]) continue;
    ForEachArgument(plan.exprs[i],
                    [&decisive](ExprId id) { decisive[id] = true; });
    const auto* leaf = std::get_if<LeafExpr>(&plan.exprs[i].node);
    if (leaf != nullptr) plan.leaves[leaf->leaf].replaceable = false;
  }
}

}  // namespace rowfall::plan
