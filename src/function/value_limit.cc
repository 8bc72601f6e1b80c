// SPDX-License-Identifier: Apache-2.0
// Rows with values that are too large become NULL.
#include "function/value_limit.h"

#include <utility>

#include "coerce/reason.h"
#include "data/column_memory.h"
#include "data/memory_budget.h"

namespace rowfall::function {

void FailLargeValues(Column& out, RowErrors& errors) {
  const size_t max_value_bytes = data::MaxValueBytes();
  if (out.offsets().empty() || out.values().size() <= max_value_bytes) return;
  size_t row = 0;
  const auto fits = [&] {
    return data::ValueBytes(out, row) <= max_value_bytes;
  };
  while (row < out.size() && fits()) ++row;
  if (row == out.size()) return;
  Column kept(out.type());
  for (row = 0; row < out.size(); ++row) {
    if (fits()) {
      kept.AppendRow(out, row);
    } else {
      kept.AppendNull();
      errors.Add(row, coerce::TooLargeText(max_value_bytes));
    }
  }
  out = std::move(kept);
}

}  // namespace rowfall::function
