// SPDX-License-Identifier: Apache-2.0
// The SELECT of a view bound to columns, types and kernels.
#ifndef ROWFALL_PLAN_VIEW_PLAN_H_
#define ROWFALL_PLAN_VIEW_PLAN_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/leaf.h"
#include "function/aggregate.h"
#include "plan/bound_expr.h"
#include "rowfall/function.h"
#include "rowfall/schema.h"
#include "sql/ast.h"

namespace rowfall::plan {

// What the names of a SELECT may stand for.
struct ViewBinding {
  const Schema* source = nullptr;
  // Whether the source has a column list; without one every name is a
  // top-level key of type json.
  bool source_has_columns = true;
  std::string_view source_name;         // Allows `kafka.id`; may be empty.
  const Schema* destination = nullptr;  // Null: results keep their types.
  const FunctionRegistry* functions = nullptr;  // Null: built-in ones only.
  // Whether leaves may have the type that a json value is converted to, so
  // that the mapper converts it (type_push_down.h). Not for ExtractLeaves().
  bool typed_leaves = true;
  // on_error='null' (replaceable.h).
  bool replaces_failures = false;
};

// One aggregate over the rows of a group.
struct BoundAggregate {
  std::string name;
  function::ResolvedAggregate resolved;
  std::vector<ExprId> arguments;  // Empty for COUNT(*).
  std::string label;              // The result column or clause, for errors.
};

// A column of the result, converted to the destination's type.
struct ResultColumn {
  std::string name;
  ExprId expr = 0;
  bool is_key = false;  // The table's id.
};

struct OrderKey {
  ExprId expr = 0;
  bool descending = false;
};

// A bound view: knows no rows and no SQL text. Evaluated by eval::Evaluator in
// the order of its members. Semantics: src/eval/semantics.md.
struct ViewPlan {
  std::string source_name;
  std::vector<data::Leaf> leaves;
  std::vector<BoundExpr> exprs;
  std::optional<ExprId> where;  // bool
  // With GROUP BY or aggregates; without keys the batch is one group.
  bool grouped = false;
  std::vector<ExprId> keys;
  std::vector<BoundAggregate> aggregates;
  std::optional<ExprId> having;  // bool
  std::vector<ResultColumn> columns;
  bool distinct = false;
  std::vector<OrderKey> order_by;
  // What fails in `columns` (less keys) and `order_by` is NULL there.
  bool replaces_failures = false;
  std::shared_ptr<const Schema> schema;  // Of the result.
};

// Errors: InvalidArgument with place: unknown column or function (with the
// nearest name), types that do not fit, aggregates where there can be none, a
// result column that the destination lacks or that occurs twice.
absl::StatusOr<std::shared_ptr<const ViewPlan>> PlanView(
    const sql::Select& select, const ViewBinding& binding);

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_VIEW_PLAN_H_
