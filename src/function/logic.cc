// SPDX-License-Identifier: Apache-2.0
// NOT, conditions and IS NULL.
#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "function/number.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/type_rules.h"
#include "json/value.h"

namespace rowfall::function {
namespace {

// bool: 1 where the value is true, or where it is false if kNegated.
template <typename T, bool kNegated>
struct FixedTruth {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    MapRows<T, uint8_t>(arguments, num_rows, out, [](T value) {
      return static_cast<uint8_t>((value != 0) != kNegated);
    });
  }
};

template <bool kNegated>
struct JsonTruth {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    MapNumbers(arguments[0], num_rows, out, errors,
               [&out](const Number& number, std::string&) {
                 out.AppendBool((number.AsDouble() != 0) != kNegated);
                 return true;
               });
  }
};

template <bool kNegated>
absl::StatusOr<Resolved> ResolveTruth(const Call& call,
                                      std::string_view expected) {
  const Type type = call.arguments[0].value_or(Type::kBool);
  switch (type) {
    case Type::kBool:
      return MakeResolved(type, {type}, FixedTruth<uint8_t, kNegated>());
    case Type::kInt:
      return MakeResolved(Type::kBool, {type},
                          FixedTruth<uint32_t, kNegated>());
    case Type::kBigint:
      return MakeResolved(Type::kBool, {type}, FixedTruth<int64_t, kNegated>());
    case Type::kFloat:
      return MakeResolved(Type::kBool, {type}, FixedTruth<float, kNegated>());
    case Type::kDouble:
      return MakeResolved(Type::kBool, {type}, FixedTruth<double, kNegated>());
    case Type::kJson:
      return MakeResolved(Type::kBool, {type}, JsonTruth<kNegated>());
    default:
      return WrongType(call, expected, type);
  }
}

struct IsNullKernel {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    out.ResizeFixed(num_rows);
    auto result = out.mutable_values().MutableAs<uint8_t>();
    std::fill(result.begin(), result.end(), uint8_t{0});
    ForEachNull(arguments[0], num_rows,
                [&result](size_t row) { result[row] = 1; });
  }
};

// A stored JSON null is NULL as well.
struct IsNullJsonKernel {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    const Argument& value = arguments[0];
    for (size_t row = 0; row < num_rows; ++row) {
      out.AppendBool(value.IsNull(row) ||
                     json::KindOf(value.column->Text(value.RowOf(row))) ==
                         json::Kind::kNull);
    }
  }
};

}  // namespace

absl::StatusOr<Resolved> ResolveNot(const Call& call) {
  return ResolveTruth<true>(call, "a condition or a number");
}

absl::StatusOr<Resolved> ResolveCondition(const Call& call) {
  const Type type = call.arguments[0].value_or(Type::kBool);
  if (type == Type::kText || type == Type::kTimestamp || !IsScalar(type)) {
    return absl::InvalidArgumentError(base::ToAbsl(
        base::Cat("Expected a condition or a number, not ", UpperName(type))));
  }
  return ResolveTruth<false>(call, "a condition or a number");
}

absl::StatusOr<Resolved> ResolveIsNull(const Call& call) {
  const Type type = call.arguments[0].value_or(Type::kText);
  if (type == Type::kJson) {
    return MakeResolved(Type::kBool, {type}, IsNullJsonKernel());
  }
  return MakeResolved(Type::kBool, {type}, IsNullKernel());
}

}  // namespace rowfall::function
