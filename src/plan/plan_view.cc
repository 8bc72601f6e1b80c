// SPDX-License-Identifier: Apache-2.0
// Plans the clauses of a SELECT and its border to the destination.
#include <set>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "base/status.h"
#include "base/text.h"
#include "plan/expr_binder.h"
#include "plan/prune.h"
#include "plan/replaceable.h"
#include "plan/type_push_down.h"
#include "plan/view_plan.h"

namespace rowfall::plan {
namespace {

class ViewPlanner {
 public:
  ViewPlanner(const sql::Select& select, const ViewBinding& binding,
              ViewPlan& plan)
      : select_(select),
        binding_(binding),
        plan_(plan),
        builder_(plan, binding.functions),
        binder_(select, binding, builder_) {}

  absl::Status Plan();

 private:
  absl::Status PlanItems();
  absl::Status AddStar(TextPlace place);
  // Adds a column of the result and converts it for the destination.
  absl::Status AddColumn(const std::string& name, ExprId id, TextPlace place);
  absl::StatusOr<Field> FieldFor(const std::string& name, Type type,
                                 TextPlace place) const;
  absl::Status PlanWhere();
  absl::Status PlanGroupBy();
  absl::Status PlanHaving();
  absl::Status PlanOrderBy();

  const sql::Select& select_;
  const ViewBinding& binding_;
  ViewPlan& plan_;
  ExprBuilder builder_;
  ExprBinder binder_;
  std::vector<Field> fields_;
  std::set<std::string> names_;  // Of the result, in lower case.
};

absl::Status ViewPlanner::Plan() {
  plan_.source_name = binding_.source_name;
  plan_.distinct = select_.distinct;
  ROWFALL_RETURN_IF_ERROR(PlanItems());
  ROWFALL_RETURN_IF_ERROR(PlanWhere());
  ROWFALL_RETURN_IF_ERROR(PlanGroupBy());
  ROWFALL_RETURN_IF_ERROR(PlanHaving());
  ROWFALL_RETURN_IF_ERROR(PlanOrderBy());
  plan_.grouped = !plan_.keys.empty() || !plan_.aggregates.empty();
  if (plan_.having.has_value() && !plan_.grouped) {
    return base::InvalidAt(select_.having->place,
                           "HAVING needs GROUP BY or an aggregate");
  }
  plan_.schema = std::make_shared<const Schema>(std::move(fields_));
  return absl::OkStatus();
}

absl::Status ViewPlanner::PlanItems() {
  for (size_t i = 0; i < select_.items.size(); ++i) {
    const sql::SelectItem& item = select_.items[i];
    if (item.expr == nullptr) {
      ROWFALL_RETURN_IF_ERROR(AddStar(item.place));
      continue;
    }
    ROWFALL_ASSIGN_OR_RETURN(const ExprId id, binder_.BindItem(i));
    ROWFALL_RETURN_IF_ERROR(AddColumn(binder_.NameOf(item), id, item.place));
  }
  return absl::OkStatus();
}

absl::Status ViewPlanner::AddStar(TextPlace place) {
  if (!binding_.source_has_columns) {
    return base::InvalidAt(
        place, "Source has no column list that '*' could stand for");
  }
  for (const Field& field : binding_.source->fields()) {
    const ExprId id = builder_.AddLeaf(binder_.scope().LeafOf(field.name));
    ROWFALL_RETURN_IF_ERROR(AddColumn(field.name, id, place));
  }
  return absl::OkStatus();
}

absl::Status ViewPlanner::AddColumn(const std::string& name, ExprId id,
                                    TextPlace place) {
  if (!names_.insert(base::ToLower(name)).second) {
    return base::InvalidAt(
        place, base::Cat("Result column given twice: '", name, "'"));
  }
  ROWFALL_ASSIGN_OR_RETURN(Field field,
                           FieldFor(name, builder_.expr(id).type, place));
  ROWFALL_ASSIGN_OR_RETURN(id, builder_.AddCast(id, field.type, place));
  const bool is_key = base::EqualsIgnoreCase(field.name, "id");
  if (!field.nullable) {
    id = is_key ? builder_.AddKey(id) : builder_.AddDefault(id);
  }
  plan_.columns.push_back({field.name, id, is_key});
  fields_.push_back(std::move(field));
  return absl::OkStatus();
}

absl::StatusOr<Field> ViewPlanner::FieldFor(const std::string& name, Type type,
                                            TextPlace place) const {
  if (binding_.destination == nullptr) return Field{name, type};
  const Schema& table = *binding_.destination;
  if (const auto index = table.IndexOf(name)) {
    const Field& field = table.field(*index);
    return Field{field.name, field.type, field.nullable};
  }
  std::vector<std::string> known;
  for (const Field& field : table.fields()) known.push_back(field.name);
  return base::InvalidAt(
      place, base::Cat("Column not found in the table: '", name, "'",
                       base::DidYouMean(name, known)));
}

absl::Status ViewPlanner::PlanWhere() {
  if (select_.where == nullptr) return absl::OkStatus();
  const sql::Expr& expr = *select_.where;
  ROWFALL_ASSIGN_OR_RETURN(const ExprId id, binder_.Bind(expr, Clause::kWhere));
  ROWFALL_ASSIGN_OR_RETURN(plan_.where, builder_.AddTruth(id, expr.place));
  return absl::OkStatus();
}

absl::Status ViewPlanner::PlanGroupBy() {
  for (const sql::ExprPtr& key : select_.group_by) {
    ROWFALL_ASSIGN_OR_RETURN(const ExprId id,
                             binder_.Bind(*key, Clause::kGroupBy));
    plan_.keys.push_back(id);
  }
  return absl::OkStatus();
}

absl::Status ViewPlanner::PlanHaving() {
  if (select_.having == nullptr) return absl::OkStatus();
  const sql::Expr& expr = *select_.having;
  ROWFALL_ASSIGN_OR_RETURN(const ExprId id,
                           binder_.Bind(expr, Clause::kHaving));
  ROWFALL_ASSIGN_OR_RETURN(plan_.having, builder_.AddTruth(id, expr.place));
  return absl::OkStatus();
}

absl::Status ViewPlanner::PlanOrderBy() {
  for (const sql::OrderItem& item : select_.order_by) {
    ROWFALL_ASSIGN_OR_RETURN(const ExprId id,
                             binder_.Bind(*item.expr, Clause::kOrderBy));
    plan_.order_by.push_back({id, item.descending});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ViewPlan>> PlanView(
    const sql::Select& select, const ViewBinding& binding) {
  ROWFALL_RET_CHECK(!binding.source_has_columns || binding.source != nullptr);
  auto plan = std::make_shared<ViewPlan>();
  ROWFALL_RETURN_IF_ERROR(ViewPlanner(select, binding, *plan).Plan());
  PruneUnused(*plan);
  if (binding.typed_leaves) {
    PushDownTypes(*plan);
    PruneUnused(*plan);
  }
  if (binding.replaces_failures) ReplaceFailures(*plan);
  return std::shared_ptr<const ViewPlan>(std::move(plan));
}

}  // namespace rowfall::plan
