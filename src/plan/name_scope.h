// SPDX-License-Identifier: Apache-2.0
// What a name in a SELECT may mean: a source's column or an alias.
#ifndef ROWFALL_PLAN_NAME_SCOPE_H_
#define ROWFALL_PLAN_NAME_SCOPE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/leaf.h"
#include "plan/view_plan.h"
#include "sql/ast.h"

namespace rowfall::plan {

// A source's column with the path behind its name.
struct ColumnName {
  std::string column;
  base::Path path;
  // Whether the name began with the source's: then it is no alias.
  bool qualified = false;
};

// The names of one SELECT. Keeps references to both arguments.
class NameScope {
 public:
  NameScope(const sql::Select& select, const ViewBinding& binding);

  // Takes the source's name off: `kafka.id` is the column id, where kafka is
  // not a json column itself.
  ColumnName Unqualify(const sql::NameRef& ref) const;

  // Whether the source is known to have the column; a source without a column
  // list is known to have none and yet gives every key.
  bool HasColumn(const std::string& column) const;
  bool HasEveryKey() const { return !binding_.source_has_columns; }

  // Returns the leaf of a column (without its path), as json where the source
  // has every key.
  data::Leaf LeafOf(const std::string& column) const;

  // Returns the item that has `name` as its alias.
  std::optional<size_t> AliasIndex(const std::string& name) const;

  // The error for a name that means nothing.
  absl::Status NotFound(const std::string& name, TextPlace place) const;

 private:
  const sql::Select& select_;
  const ViewBinding& binding_;
};

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_NAME_SCOPE_H_
