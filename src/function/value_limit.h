// SPDX-License-Identifier: Apache-2.0
// The largest value that a function may make.
#ifndef ROWFALL_FUNCTION_VALUE_LIMIT_H_
#define ROWFALL_FUNCTION_VALUE_LIMIT_H_

#include "function/kernel.h"

namespace rowfall::function {

// Fails the rows of `out`, a finished result, whose value is larger than
// data::MaxValueBytes(). A kernel whose values are as long as many arguments
// together looks before it writes.
void FailLargeValues(Column& out, RowErrors& errors);

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_VALUE_LIMIT_H_
