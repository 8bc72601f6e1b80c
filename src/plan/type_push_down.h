// SPDX-License-Identifier: Apache-2.0
// Lets the mapper make the type that a json value is converted to.
#ifndef ROWFALL_PLAN_TYPE_PUSH_DOWN_H_
#define ROWFALL_PLAN_TYPE_PUSH_DOWN_H_

#include "plan/view_plan.h"

namespace rowfall::plan {

// Gives a json leaf the type T where all that reads it is one conversion to T
// that happens for every row. Mapper and conversion use the same rules, so that
// the same rows are rejected for the same reason. Where a row might not come
// to that conversion (WHERE, groups, a branch of IF), the leaf stays json.
//
// The column of such a leaf is the result column, as an error of evaluation
// would name it.
void PushDownTypes(ViewPlan& plan);

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_TYPE_PUSH_DOWN_H_
