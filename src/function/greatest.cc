// SPDX-License-Identifier: Apache-2.0
// GREATEST and LEAST over arguments of one common type.
#include <cstdint>

#include "base/status.h"
#include "base/text.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/scalar.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

struct Greatest {
  template <typename T>
  static bool Replaces(const T& candidate, const T& best) {
    return candidate > best;
  }
  static bool Replaces(std::partial_ordering order) { return order > 0; }
};

struct Least {
  template <typename T>
  static bool Replaces(const T& candidate, const T& best) {
    return candidate < best;
  }
  static bool Replaces(std::partial_ordering order) { return order < 0; }
};

// One pass an argument, each keeping the better of result and argument.
template <typename Op, typename T>
struct FixedExtreme {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    out.ResizeFixed(num_rows);
    T* best = out.mutable_values().MutableAs<T>().data();
    for (size_t i = 0; i < arguments.size(); ++i) {
      const T* values = DenseValues<T>(arguments[i]);
      const size_t step = arguments[i].constant ? 0 : 1;
      for (size_t row = 0; row < num_rows; ++row) {
        const T value = values[row * step];
        best[row] = i == 0 || Op::Replaces(value, best[row]) ? value : best[row];
      }
    }
    PropagateNulls(arguments, num_rows, out);
  }
};

template <typename Op>
struct TextExtreme {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    for (size_t row = 0; row < num_rows; ++row) {
      if (AnyNull(arguments, row)) {
        out.AppendNull();
        continue;
      }
      std::string_view best;
      for (size_t i = 0; i < arguments.size(); ++i) {
        const auto text = arguments[i].column->Text(arguments[i].RowOf(row));
        if (i == 0 || Op::Replaces(text, best)) best = text;
      }
      out.AppendText(best);
    }
  }
};

// JSON by content; NULL where two kinds do not go together.
template <typename Op>
struct JsonExtreme {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    std::string scratch[2], unused;
    for (size_t row = 0; row < num_rows; ++row) {
      const Argument* best = FindBest(arguments, row, scratch, unused);
      if (best == nullptr) {
        out.AppendNull();
      } else {
        out.AppendText(best->column->Text(best->RowOf(row)));
      }
    }
  }

  static const Argument* FindBest(std::span<const Argument> arguments,
                                  size_t row, std::string (&scratch)[2],
                                  std::string& unused) {
    if (AnyNull(arguments, row)) return nullptr;
    const Argument* best = &arguments[0];
    for (const Argument& argument : arguments) {
      const auto order = CompareScalars(
          ScalarOfJson(argument.column->Text(argument.RowOf(row)), scratch[0]),
          ScalarOfJson(best->column->Text(best->RowOf(row)), scratch[1]),
          unused);
      if (order == std::partial_ordering::unordered) return nullptr;
      if (Op::Replaces(order)) best = &argument;
    }
    return best;
  }
};

template <typename Op>
absl::StatusOr<Resolved> ResolveWith(const Call& call, Type type) {
  const std::vector<Type> types(call.arguments.size(), type);
  switch (type) {
    case Type::kInt:
      return MakeResolved(type, types, FixedExtreme<Op, uint32_t>());
    case Type::kBigint:
    case Type::kTimestamp:
      return MakeResolved(type, types, FixedExtreme<Op, int64_t>());
    case Type::kFloat:
      return MakeResolved(type, types, FixedExtreme<Op, float>());
    case Type::kDouble:
      return MakeResolved(type, types, FixedExtreme<Op, double>());
    case Type::kBool:
      return MakeResolved(type, types, FixedExtreme<Op, uint8_t>());
    case Type::kText:
      return MakeResolved(type, types, TextExtreme<Op>());
    case Type::kJson:
      return MakeResolved(type, types, JsonExtreme<Op>());
    default:
      return WrongType(call, "scalar values", type);
  }
}

// '10' is less than 9 as text and greater as a number: ask, do not guess. Text
// goes with timestamps, which it then must be.
absl::StatusOr<Type> OrderedType(const Call& call) {
  ROWFALL_ASSIGN_OR_RETURN(const Type common, CommonType(call.arguments));
  if (common != Type::kText) return common;
  bool timestamp = false;
  for (const ArgumentType& type : call.arguments) {
    timestamp |= type == Type::kTimestamp;
  }
  for (const ArgumentType& type : call.arguments) {
    const Type given = type.value_or(Type::kText);
    if (given == Type::kText || given == Type::kTimestamp) continue;
    return WrongType(call, "text with text only", given);
  }
  return timestamp ? Type::kTimestamp : Type::kText;
}

}  // namespace

absl::StatusOr<Resolved> ResolveExtreme(const Call& call) {
  ROWFALL_ASSIGN_OR_RETURN(const Type type, OrderedType(call));
  if (call.name == "greatest") return ResolveWith<Greatest>(call, type);
  return ResolveWith<Least>(call, type);
}

}  // namespace rowfall::function
