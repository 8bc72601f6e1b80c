// SPDX-License-Identifier: Apache-2.0
// = <> < <= > >= over operands of one type and of mixed ones.
#include <compare>
#include <functional>

#include "base/text.h"
#include "function/number.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/scalar.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

// The six operators as tests of an ordering. NaN is unordered: different from
// everything, neither less nor greater.
struct Equal {
  static bool Test(std::partial_ordering order) { return order == 0; }
};
struct NotEqual {
  static bool Test(std::partial_ordering order) { return order != 0; }
};
struct Less {
  static bool Test(std::partial_ordering order) { return order < 0; }
};
struct LessEqual {
  static bool Test(std::partial_ordering order) { return order <= 0; }
};
struct Greater {
  static bool Test(std::partial_ordering order) { return order > 0; }
};
struct GreaterEqual {
  static bool Test(std::partial_ordering order) { return order >= 0; }
};

std::partial_ordering Order(uint8_t a, uint8_t b) { return a <=> b; }
std::partial_ordering Order(int64_t a, int64_t b) { return a <=> b; }
std::partial_ordering Order(double a, double b) { return a <=> b; }
std::partial_ordering Order(int64_t a, double b) { return CompareExact(a, b); }
std::partial_ordering Order(double a, int64_t b) {
  return 0 <=> CompareExact(b, a);
}

// Fixed-size operands: both uint8_t (bool), or int64_t (bigint, timestamp) or
// double each.
template <typename Op, typename A, typename B>
struct FixedComparison {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    MapRows2<A, B, uint8_t>(arguments, num_rows, out, [](A a, B b) {
      return static_cast<uint8_t>(Op::Test(Order(a, b)));
    });
  }
};

template <typename Op>
struct TextComparison {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    out.ResizeFixed(num_rows);
    auto result = out.mutable_values().MutableAs<uint8_t>();
    const Argument& a = arguments[0];
    const Argument& b = arguments[1];
    for (size_t row = 0; row < num_rows; ++row) {
      result[row] = Op::Test(a.column->Text(a.RowOf(row)) <=>
                             b.column->Text(b.RowOf(row)));
    }
    PropagateNulls(arguments, num_rows, out);
  }
};

template <typename Op>
struct ScalarComparison {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    ScalarReader left(arguments[0]), right(arguments[1]);
    std::string reason;
    for (size_t row = 0; row < num_rows; ++row) {
      reason.clear();
      const auto order =
          CompareScalars(left.Read(row), right.Read(row), reason);
      if (order == std::partial_ordering::unordered) {
        out.AppendNull();
        if (!reason.empty()) errors.Add(row, reason);
      } else {
        out.AppendBool(Op::Test(order));
      }
    }
  }
};

template <typename Op>
Resolved ResolveWith(Type a, Type b) {
  const auto whole = [](Type type) {
    return IsIntegral(type) || type == Type::kTimestamp;
  };
  const auto wide = [](Type type) {
    return IsFloating(type)           ? Type::kDouble
           : type == Type::kTimestamp ? type
                                      : Type::kBigint;
  };
  if (a == Type::kText && b == Type::kText) {
    return MakeResolved(Type::kBool, {a, b}, TextComparison<Op>());
  }
  if (a == Type::kBool && b == Type::kBool) {
    return MakeResolved(Type::kBool, {a, b},
                        FixedComparison<Op, uint8_t, uint8_t>());
  }
  const bool numbers = (whole(a) || IsFloating(a)) && (whole(b) || IsFloating(b));
  if (!numbers) return MakeResolved(Type::kBool, {a, b}, ScalarComparison<Op>());
  std::vector<Type> types = {wide(a), wide(b)};
  if (whole(a) && whole(b)) {
    return MakeResolved(Type::kBool, types,
                        FixedComparison<Op, int64_t, int64_t>());
  }
  if (whole(a)) {
    return MakeResolved(Type::kBool, types,
                        FixedComparison<Op, int64_t, double>());
  }
  if (whole(b)) {
    return MakeResolved(Type::kBool, types,
                        FixedComparison<Op, double, int64_t>());
  }
  return MakeResolved(Type::kBool, types, FixedComparison<Op, double, double>());
}

// A text or JSON is read as what a typed operand of these kinds is.
bool ReadsOther(Type type) {
  return type == Type::kTimestamp || type == Type::kBool;
}

}  // namespace

absl::StatusOr<Resolved> ResolveComparison(const Call& call) {
  Type a = call.arguments[0].value_or(call.arguments[1].value_or(Type::kText));
  Type b = call.arguments[1].value_or(a);
  for (const Type type : {a, b}) {
    if (!IsScalar(type)) return WrongType(call, "scalar values", type);
  }
  if ((a == Type::kTimestamp && b == Type::kBool) ||
      (a == Type::kBool && b == Type::kTimestamp)) {
    return WrongType(call, UpperName(a), b);
  }
  if (ReadsOther(a) && b == Type::kText) b = a;
  if (ReadsOther(b) && a == Type::kText) a = b;
  // Seconds or ISO text; other JSON rejects the row.
  if (a == Type::kTimestamp && b == Type::kJson) b = a;
  if (b == Type::kTimestamp && a == Type::kJson) a = b;
  if (call.name == "=") return ResolveWith<Equal>(a, b);
  if (call.name == "<>") return ResolveWith<NotEqual>(a, b);
  if (call.name == "<") return ResolveWith<Less>(a, b);
  if (call.name == "<=") return ResolveWith<LessEqual>(a, b);
  if (call.name == ">") return ResolveWith<Greater>(a, b);
  return ResolveWith<GreaterEqual>(a, b);
}

}  // namespace rowfall::function
