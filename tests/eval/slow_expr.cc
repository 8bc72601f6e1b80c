// SPDX-License-Identifier: Apache-2.0
// The meaning of each expression, said as plainly as possible.
#include "tests/eval/slow_expr.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <set>

namespace rowfall::eval {
namespace {

using Wide = __int128;

Value Checked(Wide value) {
  if (value < std::numeric_limits<int64_t>::min() ||
      value > std::numeric_limits<int64_t>::max()) {
    throw SlowFailure();
  }
  return static_cast<int64_t>(value);
}

bool IsAggregateName(const std::string& name) {
  return name == "count" || name == "sum" || name == "min" || name == "max" ||
         name == "avg";
}

Value Not(const Value& value) {
  if (IsNull(value)) return value;
  return !std::get<bool>(value);
}

Value Arithmetic(sql::Binary::Op op, const Value& a, const Value& b) {
  using Op = sql::Binary::Op;
  if (std::holds_alternative<double>(a)) {
    const double x = std::get<double>(a);
    const double y = std::get<double>(b);
    return op == Op::kAdd ? x + y : op == Op::kSubtract ? x - y : x * y;
  }
  const Wide x = std::get<int64_t>(a);
  const Wide y = std::get<int64_t>(b);
  switch (op) {
    case Op::kAdd:
      return Checked(x + y);
    case Op::kSubtract:
      return Checked(x - y);
    case Op::kMultiply:
      return Checked(x * y);
    case Op::kIntegerDivide:
      return y == 0 ? Value() : Checked(x / y);
    default:
      return y == 0 ? Value() : Checked(x % y);
  }
}

Value Compare(sql::Binary::Op op, const Value& a, const Value& b) {
  using Op = sql::Binary::Op;
  const int order = CompareSlowly(a, b);
  switch (op) {
    case Op::kEqual:
      return order == 0;
    case Op::kNotEqual:
      return order != 0;
    case Op::kLess:
      return order < 0;
    case Op::kLessEqual:
      return order <= 0;
    case Op::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

bool IsComparison(sql::Binary::Op op) {
  return op >= sql::Binary::Op::kEqual && op <= sql::Binary::Op::kGreaterEqual;
}

// a AND b by the truth tables; OR by De Morgan.
Value And(const Value& a, const Value& b) {
  if (!IsNull(b) && !std::get<bool>(b)) return false;
  return IsNull(a) || IsNull(b) ? Value() : Value(true);
}

}  // namespace

int CompareSlowly(const Value& a, const Value& b) {
  if (IsNull(a) || IsNull(b)) {
    return static_cast<int>(IsNull(b)) - static_cast<int>(IsNull(a));
  }
  return a < b ? -1 : static_cast<int>(b < a);
}

bool SlowExpr::Holds(const sql::Expr& expr, bool alias_first) const {
  const Value value = Eval(expr, alias_first);
  return !IsNull(value) && std::get<bool>(value);
}

Value SlowExpr::Eval(const sql::Expr& expr, bool alias_first) const {
  if (const auto* node = std::get_if<sql::Literal>(&expr.node)) {
    return std::visit([](const auto& value) { return Value(value); },
                      node->value);
  }
  if (const auto* node = std::get_if<sql::NameRef>(&expr.node)) {
    return EvalName(*node, alias_first);
  }
  if (const auto* node = std::get_if<sql::Unary>(&expr.node)) {
    return EvalUnary(*node, alias_first);
  }
  if (const auto* node = std::get_if<sql::Binary>(&expr.node)) {
    return EvalBinary(*node, alias_first);
  }
  if (const auto* node = std::get_if<sql::IsNull>(&expr.node)) {
    return IsNull(Eval(*node->operand, alias_first)) != node->negated;
  }
  if (const auto* node = std::get_if<sql::Between>(&expr.node)) {
    return EvalBetween(*node, alias_first);
  }
  if (const auto* node = std::get_if<sql::In>(&expr.node)) {
    return EvalIn(*node, alias_first);
  }
  if (const auto* node = std::get_if<sql::Cast>(&expr.node)) {
    return EvalCast(*node, alias_first);
  }
  return EvalCall(std::get<sql::Call>(expr.node), alias_first);
}

const sql::SelectItem* SlowExpr::FindAlias(const std::string& name) const {
  for (const sql::SelectItem& item : select_.items) {
    if (item.has_alias && item.name == name) return &item;
  }
  return nullptr;
}

Value SlowExpr::EvalName(const sql::NameRef& ref, bool alias_first) const {
  const std::string& name =
      ref.name == "kafka" ? std::get<std::string>(ref.path[0]) : ref.name;
  const sql::SelectItem* alias = FindAlias(name);
  const auto column = input_.schema().IndexOf(name);
  if (alias != nullptr && (alias_first || !column.has_value())) {
    return Eval(*alias->expr);
  }
  return input_.column(*column).ValueAt(rows_[0]);
}

Value SlowExpr::EvalUnary(const sql::Unary& unary, bool alias_first) const {
  const Value value = Eval(*unary.operand, alias_first);
  if (unary.op == sql::Unary::Op::kNot) return Not(value);
  if (IsNull(value)) return value;
  return Checked(-Wide{std::get<int64_t>(value)});
}

Value SlowExpr::EvalBinary(const sql::Binary& binary, bool alias_first) const {
  if (binary.op == sql::Binary::Op::kAnd || binary.op == sql::Binary::Op::kOr) {
    return EvalLogic(binary, alias_first);
  }
  const Value a = Eval(*binary.left, alias_first);
  const Value b = Eval(*binary.right, alias_first);
  if (IsNull(a) || IsNull(b)) return {};
  return IsComparison(binary.op) ? Compare(binary.op, a, b)
                                 : Arithmetic(binary.op, a, b);
}

Value SlowExpr::EvalLogic(const sql::Binary& binary, bool alias_first) const {
  const bool is_or = binary.op == sql::Binary::Op::kOr;
  const Value a = Eval(*binary.left, alias_first);
  if (!IsNull(a) && std::get<bool>(a) == is_or) return a;
  const Value b = Eval(*binary.right, alias_first);
  return is_or ? Not(And(Not(a), Not(b))) : And(a, b);
}

Value SlowExpr::EvalBetween(const sql::Between& between,
                            bool alias_first) const {
  const auto compare = [&](sql::Binary::Op op, const sql::ExprPtr& limit) {
    return EvalBinary({op, between.operand, limit}, alias_first);
  };
  const Value above = compare(sql::Binary::Op::kGreaterEqual, between.low);
  Value result = false;
  if (IsNull(above) || std::get<bool>(above)) {
    result = And(above, compare(sql::Binary::Op::kLessEqual, between.high));
  }
  return between.negated ? Not(result) : result;
}

Value SlowExpr::EvalIn(const sql::In& in, bool alias_first) const {
  const Value value = Eval(*in.operand, alias_first);
  Value found = false;
  for (const sql::ExprPtr& item : in.items) {
    const Value other = Eval(*item, alias_first);
    if (IsNull(value) || IsNull(other)) {
      if (IsNull(found) || !std::get<bool>(found)) found = Value();
    } else if (CompareSlowly(value, other) == 0) {
      found = true;
    }
  }
  return in.negated ? Not(found) : found;
}

Value SlowExpr::EvalCast(const sql::Cast& cast, bool alias_first) const {
  const Value value = Eval(*cast.operand, alias_first);
  if (IsNull(value)) return value;
  if (cast.type == "text") return std::to_string(std::get<int64_t>(value));
  const std::string& text = std::get<std::string>(value);
  int64_t number = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    throw SlowFailure();
  }
  return number;
}

Value SlowExpr::EvalCall(const sql::Call& call, bool alias_first) const {
  const auto argument = [&](size_t i) {
    return Eval(*call.arguments[i], alias_first);
  };
  if (IsAggregateName(call.name)) return EvalAggregate(call);
  if (call.name == "if") {
    return argument(Holds(*call.arguments[0], alias_first) ? 1 : 2);
  }
  if (call.name == "ifnull" || call.name == "coalesce") {
    Value value;
    for (size_t i = 0; i < call.arguments.size() && IsNull(value); ++i) {
      value = argument(i);
    }
    return value;
  }
  return EvalText(call, alias_first);
}

Value SlowExpr::EvalText(const sql::Call& call, bool alias_first) const {
  std::string all;
  bool has_null = false;
  for (const sql::ExprPtr& argument : call.arguments) {
    const Value value = Eval(*argument, alias_first);
    has_null = has_null || IsNull(value);
    if (!IsNull(value)) all += std::get<std::string>(value);
  }
  if (has_null) return {};
  if (call.name == "length") return static_cast<int64_t>(all.size());
  for (char& c : all) {
    const auto byte = static_cast<unsigned char>(c);
    if (call.name == "upper") c = static_cast<char>(std::toupper(byte));
    if (call.name == "lower") c = static_cast<char>(std::tolower(byte));
  }
  return all;
}

Value SlowExpr::EvalAggregate(const sql::Call& call) const {
  if (call.star) return static_cast<int64_t>(rows_.size());
  std::vector<Value> values;
  for (const size_t row : rows_) {
    Value value = SlowExpr(select_, input_, {row}).Eval(*call.arguments[0]);
    if (!IsNull(value)) values.push_back(std::move(value));
  }
  if (call.name == "count") {
    const std::set<Value> distinct(values.begin(), values.end());
    return static_cast<int64_t>(call.distinct ? distinct.size()
                                              : values.size());
  }
  if (values.empty()) return {};
  if (call.name == "min")
    return *std::min_element(values.begin(), values.end());
  if (call.name == "max")
    return *std::max_element(values.begin(), values.end());
  Wide sum = 0;
  for (const Value& value : values) sum += std::get<int64_t>(value);
  if (call.name == "sum") return Checked(sum);
  return static_cast<double>(sum) / static_cast<double>(values.size());
}

void SlowExpr::FindAggregates(const sql::Expr& expr,
                              std::vector<const sql::Expr*>& found) const {
  if (const auto* call = std::get_if<sql::Call>(&expr.node)) {
    if (IsAggregateName(call->name)) found.push_back(&expr);
  } else if (const auto* node = std::get_if<sql::Binary>(&expr.node)) {
    FindAggregates(*node->left, found);
    FindAggregates(*node->right, found);
  } else if (const auto* null = std::get_if<sql::IsNull>(&expr.node)) {
    FindAggregates(*null->operand, found);
  }
}

}  // namespace rowfall::eval
