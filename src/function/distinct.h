// SPDX-License-Identifier: Apache-2.0
// DISTINCT in an aggregate: each value of a group counts once.
#ifndef ROWFALL_FUNCTION_DISTINCT_H_
#define ROWFALL_FUNCTION_DISTINCT_H_

#include <memory>

#include "function/aggregate.h"

namespace rowfall::function {

// Returns a state that hands `inner` the first row of each value of a group.
// Equal are numbers of the same value (-0 is 0) and texts, JSON texts, sets
// and lists of the same content byte by byte.
std::unique_ptr<AggregateState> MakeDistinct(
    std::unique_ptr<AggregateState> inner, Type type);

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_DISTINCT_H_
