// SPDX-License-Identifier: Apache-2.0
// A piece of a message that a view reads: what the planner asks of the mapper.
#ifndef ROWFALL_DATA_LEAF_H_
#define ROWFALL_DATA_LEAF_H_

#include <string>

#include "base/path.h"
#include "rowfall/value.h"

namespace rowfall::data {

// The value at `path` below the top-level key `key`, as a column of `type`.
// A missing key, a path that leads nowhere and JSON null are NULL.
struct Leaf {
  std::string column;  // The source's column, for errors.
  std::string key;     // Lower case; matched in any (ASCII) case.
  base::Path path;     // Empty: the value itself.
  Type type = Type::kJson;
  // A value that does not fit becomes NULL instead of rejecting its row.
  bool replaceable = false;

  friend bool operator==(const Leaf&, const Leaf&) = default;
};

}  // namespace rowfall::data

#endif  // ROWFALL_DATA_LEAF_H_
