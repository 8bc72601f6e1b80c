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
// Binding and evaluating recurse over them.
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
  Item& state = items_[item];
  if (state.bound.has_value()) return *state.bound;
  const sql::SelectItem& parsed = select_.items[item];
  state.is_binding = true;
  item_stack_.push_back(item);
  auto bound = BindIn(*parsed.expr, {Clause::kItem, NameOf(parsed), ""});
  item_stack_.pop_back();
  state.is_binding = false;
  if (bound.ok()) state.bound = *bound;
  return bound;
}

absl::StatusOr<ExprId> ExprBinder::Bind(const sql::Expr& expr, Clause clause) {
  const auto* literal = std::get_if<sql::Literal>(&expr.node);
  const auto* position =
      literal == nullptr ? nullptr : std::get_if<int64_t>(&literal->value);
  if (position != nullptr &&
      (clause == Clause::kGroupBy || clause == Clause::kOrderBy)) {
    return BindPosition(*position, expr.place, clause);
  }
  return BindIn(expr, {clause, std::string(ClauseName(clause)), ""});
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

absl::StatusOr<ExprId> ExprBinder::BindName(const sql::NameRef& ref,
                                            TextPlace place,
                                            const Context& context) {
  const ColumnName name = scope_.Unqualify(ref);
  if (name.qualified) return BindColumn(name, place);
  const auto alias = VisibleAlias(ref);
  const bool after_select =
      context.clause == Clause::kHaving || context.clause == Clause::kOrderBy;
  const bool alias_first =
      scope_.HasEveryKey() || (after_select && context.aggregate.empty());
  if (alias.has_value() && (alias_first || !scope_.HasColumn(name.column))) {
    return BindAlias(*alias, ref, place, context);
  }
  return BindColumn(name, place);
}

absl::StatusOr<ExprId> ExprBinder::BindColumn(const ColumnName& name,
                                              TextPlace place) {
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

absl::StatusOr<ExprId> ExprBinder::BindAlias(size_t item,
                                             const sql::NameRef& ref,
                                             TextPlace place,
                                             const Context& context) {
  if (items_[item].is_binding) {
    return base::InvalidAt(
        place, base::Cat("Alias refers to itself: '", ref.name, "'"));
  }
  ROWFALL_ASSIGN_OR_RETURN(const ExprId id, BindItem(item));
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

absl::StatusOr<ExprId> ExprBinder::BindIn(const sql::Expr& expr,
                                          const Context& context) {
  if (depth_ == kMaxLevels) return TooDeep(expr.place);
  ++depth_;
  auto bound =
      std::visit(NodeBinder{*this, builder_, expr, context}, expr.node);
  --depth_;
  if (bound.ok() && builder_.HeightOf(*bound) > kMaxLevels) {
    return TooDeep(expr.place);
  }
  return bound;
}

}  // namespace rowfall::plan
