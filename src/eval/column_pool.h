// SPDX-License-Identifier: Apache-2.0
// Columns that are filled again when nobody else holds them any more.
#ifndef ROWFALL_EVAL_COLUMN_POOL_H_
#define ROWFALL_EVAL_COLUMN_POOL_H_

#include <memory>

#include "data/column_memory.h"
#include "rowfall/column.h"

namespace rowfall::eval {

// Returns an empty column of `type` in `kept`: the one that is there, or a new
// one if a result that was handed out still holds that, or if it is much too
// large for what it held last. `kept` must always be
// used with the same type.
inline Column& EmptyColumn(std::shared_ptr<Column>& kept, Type type) {
  if (kept == nullptr || kept.use_count() != 1 ||
      data::IsOversized(*kept)) {
    kept = std::make_shared<Column>(type);
    return *kept;
  }
  // use_count() does not order memory. Giving up a copy does: it makes what
  // another thread read before it let go happen before what follows.
  std::shared_ptr<Column>(kept).reset();
  kept->Clear();
  return *kept;
}

}  // namespace rowfall::eval

#endif  // ROWFALL_EVAL_COLUMN_POOL_H_
