// SPDX-License-Identifier: Apache-2.0
// Repeats a row, and copies a column with another value for NULL.
#ifndef ROWFALL_EVAL_ROW_COPIES_H_
#define ROWFALL_EVAL_ROW_COPIES_H_

#include <cstddef>

#include "rowfall/column.h"

namespace rowfall::eval {

// Appends the one row of `constant` to `out` `num_rows` times.
void Repeat(const Column& constant, size_t num_rows, Column& out);

// Appends `num_rows` rows of `from` to `out` with `value` for NULL.
void ReplaceNulls(const Column& from, size_t num_rows, const Value& value,
                  Column& out);

}  // namespace rowfall::eval

#endif  // ROWFALL_EVAL_ROW_COPIES_H_
