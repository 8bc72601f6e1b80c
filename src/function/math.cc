// SPDX-License-Identifier: Apache-2.0
// CEIL, FLOOR, ROUND, SQRT and POW.
#include <cmath>
#include <cstdint>

#include "base/text.h"
#include "function/number.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

// Integers of whatever type stay as they are.
struct IdentityKernel {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    MapRows<int64_t, int64_t>(arguments, num_rows, out,
                              [](int64_t value) { return value; });
  }
};

// CEIL and FLOOR of doubles and of JSON numbers, where integers are exact.
struct RoundingKernel {
  double (*round)(double);
  std::string_view label;

  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    MapNumbers(arguments[0], num_rows, out, errors,
               [this, &out](const Number& number, std::string& reason) {
                 int64_t result = 0;
                 if (!Round(number, result, reason)) return false;
                 out.AppendBigint(result);
                 return true;
               });
  }

  bool Round(const Number& number, int64_t& result, std::string& reason) const {
    result = number.integer;
    if (number.is_integer) return true;
    const double rounded = round(number.real);
    const bool fits = rounded >= -kTwoTo63 && rounded < kTwoTo63;
    if (fits) {
      result = static_cast<int64_t>(rounded);
    } else {
      reason = base::Cat("BIGINT out of range: ", label, "(",
                         NumberText(number.real).view(), ")");
    }
    return fits;
  }
};

bool IsNumber(Type type) { return IsIntegral(type) || IsFloating(type); }

absl::Status CheckNumbers(const Call& call) {
  for (const ArgumentType& argument : call.arguments) {
    const Type type = argument.value_or(Type::kDouble);
    if (!IsNumber(type) && type != Type::kJson) {
      return WrongType(call, "numbers", type);
    }
  }
  return absl::OkStatus();
}

// --- Doubles -----------------------------------------------------------------

// Rounds the decimal that is shortest for x, so that 1.005 gives 1.01: what
// is written is what is rounded, not the binary value below it.
double RoundDecimal(double x, int digits) {
  if (!std::isfinite(x)) return x;
  if (digits == 0) return std::round(x);
  const double scale = std::pow(10.0, digits < 0 ? -digits : digits);
  if (!std::isfinite(scale)) return digits < 0 ? 0 : x;
  if (digits < 0) return std::round(x / scale) * scale;
  const double scaled = x * scale;
  if (!std::isfinite(scaled) || std::fabs(scaled) >= 4503599627370496.0) {
    return x;  // No digit is left to be cut.
  }
  double rounded = std::round(scaled);
  // The product may fall short of a half by an error of its own.
  const double next = std::nextafter(scaled, scaled < 0 ? -INFINITY : INFINITY);
  if (rounded != std::round(next)) rounded = std::round(next);
  return rounded / scale;
}

// A double function of two; `domain` says where it is NULL.
template <typename Body>
struct DoubleKernel {
  std::string_view label;
  Body body;  // bool(a, b, result): false for NULL.

  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    const Argument& first = arguments.front();
    const Argument& last = arguments.back();
    for (size_t row = 0; row < num_rows; ++row) {
      const double a = first.column->doubles()[first.RowOf(row)];
      const double b = last.column->doubles()[last.RowOf(row)];
      double result = 0;
      if (AnyNull(arguments, row) || !body(a, b, result)) {
        out.AppendNull();
      } else if (std::isfinite(result)) {
        out.AppendDouble(result);
      } else {
        out.AppendNull();
        errors.Add(row, base::Cat("DOUBLE out of range: ", label, "(",
                                  Listed(arguments.size(), a, b), ")"));
      }
    }
  }

  static std::string Listed(size_t count, double a, double b) {
    if (count == 1) return base::Cat(NumberText(a).view());
    return base::Cat(NumberText(a).view(), ", ", NumberText(b).view());
  }
};

template <typename Body>
absl::StatusOr<Resolved> ResolveDouble(const Call& call, std::string_view label,
                                       Body body) {
  if (absl::Status status = CheckNumbers(call); !status.ok()) return status;
  return MakeResolved(Type::kDouble,
                      std::vector<Type>(call.arguments.size(), Type::kDouble),
                      DoubleKernel<Body>{label, body});
}

}  // namespace

absl::StatusOr<Resolved> ResolveRounding(const Call& call) {
  if (absl::Status status = CheckNumbers(call); !status.ok()) return status;
  const Type type = call.arguments[0].value_or(Type::kBigint);
  if (IsIntegral(type)) {
    return MakeResolved(Type::kBigint, {Type::kBigint}, IdentityKernel());
  }
  const RoundingKernel kernel =
      call.name == "ceil"
          ? RoundingKernel{[](double x) { return std::ceil(x); }, "CEIL"}
          : RoundingKernel{[](double x) { return std::floor(x); }, "FLOOR"};
  return MakeResolved(Type::kBigint, {type}, kernel);
}

absl::StatusOr<Resolved> ResolveRound(const Call& call) {
  const bool whole = call.arguments.size() == 1 &&
                     IsIntegral(call.arguments[0].value_or(Type::kBigint));
  if (whole) {
    return MakeResolved(Type::kBigint, {Type::kBigint}, IdentityKernel());
  }
  if (call.arguments.size() == 1) {
    return ResolveDouble(call, "ROUND", [](double a, double, double& result) {
      result = std::round(a);
      return true;
    });
  }
  return ResolveDouble(call, "ROUND", [](double a, double b, double& result) {
    const double digits = std::trunc(b);
    result = RoundDecimal(a, digits > 400    ? 400
                             : digits < -400 ? -400
                                             : static_cast<int>(digits));
    return true;
  });
}

absl::StatusOr<Resolved> ResolveSqrt(const Call& call) {
  return ResolveDouble(call, "SQRT", [](double a, double, double& result) {
    result = std::sqrt(a);
    return !(a < 0);
  });
}

absl::StatusOr<Resolved> ResolvePower(const Call& call) {
  return ResolveDouble(call, "POW", [](double a, double b, double& result) {
    result = std::pow(a, b);
    return true;
  });
}

}  // namespace rowfall::function
