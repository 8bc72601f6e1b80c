// SPDX-License-Identifier: Apache-2.0
// Repeated rows, and NULLs replaced.
#include "eval/row_copies.h"

namespace rowfall::eval {

void Repeat(const Column& constant, size_t num_rows, Column& out) {
  out.Reserve(num_rows);
  for (size_t i = 0; i < num_rows; ++i) out.AppendRow(constant, 0);
}

void ReplaceNulls(const Column& from, size_t num_rows, const Value& value,
                  Column& out) {
  out.Reserve(num_rows);
  for (size_t i = 0; i < num_rows; ++i) {
    if (from.IsNull(i)) {
      out.AppendValue(value);
    } else {
      out.AppendRow(from, i);
    }
  }
}

}  // namespace rowfall::eval
