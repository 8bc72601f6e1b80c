// SPDX-License-Identifier: Apache-2.0
// What a column that cannot be NULL stores instead.
#ifndef ROWFALL_PLAN_DEFAULT_VALUE_H_
#define ROWFALL_PLAN_DEFAULT_VALUE_H_

#include "rowfall/value.h"

namespace rowfall::plan {

// Returns 0, false, '', an empty set or list, JSON null.
Value DefaultValue(Type type);

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_DEFAULT_VALUE_H_
