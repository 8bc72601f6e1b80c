// SPDX-License-Identifier: Apache-2.0
// Trees of the parser as text.
#include "tests/sql/dump.h"

#include <charconv>

#include "base/text.h"

namespace rowfall::sql {
namespace {

std::string Number(double value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  return base::Cat("double ",
                   std::string_view(buffer, static_cast<size_t>(end - buffer)));
}

std::string Quoted(std::string_view text) {
  return base::Cat("'", base::EscapeControl(text), "'");
}

std::string List(std::string_view head, const std::vector<ExprPtr>& items) {
  std::string out = base::Cat("(", head);
  for (const ExprPtr& item : items) base::AppendCat(out, " ", Dump(*item));
  return out + ")";
}

struct NodeDumper {
  std::string operator()(const Literal& literal) const {
    struct Visitor {
      std::string operator()(std::monostate) const { return "null"; }
      std::string operator()(bool value) const {
        return value ? "true" : "false";
      }
      std::string operator()(int64_t value) const { return base::Cat(value); }
      std::string operator()(double value) const { return Number(value); }
      std::string operator()(const std::string& v) const { return Quoted(v); }
    };
    return std::visit(Visitor(), literal.value);
  }
  std::string operator()(const NameRef& ref) const {
    return base::Cat(ref.name, base::PathText(ref.path));
  }
  std::string operator()(const Unary& unary) const {
    return List(unary.op == Unary::Op::kNot ? "not" : "negate",
                {unary.operand});
  }
  std::string operator()(const Binary& binary) const {
    constexpr std::string_view kNames[] = {
        "+",  "-", "*",  "/", "div", "%",   "=",
        "<>", "<", "<=", ">", ">=",  "and", "or"};
    return List(kNames[static_cast<size_t>(binary.op)],
                {binary.left, binary.right});
  }
  std::string operator()(const IsNull& node) const {
    return List(node.negated ? "is_not_null" : "is_null", {node.operand});
  }
  std::string operator()(const Between& node) const {
    return List(node.negated ? "not_between" : "between",
                {node.operand, node.low, node.high});
  }
  std::string operator()(const In& node) const {
    std::vector<ExprPtr> all = {node.operand};
    all.insert(all.end(), node.items.begin(), node.items.end());
    return List(node.negated ? "not_in" : "in", all);
  }
  std::string operator()(const Cast& node) const {
    return base::Cat("(cast ", Dump(*node.operand), " ", node.type, ")");
  }
  std::string operator()(const Call& call) const {
    std::string out = base::Cat("(call ", call.name);
    if (call.star) out += " *";
    if (call.distinct) out += " distinct";
    for (const ExprPtr& item : call.arguments) {
      base::AppendCat(out, " ", Dump(*item));
    }
    for (const auto& [key, value] : call.options) {
      base::AppendCat(out, " {", key, "=", Quoted(value), "}");
    }
    return out + ")";
  }
};

std::string_view KindName(ObjectKind kind) {
  return kind == ObjectKind::kSource ? "source" : "view";
}

struct StatementDumper {
  bool with_conditions;

  std::string operator()(const CreateSource& source) const {
    std::string out = base::Cat(
        "create_source ", source.name,
        source.if_not_exists && with_conditions ? " if_not_exists\n" : "\n");
    if (!source.columns.has_value()) out += "no columns\n";
    for (const ColumnDef& column :
         source.columns.value_or(std::vector<ColumnDef>())) {
      base::AppendCat(out, "column ", column.name, " ", column.type);
      if (!column.json_key.empty()) {
        base::AppendCat(out, " from ", Quoted(column.json_key));
      }
      out += "\n";
    }
    for (const Option& option : source.options) {
      base::AppendCat(out, "option ", option.key, " = ", Quoted(option.value),
                      "\n");
    }
    return out;
  }
  std::string operator()(const CreateView& view) const {
    return base::Cat(
        "create_view ", view.name, " to ", view.table,
        view.if_not_exists && with_conditions ? " if_not_exists\n" : "\n",
        Dump(view.select));
  }
  std::string operator()(const AlterView& alter) const {
    return base::Cat("alter_view ", alter.name,
                     alter.suspended ? " suspended\n" : " running\n");
  }
  std::string operator()(const Drop& drop) const {
    return base::Cat("drop ", KindName(drop.kind), " ", drop.name,
                     drop.if_exists ? " if_exists\n" : "\n");
  }
  std::string operator()(const ShowList& show) const {
    return base::Cat("show_list ", KindName(show.kind), "\n");
  }
  std::string operator()(const ShowObject& show) const {
    return base::Cat("show ", KindName(show.kind), " ", show.name, "\n");
  }
  std::string operator()(const ShowStatus& show) const {
    return base::Cat("show_status ", show.name, "\n");
  }
  std::string operator()(const Explain& explain) const {
    return base::Cat("explain ", (*this)(explain.view));
  }
};

}  // namespace

std::string Dump(const Expr& expr) {
  return std::visit(NodeDumper(), expr.node);
}

std::string Dump(const Select& select) {
  std::string out = select.distinct ? "distinct\n" : "";
  for (const SelectItem& item : select.items) {
    base::AppendCat(out, "item ", item.expr ? Dump(*item.expr) : "*",
                    item.has_alias ? " as " : " named ", item.name, "\n");
  }
  if (!select.from.empty()) base::AppendCat(out, "from ", select.from, "\n");
  if (select.where) base::AppendCat(out, "where ", Dump(*select.where), "\n");
  for (const ExprPtr& expr : select.group_by) {
    base::AppendCat(out, "group_by ", Dump(*expr), "\n");
  }
  if (select.having)
    base::AppendCat(out, "having ", Dump(*select.having), "\n");
  for (const OrderItem& item : select.order_by) {
    base::AppendCat(out, "order_by ", Dump(*item.expr),
                    item.descending ? " desc\n" : "\n");
  }
  return out;
}

std::string Dump(const Statement& statement, bool with_conditions) {
  return std::visit(StatementDumper{with_conditions}, statement);
}

std::string ShowTextOf(const Statement& statement) {
  if (const auto* source = std::get_if<CreateSource>(&statement)) {
    return source->show_text;
  }
  if (const auto* view = std::get_if<CreateView>(&statement)) {
    return view->show_text;
  }
  if (const auto* explain = std::get_if<Explain>(&statement)) {
    return explain->view.show_text;
  }
  return "";
}

}  // namespace rowfall::sql
