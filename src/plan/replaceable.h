// SPDX-License-Identifier: Apache-2.0
// What on_error='null' may replace by NULL.
#ifndef ROWFALL_PLAN_REPLACEABLE_H_
#define ROWFALL_PLAN_REPLACEABLE_H_

#include "plan/view_plan.h"

namespace rowfall::plan {

// Makes the plan replace what fails by NULL, where that changes a value of a
// row and nothing else: leaves that only the select list (without the column
// `id`) and ORDER BY read. What is read by `id`, WHERE, GROUP BY, HAVING or an
// aggregate decides which row it is, whether there is one, or what other rows
// add up to: a failure there still rejects the row.
void ReplaceFailures(ViewPlan& plan);

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_REPLACEABLE_H_
