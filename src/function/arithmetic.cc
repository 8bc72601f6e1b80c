// SPDX-License-Identifier: Apache-2.0
// + - * / DIV % and the sign, exact for integers.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/text.h"
#include "function/number.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

enum class Outcome : uint8_t { kOk, kNull, kOutOfRange };

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

Outcome Range(bool out_of_range) {
  return out_of_range ? Outcome::kOutOfRange : Outcome::kOk;
}
Outcome Finite(double value) { return Range(!std::isfinite(value)); }

int64_t Wrap(uint64_t value) { return static_cast<int64_t>(value); }
uint64_t Bits(int64_t value) { return static_cast<uint64_t>(value); }

// Each operation: Apply() gives a result for all arguments, without undefined
// behaviour; Check() says afterwards whether it is the true one.

struct Add {
  static constexpr std::string_view kSymbol = " + ";
  static int64_t Apply(int64_t a, int64_t b) { return Wrap(Bits(a) + Bits(b)); }
  static Outcome Check(int64_t a, int64_t b, int64_t r) {
    return Range(((a ^ r) & (b ^ r)) < 0);
  }
  static double Apply(double a, double b) { return a + b; }
  static Outcome Check(double, double, double r) { return Finite(r); }
};

struct Subtract {
  static constexpr std::string_view kSymbol = " - ";
  static int64_t Apply(int64_t a, int64_t b) { return Wrap(Bits(a) - Bits(b)); }
  static Outcome Check(int64_t a, int64_t b, int64_t r) {
    return Range(((a ^ b) & (a ^ r)) < 0);
  }
  static double Apply(double a, double b) { return a - b; }
  static Outcome Check(double, double, double r) { return Finite(r); }
};

struct Multiply {
  static constexpr std::string_view kSymbol = " * ";
  static int64_t Apply(int64_t a, int64_t b) { return Wrap(Bits(a) * Bits(b)); }
  static Outcome Check(int64_t a, int64_t b, int64_t) {
    int64_t unused;
    return Range(__builtin_mul_overflow(a, b, &unused));
  }
  static double Apply(double a, double b) { return a * b; }
  static Outcome Check(double, double, double r) { return Finite(r); }
};

struct Divide {
  static constexpr std::string_view kSymbol = " / ";
  static double Apply(double a, double b) { return b == 0 ? 0 : a / b; }
  static Outcome Check(double, double b, double r) {
    return b == 0 ? Outcome::kNull : Finite(r);
  }
};

struct DivideWhole {
  static constexpr std::string_view kSymbol = " DIV ";
  static int64_t Apply(int64_t a, int64_t b) {
    if (b == 0) return 0;
    return b == -1 ? Wrap(0 - Bits(a)) : a / b;
  }
  static Outcome Check(int64_t a, int64_t b, int64_t) {
    return b == 0 ? Outcome::kNull : Range(a == kMin && b == -1);
  }
  static int64_t Apply(double a, double b) {
    const double quotient = std::trunc(a / b);
    return Fits(quotient) ? static_cast<int64_t>(quotient) : 0;
  }
  static Outcome Check(double a, double b, int64_t) {
    return b == 0 ? Outcome::kNull : Range(!Fits(std::trunc(a / b)));
  }
  static bool Fits(double value) {
    return value >= -kTwoTo63 && value < kTwoTo63;
  }
};

struct Remainder {
  static constexpr std::string_view kSymbol = " % ";
  static int64_t Apply(int64_t a, int64_t b) {
    return b == 0 || b == -1 ? 0 : a % b;
  }
  static Outcome Check(int64_t, int64_t b, int64_t) {
    return b == 0 ? Outcome::kNull : Outcome::kOk;
  }
  static double Apply(double a, double b) { return b == 0 ? 0 : std::fmod(a, b); }
  static Outcome Check(double, double b, double r) {
    return b == 0 ? Outcome::kNull : Finite(r);
  }
};

std::string OutOfRange(std::string_view type, std::string_view a,
                       std::string_view symbol, std::string_view b) {
  return base::Cat(type, " out of range: ", a, symbol, b);
}

// --- Typed columns: T is int64_t or double -----------------------------------

template <typename Op, typename T>
using ResultOf = decltype(Op::Apply(T(), T()));

// Second pass, only where a row of the batch is not kOk.
template <typename Op, typename T>
void Settle(std::span<const Argument> arguments, size_t num_rows, Column& out,
            RowErrors& errors) {
  using R = ResultOf<Op, T>;
  for (size_t row = 0; row < num_rows; ++row) {
    if (out.IsNull(row)) continue;
    const T a = DenseValues<T>(arguments[0])[arguments[0].RowOf(row)];
    const T b = DenseValues<T>(arguments[1])[arguments[1].RowOf(row)];
    const Outcome outcome =
        Op::Check(a, b, out.values().template As<R>()[row]);
    if (outcome == Outcome::kOk) continue;
    out.SetNull(row);
    if (outcome == Outcome::kNull) continue;
    constexpr bool kWhole = std::is_same_v<R, int64_t>;
    errors.Add(row, OutOfRange(kWhole ? "BIGINT" : "DOUBLE",
                               NumberText(a).view(), Op::kSymbol,
                               NumberText(b).view()));
  }
}

template <typename Op, typename T>
struct TypedArithmetic {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    bool settled = true;
    MapRows2<T, T, ResultOf<Op, T>>(arguments, num_rows, out, [&](T a, T b) {
      const auto result = Op::Apply(a, b);
      settled &= Op::Check(a, b, result) == Outcome::kOk;
      return result;
    });
    if (!settled) Settle<Op, T>(arguments, num_rows, out, errors);
  }
};

// --- JSON: each row's numbers are integers or doubles ------------------------

Number ToNumber(int64_t value) { return Number::Integer(value); }
Number ToNumber(double value) { return Number::Real(value); }

template <typename Op, typename T>
Outcome Calculate(T a, T b, Number& result) {
  const auto r = Op::Apply(a, b);
  result = ToNumber(r);
  return Op::Check(a, b, r);
}

template <typename Op>
Outcome CalculateNumbers(const Number& a, const Number& b, Number& result) {
  if constexpr (requires { Op::Apply(int64_t(), int64_t()); } &&
                !std::is_same_v<Op, Divide>) {
    if (a.is_integer && b.is_integer) {
      return Calculate<Op>(a.integer, b.integer, result);
    }
  }
  return Calculate<Op>(a.AsDouble(), b.AsDouble(), result);
}

void AppendNumber(const Number& number, Column& out) {
  if (out.type() == Type::kBigint) return out.AppendBigint(number.integer);
  if (out.type() == Type::kDouble) return out.AppendDouble(number.AsDouble());
  out.AppendText(NumberText(number).view());
}

template <typename Op>
struct JsonArithmetic {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    NumberReader left(arguments[0]), right(arguments[1]);
    std::string reason;
    for (size_t row = 0; row < num_rows; ++row) {
      reason.clear();
      const auto a = left.Read(row, reason);
      const auto b = reason.empty() ? right.Read(row, reason) : a;
      Number result;
      Outcome outcome = Outcome::kNull;
      if (reason.empty() && a && b) {
        outcome = CalculateNumbers<Op>(*a, *b, result);
      }
      if (outcome == Outcome::kOk) {
        AppendNumber(result, out);
        continue;
      }
      if (outcome == Outcome::kOutOfRange) {
        reason = OutOfRange(result.is_integer ? "BIGINT" : "DOUBLE",
                            NumberText(*a).view(), Op::kSymbol,
                            NumberText(*b).view());
      }
      out.AppendNull();
      if (!reason.empty()) errors.Add(row, reason);
    }
  }
};

// --- Types -------------------------------------------------------------------

struct Operands {
  bool json = false;
  bool floating = false;
  std::vector<Type> types;  // NULL literals as bigint.
};

absl::StatusOr<Operands> CheckOperands(const Call& call) {
  Operands operands;
  for (const ArgumentType& argument : call.arguments) {
    const Type type = argument.value_or(Type::kBigint);
    if (type == Type::kText || !IsScalar(type)) {
      return WrongType(call, "numbers", type);
    }
    operands.json |= type == Type::kJson;
    operands.floating |= IsFloating(type);
    operands.types.push_back(type);
  }
  return operands;
}

// A point in time and a number of seconds are a point in time.
bool GivesTimestamp(std::string_view name, const std::vector<Type>& types) {
  const bool left = types[0] == Type::kTimestamp;
  const bool right = types[1] == Type::kTimestamp;
  return (name == "+" && left != right) || (name == "-" && left && !right);
}

template <typename Op>
Resolved ResolveWith(const Call& call, const Operands& operands) {
  constexpr bool kHasWhole = !std::is_same_v<Op, Divide>;
  if (operands.json) {
    const Type type = std::is_same_v<Op, Divide>        ? Type::kDouble
                      : std::is_same_v<Op, DivideWhole> ? Type::kBigint
                                                        : Type::kJson;
    return MakeResolved(type, operands.types, JsonArithmetic<Op>());
  }
  if constexpr (kHasWhole) {
    if (!operands.floating) {
      std::vector<Type> types = operands.types;
      for (Type& type : types) {
        if (type != Type::kTimestamp) type = Type::kBigint;
      }
      const bool timestamp = GivesTimestamp(call.name, types);
      return MakeResolved(timestamp ? Type::kTimestamp : Type::kBigint,
                          std::move(types), TypedArithmetic<Op, int64_t>());
    }
  }
  const Type type =
      std::is_same_v<Op, DivideWhole> ? Type::kBigint : Type::kDouble;
  return MakeResolved(type, {Type::kDouble, Type::kDouble},
                      TypedArithmetic<Op, double>());
}

}  // namespace

absl::StatusOr<Resolved> ResolveArithmetic(const Call& call) {
  const auto operands = CheckOperands(call);
  if (!operands.ok()) return operands.status();
  if (call.name == "+") return ResolveWith<Add>(call, *operands);
  if (call.name == "-") return ResolveWith<Subtract>(call, *operands);
  if (call.name == "*") return ResolveWith<Multiply>(call, *operands);
  if (call.name == "/") return ResolveWith<Divide>(call, *operands);
  if (call.name == "div") return ResolveWith<DivideWhole>(call, *operands);
  return ResolveWith<Remainder>(call, *operands);
}

}  // namespace rowfall::function
