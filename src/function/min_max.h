// SPDX-License-Identifier: Apache-2.0
// States of MIN and MAX.
#ifndef ROWFALL_FUNCTION_MIN_MAX_H_
#define ROWFALL_FUNCTION_MIN_MAX_H_

#include <memory>

#include "function/aggregate.h"

namespace rowfall::function {

// For any scalar type. JSON is ordered by content: true and false as 1 and 0,
// numbers before strings, arrays and objects last and by their text.
std::unique_ptr<AggregateState> MakeMinimum(const ResolvedAggregate& aggregate);
std::unique_ptr<AggregateState> MakeMaximum(const ResolvedAggregate& aggregate);

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_MIN_MAX_H_
