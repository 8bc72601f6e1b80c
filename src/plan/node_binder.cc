// SPDX-License-Identifier: Apache-2.0
// Literals, operators, casts, functions and aggregates.
#include "plan/node_binder.h"

#include <string>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "base/status.h"
#include "base/text.h"
#include "function/type_rules.h"

namespace rowfall::plan {
namespace {

std::string_view OperatorName(sql::Binary::Op op) {
  using Op = sql::Binary::Op;
  switch (op) {
    case Op::kAdd:
      return "+";
    case Op::kSubtract:
      return "-";
    case Op::kMultiply:
      return "*";
    case Op::kDivide:
      return "/";
    case Op::kIntegerDivide:
      return "div";
    case Op::kModulo:
      return "%";
    case Op::kEqual:
      return "=";
    case Op::kNotEqual:
      return "<>";
    case Op::kLess:
      return "<";
    case Op::kLessEqual:
      return "<=";
    case Op::kGreater:
      return ">";
    case Op::kGreaterEqual:
      return ">=";
    case Op::kAnd:
      return "and";
    case Op::kOr:
      return "or";
  }
  return "";
}

// The names that CAST knows, for a suggestion.
std::vector<std::string> TypeNames() {
  return {"int",    "integer", "uint",      "bigint",      "float",
          "double", "bool",    "text",      "string",      "json",
          "multi",  "multi64", "timestamp", "float_vector"};
}

bool IsLazy(std::string_view name) {
  return name == "if" || name == "ifnull" || name == "coalesce";
}

absl::Status CountError(const sql::Call& call, std::string_view expected,
                        TextPlace place) {
  return base::InvalidAt(
      place, base::Cat("Wrong number of arguments for ",
                       function::FunctionLabel(call.name), ": ",
                       call.arguments.size(), ", expected ", expected));
}

}  // namespace

NodeBinder::Result NodeBinder::Bind(const sql::ExprPtr& argument) const {
  return binder.BindIn(*argument, context);
}

absl::StatusOr<std::vector<ExprId>> NodeBinder::BindAll(
    const std::vector<sql::ExprPtr>& arguments) const {
  std::vector<ExprId> ids;
  for (const sql::ExprPtr& argument : arguments) {
    ROWFALL_ASSIGN_OR_RETURN(const ExprId id, Bind(argument));
    ids.push_back(id);
  }
  return ids;
}

NodeBinder::Result NodeBinder::Call(std::string_view name,
                                    std::vector<ExprId> arguments) const {
  return builder.AddCall(name, std::move(arguments), {}, expr.place);
}

NodeBinder::Result NodeBinder::Negated(bool negated, ExprId id) const {
  if (!negated) return id;
  return Call("not", {id});
}

NodeBinder::Result NodeBinder::operator()(const sql::Literal& literal) const {
  if (const auto* text = std::get_if<std::string>(&literal.value)) {
    return builder.AddConstant(Type::kText, Value(*text));
  }
  if (const auto* integer = std::get_if<int64_t>(&literal.value)) {
    return builder.AddConstant(Type::kBigint, Value(*integer));
  }
  if (const auto* real = std::get_if<double>(&literal.value)) {
    return builder.AddConstant(Type::kDouble, Value(*real));
  }
  if (const auto* truth = std::get_if<bool>(&literal.value)) {
    return builder.AddConstant(Type::kBool, Value(*truth));
  }
  return builder.AddNull();
}

NodeBinder::Result NodeBinder::operator()(const sql::NameRef& ref) const {
  return binder.BindName(ref, expr.place, context);
}

NodeBinder::Result NodeBinder::operator()(const sql::Unary& unary) const {
  ROWFALL_ASSIGN_OR_RETURN(const ExprId operand, Bind(unary.operand));
  if (unary.op == sql::Unary::Op::kNot) return Call("not", {operand});
  return Call("negate", {operand});
}

NodeBinder::Result NodeBinder::operator()(const sql::Binary& binary) const {
  ROWFALL_ASSIGN_OR_RETURN(const ExprId left, Bind(binary.left));
  ROWFALL_ASSIGN_OR_RETURN(const ExprId right, Bind(binary.right));
  switch (binary.op) {
    case sql::Binary::Op::kAnd:
      return builder.AddLogic(LogicExpr::Op::kAnd, left, right, expr.place);
    case sql::Binary::Op::kOr:
      return builder.AddLogic(LogicExpr::Op::kOr, left, right, expr.place);
    default:
      return Call(OperatorName(binary.op), {left, right});
  }
}

NodeBinder::Result NodeBinder::operator()(const sql::IsNull& is_null) const {
  ROWFALL_ASSIGN_OR_RETURN(const ExprId operand, Bind(is_null.operand));
  ROWFALL_ASSIGN_OR_RETURN(const ExprId id, Call("is null", {operand}));
  return Negated(is_null.negated, id);
}

NodeBinder::Result NodeBinder::operator()(const sql::Between& between) const {
  ROWFALL_ASSIGN_OR_RETURN(const ExprId operand, Bind(between.operand));
  ROWFALL_ASSIGN_OR_RETURN(const ExprId low, Bind(between.low));
  ROWFALL_ASSIGN_OR_RETURN(const ExprId high, Bind(between.high));
  ROWFALL_ASSIGN_OR_RETURN(const ExprId above, Call(">=", {operand, low}));
  ROWFALL_ASSIGN_OR_RETURN(const ExprId below, Call("<=", {operand, high}));
  ROWFALL_ASSIGN_OR_RETURN(
      const ExprId id,
      builder.AddLogic(LogicExpr::Op::kAnd, above, below, expr.place));
  return Negated(between.negated, id);
}

NodeBinder::Result NodeBinder::operator()(const sql::In& in) const {
  std::vector<ExprId> arguments;
  ROWFALL_ASSIGN_OR_RETURN(const ExprId operand, Bind(in.operand));
  arguments.push_back(operand);
  ROWFALL_ASSIGN_OR_RETURN(const std::vector<ExprId> items, BindAll(in.items));
  arguments.insert(arguments.end(), items.begin(), items.end());
  ROWFALL_ASSIGN_OR_RETURN(const ExprId id, Call("in", std::move(arguments)));
  return Negated(in.negated, id);
}

NodeBinder::Result NodeBinder::operator()(const sql::Cast& cast) const {
  const auto type = TypeFromName(cast.type);
  if (!type.has_value()) {
    return base::InvalidAt(cast.type_place,
                           base::Cat("Type not found: '", cast.type, "'",
                                     base::DidYouMean(cast.type, TypeNames())));
  }
  ROWFALL_ASSIGN_OR_RETURN(const ExprId operand, Bind(cast.operand));
  return builder.AddCast(operand, *type, expr.place);
}

NodeBinder::Result NodeBinder::operator()(const sql::Call& call) const {
  if (function::IsAggregate(call.name)) return BindAggregate(call);
  if (call.star || call.distinct) {
    return base::InvalidAt(
        expr.place,
        base::Cat(call.star ? "'*'" : "DISTINCT",
                  " can only be in an aggregate: '", call.name, "'"));
  }
  if (IsLazy(call.name)) return BindLazy(call);
  ROWFALL_ASSIGN_OR_RETURN(std::vector<ExprId> arguments,
                           BindAll(call.arguments));
  return builder.AddCall(call.name, std::move(arguments), call.options,
                         expr.place);
}

NodeBinder::Result NodeBinder::BindLazy(const sql::Call& call) const {
  if (!call.options.empty()) {
    return base::InvalidAt(
        expr.place,
        base::Cat(function::FunctionLabel(call.name),
                  " has no options, but got '", call.options[0].first, "'"));
  }
  ROWFALL_ASSIGN_OR_RETURN(std::vector<ExprId> ids, BindAll(call.arguments));
  if (call.name == "if") {
    if (ids.size() != 3) return CountError(call, "3", expr.place);
    return builder.AddIf(ids[0], ids[1], ids[2], expr.place);
  }
  if (call.name == "ifnull" && ids.size() != 2) {
    return CountError(call, "2", expr.place);
  }
  if (ids.empty()) return CountError(call, "1 or more", expr.place);
  return builder.AddCoalesce(std::move(ids), expr.place);
}

NodeBinder::Result NodeBinder::BindAggregate(const sql::Call& call) const {
  if (context.clause == Clause::kWhere || context.clause == Clause::kGroupBy) {
    return base::InvalidAt(expr.place, base::Cat("Aggregate cannot be in ",
                                                 ClauseName(context.clause),
                                                 ": '", call.name, "'"));
  }
  if (!context.aggregate.empty()) {
    return base::InvalidAt(
        expr.place, base::Cat("Aggregate cannot be in ", context.aggregate,
                              ": '", call.name, "'"));
  }
  if (!call.options.empty()) {
    return base::InvalidAt(expr.place, base::Cat("Aggregate has no options: '",
                                                 call.options[0].first, "'"));
  }
  ExprBinder::Context inside = context;
  inside.aggregate = function::FunctionLabel(call.name);
  std::vector<ExprId> arguments;
  for (const sql::ExprPtr& argument : call.arguments) {
    ROWFALL_ASSIGN_OR_RETURN(const ExprId id, binder.BindIn(*argument, inside));
    arguments.push_back(id);
  }
  return builder.AddAggregate(call.name, std::move(arguments), call.star,
                              call.distinct, context.label, expr.place);
}

}  // namespace rowfall::plan
