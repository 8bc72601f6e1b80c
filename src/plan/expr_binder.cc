// SPDX-License-Identifier: Apache-2.0
// Binding of names, aliases and positions.
#include "plan/expr_binder.h"

#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "plan/node_binder.h"

namespace rowfall::plan {

namespace {

// The parser limits one expression; aliases put them on top of each other.
constexpr int kMaxLevels = 1000;

absl::Status TooDeep(TextPlace place) {
  return base::InvalidAt(place,
                         base::Cat("Expression has more than ", kMaxLevels,
                                   " levels, aliases included"));
}

}  // namespace

std::string_view ClauseName(Clause clause) {
  switch (clause) {
    case Clause::kItem:
      return "SELECT";
    case Clause::kWhere:
      return "WHERE";
    case Clause::kGroupBy:
      return "GROUP BY";
    case Clause::kHaving:
      return "HAVING";
    case Clause::kOrderBy:
      return "ORDER BY";
  }
  return "";
}

std::string ExprBinder::NameOf(const sql::SelectItem& item) const {
  const auto* ref = std::get_if<sql::NameRef>(&item.expr->node);
  if (item.has_alias || ref == nullptr) return item.name;
  if (!scope_.Unqualify(*ref).qualified) return item.name;
  return base::Cat(
      std::get<std::string>(ref->path.front()),
      base::PathText(base::Path(ref->path.begin() + 1, ref->path.end())));
}

absl::StatusOr<ExprId> ExprBinder::BindItem(size_t item) {
  if (items_[item].bound.has_value()) return *items_[item].bound;
  ROWFALL_ASSIGN_OR_RETURN(
      const ExprId id, BindIn(*select_.items[item].expr, BeginItem(item)));
  FinishItem(id);
  return id;
}

ExprBinder::ContextPtr ExprBinder::BeginItem(size_t item) {
  items_[item].is_binding = true;
  item_stack_.push_back(item);
  return std::make_shared<const Context>(
      Context{Clause::kItem, NameOf(select_.items[item]), ""});
}

void ExprBinder::FinishItem(ExprId bound) {
  Item& item = items_[item_stack_.back()];
  item_stack_.pop_back();
  item.is_binding = false;
  item.bound = bound;
}

absl::StatusOr<ExprId> ExprBinder::Bind(const sql::Expr& expr, Clause clause) {
  const auto* literal = std::get_if<sql::Literal>(&expr.node);
  const auto* position =
      literal == nullptr ? nullptr : std::get_if<int64_t>(&literal->value);
  if (position != nullptr &&
      (clause == Clause::kGroupBy || clause == Clause::kOrderBy)) {
    return BindPosition(*position, expr.place, clause);
  }
  return BindIn(expr, std::make_shared<const Context>(Context{
                          clause, std::string(ClauseName(clause)), ""}));
}

absl::StatusOr<ExprId> ExprBinder::BindPosition(int64_t position,
                                                TextPlace place,
                                                Clause clause) {
  const auto size = static_cast<int64_t>(select_.items.size());
  if (position < 1 || position > size) {
    return base::InvalidAt(
        place, base::Cat("Position is not in the select list of ", size,
                         " items: '", position, "'"));
  }
  const size_t item = static_cast<size_t>(position - 1);
  if (select_.items[item].expr == nullptr) {
    return base::InvalidAt(
        place, base::Cat("Position of '*' cannot be in ", ClauseName(clause),
                         ": '", position, "'"));
  }
  ROWFALL_ASSIGN_OR_RETURN(const ExprId id, BindItem(item));
  if (clause == Clause::kGroupBy && builder_.HasAggregate(id)) {
    return base::InvalidAt(
        place, base::Cat("Aggregate cannot be in GROUP BY: '", position, "'"));
  }
  return id;
}

std::optional<size_t> ExprBinder::VisibleAlias(const sql::NameRef& ref) const {
  const auto alias = scope_.AliasIndex(ref.name);
  // In its own expression an alias is not known yet: UPPER(term) AS term.
  const bool is_own =
      alias.has_value() && !item_stack_.empty() && item_stack_.back() == *alias;
  return is_own ? std::nullopt : alias;
}

std::optional<size_t> ExprBinder::AliasOf(const sql::NameRef& ref,
                                          const Context& context) const {
  const ColumnName name = scope_.Unqualify(ref);
  const auto alias = VisibleAlias(ref);
  if (name.qualified || !alias.has_value()) return std::nullopt;
  const bool after_select =
      context.clause == Clause::kHaving || context.clause == Clause::kOrderBy;
  const bool alias_first =
      scope_.HasEveryKey() || (after_select && context.aggregate.empty());
  return alias_first || !scope_.HasColumn(name.column) ? alias : std::nullopt;
}

absl::StatusOr<ExprId> ExprBinder::BindColumn(const sql::NameRef& ref,
                                              TextPlace place) {
  const ColumnName name = scope_.Unqualify(ref);
  if (!scope_.HasEveryKey() && !scope_.HasColumn(name.column)) {
    return scope_.NotFound(name.column, place);
  }
  data::Leaf leaf = scope_.LeafOf(name.column);
  if (!name.path.empty() && leaf.type != Type::kJson) {
    return base::InvalidAt(
        place, base::Cat("Column is ", TypeName(leaf.type),
                         " and not json, it has no '",
                         base::PathText(name.path), "': '", name.column, "'"));
  }
  leaf.path = name.path;
  return builder_.AddLeaf(std::move(leaf));
}

absl::StatusOr<ExprId> ExprBinder::BindIn(const sql::Expr& expr,
                                          ContextPtr context) {
  waiting_.clear();
  ROWFALL_RETURN_IF_ERROR(Wait(expr, std::move(context)));
  while (true) {
    Waiting& top = waiting_.back();
    if (top.bound.size() < top.operands.size()) {
      ROWFALL_RETURN_IF_ERROR(
          Wait(*top.operands[top.bound.size()], top.inside));
      continue;
    }
    ROWFALL_ASSIGN_OR_RETURN(const ExprId id, Finish(top));
    if (builder_.HeightOf(id) > kMaxLevels) return TooDeep(top.expr->place);
    waiting_.pop_back();
    if (waiting_.empty()) return id;
    waiting_.back().bound.push_back(id);
  }
}

absl::Status ExprBinder::Wait(const sql::Expr& expr, ContextPtr context) {
  if (waiting_.size() == kMaxLevels) return TooDeep(expr.place);
  Waiting waiting{&expr, std::move(context)};
  if (const auto* ref = std::get_if<sql::NameRef>(&expr.node)) {
    waiting.alias = AliasOf(*ref, *waiting.context);
    if (waiting.alias.has_value()) {
      ROWFALL_RETURN_IF_ERROR(WaitForAlias(*waiting.alias, waiting));
    }
  } else {
    ROWFALL_RETURN_IF_ERROR(NodeBinder::Check(expr, *waiting.context));
    sql::ForEachOperand(expr, [&waiting](const sql::ExprPtr& operand) {
      waiting.operands.push_back(operand.get());
    });
    waiting.inside = NodeBinder::Inside(expr, waiting.context);
  }
  waiting_.push_back(std::move(waiting));
  return absl::OkStatus();
}

absl::Status ExprBinder::WaitForAlias(size_t item, Waiting& waiting) {
  if (items_[item].is_binding) {
    const auto& ref = std::get<sql::NameRef>(waiting.expr->node);
    return base::InvalidAt(
        waiting.expr->place,
        base::Cat("Alias refers to itself: '", ref.name, "'"));
  }
  if (items_[item].bound.has_value()) return absl::OkStatus();
  waiting.operands.push_back(select_.items[item].expr.get());
  waiting.inside = BeginItem(item);
  return absl::OkStatus();
}

absl::StatusOr<ExprId> ExprBinder::Finish(Waiting& waiting) {
  if (waiting.alias.has_value()) {
    if (!waiting.bound.empty()) FinishItem(waiting.bound[0]);
    return FinishAlias(waiting);
  }
  return std::visit(NodeBinder{*this, builder_, *waiting.expr,
                               waiting.context->label, waiting.bound},
                    waiting.expr->node);
}

absl::StatusOr<ExprId> ExprBinder::FinishAlias(const Waiting& waiting) {
  const auto& ref = std::get<sql::NameRef>(waiting.expr->node);
  const TextPlace place = waiting.expr->place;
  const Context& context = *waiting.context;
  const ExprId id = *items_[*waiting.alias].bound;
  const bool no_aggregates =
      context.clause == Clause::kWhere || context.clause == Clause::kGroupBy;
  if (builder_.HasAggregate(id) && no_aggregates) {
    return base::InvalidAt(
        place, base::Cat("Aggregate cannot be in ", ClauseName(context.clause),
                         ": '", ref.name, "'"));
  }
  if (builder_.HasAggregate(id) && !context.aggregate.empty()) {
    return base::InvalidAt(
        place, base::Cat("Aggregate cannot be in ", context.aggregate, ": '",
                         ref.name, "'"));
  }
  return builder_.AddPath(id, ref.path, place);
}

}  // namespace rowfall::plan
