// SPDX-License-Identifier: Apache-2.0
// Sets of integers and vectors of floats from arrays and strings.
#ifndef ROWFALL_COERCE_LIST_H_
#define ROWFALL_COERCE_LIST_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "rowfall/column.h"

namespace rowfall::coerce {

// Each appends a row to `out`, or sets `reason` and returns false.

// From a valid JSON array. `out` is multi, multi64 or float_vector.
bool AppendArray(std::string_view array, Column& out, std::string& reason);
// From integers with commas between, and blanks around them; "" and blanks
// are the empty set. `out` is multi or multi64.
bool AppendCommaList(std::string_view text, Column& out, std::string& reason);

// Ends a row of a multi or multi64 column whose elements were appended to
// mutable_values(), from `first_byte` on, in any order.
void FinishSet(Column& out, size_t first_byte);

}  // namespace rowfall::coerce

#endif  // ROWFALL_COERCE_LIST_H_
