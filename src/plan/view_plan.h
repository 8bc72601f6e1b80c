// SPDX-License-Identifier: Apache-2.0
// The SELECT of a view bound to columns, types and kernels.
#ifndef ROWFALL_PLAN_VIEW_PLAN_H_
#define ROWFALL_PLAN_VIEW_PLAN_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/leaf.h"
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
  std::string_view source_name;  // Allows `kafka.id`; may be empty.
  const Schema* destination = nullptr;        // Null: results keep their types.
  const FunctionRegistry* functions = nullptr;  // Null: built-in ones only.
};

// A bound view: knows no rows and no SQL text. Evaluated by eval::Evaluator.
struct ViewPlan;

// Errors: InvalidArgument with place: unknown column or function (with the
// nearest name), types that do not fit, aggregates where there can be none, a
// result column that the destination lacks or that occurs twice.
absl::StatusOr<std::shared_ptr<const ViewPlan>> PlanView(
    const sql::Select& select, const ViewBinding& binding);

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_VIEW_PLAN_H_
