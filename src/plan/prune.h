// SPDX-License-Identifier: Apache-2.0
// Removes what binding and folding left behind unused.
#ifndef ROWFALL_PLAN_PRUNE_H_
#define ROWFALL_PLAN_PRUNE_H_

#include <vector>

#include "plan/view_plan.h"

namespace rowfall::plan {

// Removes expressions, aggregates and leaves that no clause reads. Renumbers
// the others, in order.
void PruneUnused(ViewPlan& plan);

// Calls `visit` with a reference to the id of each expression that a clause
// holds: WHERE, GROUP BY, arguments of aggregates, HAVING, results, ORDER BY.
template <typename Plan, typename Visit>
void ForEachRoot(Plan& plan, Visit visit) {
  if (plan.where.has_value()) visit(*plan.where);
  for (auto& key : plan.keys) visit(key);
  for (auto& aggregate : plan.aggregates) {
    for (auto& argument : aggregate.arguments) visit(argument);
  }
  if (plan.having.has_value()) visit(*plan.having);
  for (auto& column : plan.columns) visit(column.expr);
  for (auto& key : plan.order_by) visit(key.expr);
}

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_PRUNE_H_
