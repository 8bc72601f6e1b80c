// SPDX-License-Identifier: Apache-2.0
// Copies rows of columns in a new order, and merges columns row by row.
#ifndef ROWFALL_EVAL_GATHER_H_
#define ROWFALL_EVAL_GATHER_H_

#include <cstdint>
#include <span>

#include "function/kernel.h"
#include "rowfall/column.h"

namespace rowfall::eval {

// Appends `rows` of `from` to `out`, which is empty.
void Gather(const Column& from, std::span<const uint32_t> rows, Column& out);

// Appends the one row of `constant` to `out` `num_rows` times.
void Repeat(const Column& constant, size_t num_rows, Column& out);

// Appends `num_rows` rows of `from` to `out` with `value` for NULL.
void ReplaceNulls(const Column& from, size_t num_rows, const Value& value,
                  Column& out);

}  // namespace rowfall::eval

#endif  // ROWFALL_EVAL_GATHER_H_
