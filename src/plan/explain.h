// SPDX-License-Identifier: Apache-2.0
// A bound view as readable text.
#ifndef ROWFALL_PLAN_EXPLAIN_H_
#define ROWFALL_PLAN_EXPLAIN_H_

#include <string>
#include <utility>
#include <vector>

#include "plan/view_plan.h"

namespace rowfall::plan {

// Returns the steps of `plan` in the order of evaluation, a line each: what
// the step is ("read", "filter", "group by", "aggregate", "having", "result",
// "distinct", "order by") and what it works on, e.g.
// {"result", "size multi = cast(glossdef.size as multi)"}.
std::vector<std::pair<std::string, std::string>> Explain(const ViewPlan& plan);

// Returns an expression as text, with conversions written out.
std::string ExprText(const ViewPlan& plan, ExprId id);

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_EXPLAIN_H_
