// SPDX-License-Identifier: Apache-2.0
// The common type of several types, and names for errors.
#include "function/type_rules.h"

#include <optional>

#include "base/status.h"
#include "base/text.h"

namespace rowfall::function {
namespace {

bool IsMulti(Type type) {
  return type == Type::kMulti || type == Type::kMulti64;
}

// Returns the common type of two numbers, timestamps included.
Type CommonNumber(Type a, Type b) {
  if (IsFloating(a) || IsFloating(b)) {
    const Type other = IsFloating(a) ? b : a;
    // A float holds 24 bits: 32 of an int would be rounded.
    return other == Type::kBool ? Type::kFloat : Type::kDouble;
  }
  const auto is = [&](Type type) { return a == type || b == type; };
  if (is(Type::kBigint) || is(Type::kTimestamp)) return Type::kBigint;
  return Type::kInt;
}

std::optional<Type> CommonOfTwo(Type a, Type b) {
  if (a == b) return a;
  if (a == Type::kJson || b == Type::kJson) return Type::kJson;
  if (a == Type::kText || b == Type::kText) return Type::kText;
  if (IsMulti(a) && IsMulti(b)) return Type::kMulti64;
  if (!IsScalar(a) || !IsScalar(b)) return std::nullopt;
  // true is no point in time.
  if ((a == Type::kBool && b == Type::kTimestamp) ||
      (b == Type::kBool && a == Type::kTimestamp)) {
    return std::nullopt;
  }
  if (a == Type::kDouble || b == Type::kDouble) return Type::kDouble;
  return CommonNumber(a, b);
}

}  // namespace

absl::StatusOr<Type> CommonType(std::span<const ArgumentType> types) {
  std::optional<Type> common;
  for (const ArgumentType& type : types) {
    if (!type.has_value()) continue;
    const std::optional<Type> next =
        common.has_value() ? CommonOfTwo(*common, *type) : type;
    if (!next.has_value()) {
      return absl::InvalidArgumentError(base::ToAbsl(
          base::Cat("No common type of ", UpperName(*common), " and ",
                    UpperName(*type))));
    }
    common = next;
  }
  return common.value_or(Type::kText);
}

bool IsIntegral(Type type) {
  return type == Type::kBool || type == Type::kInt || type == Type::kBigint;
}

bool IsFloating(Type type) {
  return type == Type::kFloat || type == Type::kDouble;
}

bool IsScalar(Type type) {
  return !IsMulti(type) && type != Type::kFloatVector;
}

std::string UpperName(Type type) {
  if (type == Type::kInt) return "INTEGER";
  std::string name(TypeName(type));
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return name;
}

std::string FunctionLabel(std::string_view name) {
  if (name == "negate") return "Operator '-'";
  std::string label(name);
  bool has_letters = false;
  for (char& c : label) {
    if (c < 'a' || c > 'z') continue;
    c = static_cast<char>(c - 32);
    has_letters = true;
  }
  return has_letters ? label : base::Cat("Operator '", name, "'");
}

}  // namespace rowfall::function
