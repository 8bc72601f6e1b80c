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

absl::Status CheckAggregate(const sql::Call& call, TextPlace place,
                            Clause clause, std::string_view outer) {
  if (clause == Clause::kWhere || clause == Clause::kGroupBy) {
    return base::InvalidAt(
        place, base::Cat("Aggregate cannot be in ", ClauseName(clause), ": '",
                         call.name, "'"));
  }
  if (!outer.empty()) {
    return base::InvalidAt(place, base::Cat("Aggregate cannot be in ", outer,
                                            ": '", call.name, "'"));
  }
  if (!call.options.empty()) {
    return base::InvalidAt(place, base::Cat("Aggregate has no options: '",
                                            call.options[0].first, "'"));
  }
  return absl::OkStatus();
}

absl::Status CheckFunction(const sql::Call& call, TextPlace place) {
  if (call.star || call.distinct) {
    return base::InvalidAt(
        place, base::Cat(call.star ? "'*'" : "DISTINCT",
                         " can only be in an aggregate: '", call.name, "'"));
  }
  if (IsLazy(call.name) && !call.options.empty()) {
    return base::InvalidAt(
        place,
        base::Cat(function::FunctionLabel(call.name),
                  " has no options, but got '", call.options[0].first, "'"));
  }
  return absl::OkStatus();
}

absl::Status CheckType(const sql::Cast& cast) {
  if (TypeFromName(cast.type).has_value()) return absl::OkStatus();
  return base::InvalidAt(cast.type_place,
                         base::Cat("Type not found: '", cast.type, "'",
                                   base::DidYouMean(cast.type, TypeNames())));
}

const sql::Call* AggregateOf(const sql::Expr& expr) {
  const auto* call = std::get_if<sql::Call>(&expr.node);
  return call != nullptr && function::IsAggregate(call->name) ? call : nullptr;
}

}  // namespace

absl::Status NodeBinder::Check(const sql::Expr& expr,
                               const ExprBinder::Context& context) {
  if (const sql::Call* aggregate = AggregateOf(expr)) {
    return CheckAggregate(*aggregate, expr.place, context.clause,
                          context.aggregate);
  }
  if (const auto* call = std::get_if<sql::Call>(&expr.node)) {
    return CheckFunction(*call, expr.place);
  }
  const auto* cast = std::get_if<sql::Cast>(&expr.node);
  return cast != nullptr ? CheckType(*cast) : absl::OkStatus();
}

ExprBinder::ContextPtr NodeBinder::Inside(
    const sql::Expr& expr, const ExprBinder::ContextPtr& context) {
  const sql::Call* aggregate = AggregateOf(expr);
  if (aggregate == nullptr) return context;
  ExprBinder::Context inside = *context;
  inside.aggregate = function::FunctionLabel(aggregate->name);
  return std::make_shared<const ExprBinder::Context>(std::move(inside));
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
  return binder.BindColumn(ref, expr.place);
}

NodeBinder::Result NodeBinder::operator()(const sql::Unary& unary) const {
  return Call(unary.op == sql::Unary::Op::kNot ? "not" : "negate", operands);
}

NodeBinder::Result NodeBinder::operator()(const sql::Binary& binary) const {
  switch (binary.op) {
    case sql::Binary::Op::kAnd:
      return builder.AddLogic(LogicExpr::Op::kAnd, operands[0], operands[1],
                              expr.place);
    case sql::Binary::Op::kOr:
      return builder.AddLogic(LogicExpr::Op::kOr, operands[0], operands[1],
                              expr.place);
    default:
      return Call(OperatorName(binary.op), operands);
  }
}

NodeBinder::Result NodeBinder::operator()(const sql::IsNull& is_null) const {
  ROWFALL_ASSIGN_OR_RETURN(const ExprId id, Call("is null", operands));
  return Negated(is_null.negated, id);
}

NodeBinder::Result NodeBinder::operator()(const sql::Between& between) const {
  ROWFALL_ASSIGN_OR_RETURN(const ExprId above,
                           Call(">=", {operands[0], operands[1]}));
  ROWFALL_ASSIGN_OR_RETURN(const ExprId below,
                           Call("<=", {operands[0], operands[2]}));
  ROWFALL_ASSIGN_OR_RETURN(
      const ExprId id,
      builder.AddLogic(LogicExpr::Op::kAnd, above, below, expr.place));
  return Negated(between.negated, id);
}

NodeBinder::Result NodeBinder::operator()(const sql::In& in) const {
  ROWFALL_ASSIGN_OR_RETURN(const ExprId id, Call("in", operands));
  return Negated(in.negated, id);
}

NodeBinder::Result NodeBinder::operator()(const sql::Cast& cast) const {
  return builder.AddCast(operands[0], *TypeFromName(cast.type), expr.place);
}

NodeBinder::Result NodeBinder::operator()(const sql::Call& call) const {
  if (function::IsAggregate(call.name)) {
    return builder.AddAggregate(call.name, operands, call.star, call.distinct,
                                label, expr.place);
  }
  if (IsLazy(call.name)) return BindLazy(call);
  return builder.AddCall(call.name, operands, call.options, expr.place);
}

NodeBinder::Result NodeBinder::BindLazy(const sql::Call& call) const {
  if (call.name == "if") {
    if (operands.size() != 3) return CountError(call, "3", expr.place);
    return builder.AddIf(operands[0], operands[1], operands[2], expr.place);
  }
  if (call.name == "ifnull" && operands.size() != 2) {
    return CountError(call, "2", expr.place);
  }
  if (operands.empty()) return CountError(call, "1 or more", expr.place);
  return builder.AddCoalesce(operands, expr.place);
}

}  // namespace rowfall::plan
