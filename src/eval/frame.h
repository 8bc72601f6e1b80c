// SPDX-License-Identifier: Apache-2.0
// A set of rows with what was computed for them.
#ifndef ROWFALL_EVAL_FRAME_H_
#define ROWFALL_EVAL_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "eval/row_failures.h"
#include "plan/bound_expr.h"
#include "rowfall/column.h"

namespace rowfall::eval {

// The column of one expression in one frame. Columns are borrowed: from a
// leaf, from `own`, or through `alias` from another slot of the frame.
struct Slot {
  uint64_t epoch = 0;  // The frame's where the slot is filled.
  const Column* column = nullptr;
  bool constant = false;   // One row stands for all.
  plan::ExprId alias = 0;  // Whose column it is; itself where it owns it.
  std::shared_ptr<Column> own;
};

// Rows that expressions are evaluated for, all of them for each expression.
// A frame has the rows of its parent that WHERE, HAVING or a branch left; the
// base has the rows of the batch; that of groups has a row for each group, and
// takes leaves from the group's first row.
struct Frame {
  Frame* parent = nullptr;  // Null: the base.
  size_t num_rows = 0;
  std::vector<uint32_t> rows;       // In the parent.
  std::vector<uint32_t> base_rows;  // In the batch; not for the base itself.
  // Where failures go. A frame that has the same as its parent gives rows of
  // the parent there.
  RowFailures* failures = nullptr;
  uint64_t epoch = 0;
  std::vector<Slot> slots;  // By expression.

  bool Has(plan::ExprId id) const { return slots[id].epoch == epoch; }
  uint32_t BaseRow(size_t row) const {
    return parent == nullptr ? static_cast<uint32_t>(row) : base_rows[row];
  }
  // Returns the row as `failures` counts it.
  uint32_t FailureRow(size_t row) const {
    const Frame* frame = this;
    while (frame->parent != nullptr && frame->parent->failures == failures) {
      row = frame->rows[row];
      frame = frame->parent;
    }
    return static_cast<uint32_t>(row);
  }
};

}  // namespace rowfall::eval

#endif  // ROWFALL_EVAL_FRAME_H_
