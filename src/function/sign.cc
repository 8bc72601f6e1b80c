// SPDX-License-Identifier: Apache-2.0
// The sign of numbers: negation and ABS.
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/text.h"
#include "function/number.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

struct Negate {
  static constexpr std::string_view kPrefix = "-(", kSuffix = ")";
  static int64_t Apply(int64_t a) {
    return static_cast<int64_t>(0 - static_cast<uint64_t>(a));
  }
  static double Apply(double a) { return -a; }
};

struct Abs {
  static constexpr std::string_view kPrefix = "ABS(", kSuffix = ")";
  static int64_t Apply(int64_t a) { return a < 0 ? Negate::Apply(a) : a; }
  static double Apply(double a) { return std::fabs(a); }
};

// The one integer without a counterpart.
template <typename Op>
std::string OutOfRange() {
  return base::Cat("BIGINT out of range: ", Op::kPrefix, kMin, Op::kSuffix);
}

template <typename Op>
struct IntegerSign {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    bool fits = true;
    MapRows<int64_t, int64_t>(arguments, num_rows, out, [&](int64_t a) {
      fits &= a != kMin;
      return Op::Apply(a);
    });
    for (size_t row = 0; !fits && row < num_rows; ++row) {
      if (out.IsNull(row) || out.bigints()[row] != kMin) continue;
      out.SetNull(row);
      errors.Add(row, OutOfRange<Op>());
    }
  }
};

template <typename Op>
struct DoubleSign {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    MapRows<double, double>(arguments, num_rows, out,
                            [](double a) { return Op::Apply(a); });
  }
};

template <typename Op>
struct JsonSign {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    MapNumbers(
        arguments[0], num_rows, out, errors,
        [&out](const Number& number, std::string& reason) {
          if (number.is_integer && number.integer == kMin) {
            reason = OutOfRange<Op>();
            return false;
          }
          out.AppendText(number.is_integer
                             ? NumberText(Op::Apply(number.integer)).view()
                             : NumberText(Op::Apply(number.real)).view());
          return true;
        });
  }
};

template <typename Op>
absl::StatusOr<Resolved> ResolveSign(const Call& call) {
  const Type type = call.arguments[0].value_or(Type::kBigint);
  if (type == Type::kJson) {
    return MakeResolved(type, {type}, JsonSign<Op>());
  }
  if (IsFloating(type)) {
    return MakeResolved(Type::kDouble, {Type::kDouble}, DoubleSign<Op>());
  }
  if (!IsIntegral(type)) return WrongType(call, "numbers", type);
  return MakeResolved(Type::kBigint, {Type::kBigint}, IntegerSign<Op>());
}

}  // namespace

absl::StatusOr<Resolved> ResolveNegate(const Call& call) {
  return ResolveSign<Negate>(call);
}

absl::StatusOr<Resolved> ResolveAbs(const Call& call) {
  return ResolveSign<Abs>(call);
}

}  // namespace rowfall::function
