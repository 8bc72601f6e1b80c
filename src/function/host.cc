// SPDX-License-Identifier: Apache-2.0
// The host's row functions as kernels; what they throw ends here.
#include <limits>
#include <utility>

#include "base/host_call.h"
#include "base/status.h"
#include "base/text.h"
#include "base/trouble.h"
#include "function/resolver.h"
#include "function/trouble.h"
#include "function/type_rules.h"
#include "json/utf8.h"
#include "json/value.h"

namespace rowfall::function {
namespace {

// Whether `value` is NULL or what a column of `type` can hold.
bool Fits(const Value& value, Type type) {
  if (rowfall::IsNull(value)) return true;
  switch (type) {
    case Type::kBool:
      return std::holds_alternative<bool>(value);
    case Type::kInt: {
      const auto* number = std::get_if<int64_t>(&value);
      return number != nullptr && *number >= 0 &&
             *number <= std::numeric_limits<uint32_t>::max();
    }
    case Type::kBigint:
    case Type::kTimestamp:
      return std::holds_alternative<int64_t>(value);
    case Type::kFloat:
    case Type::kDouble:
      return std::holds_alternative<double>(value);
    case Type::kText: {
      const auto* text = std::get_if<std::string>(&value);
      return text != nullptr && json::IsValidUtf8(*text);
    }
    case Type::kJson: {
      const auto* text = std::get_if<std::string>(&value);
      return text != nullptr && json::Validate(*text).ok();
    }
    case Type::kMulti: {
      const auto* set = std::get_if<std::vector<int64_t>>(&value);
      if (set == nullptr) return false;
      for (const int64_t element : *set) {
        if (!Fits(Value(element), Type::kInt)) return false;
      }
      return true;
    }
    case Type::kMulti64:
      return std::holds_alternative<std::vector<int64_t>>(value);
    case Type::kFloatVector:
      return std::holds_alternative<std::vector<float>>(value);
  }
  return false;
}

// Whether it is one of the types: the host may return any number.
bool IsType(Type type) { return type <= Type::kFloatVector; }

// Names the function that is in trouble: the text is all that a view shows.
absl::Status InTrouble(std::string_view label, const absl::Status& status) {
  return absl::Status(
      status.code(),
      base::ToAbsl(base::Cat(label, ": ", base::FromAbsl(status.message()))));
}

struct HostKernel {
  std::shared_ptr<const ScalarFunction> function;
  std::string label;  // "Function name".

  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    std::vector<Value> values(arguments.size());
    for (size_t row = 0; row < num_rows; ++row) {
      for (size_t i = 0; i < arguments.size(); ++i) {
        values[i] = arguments[i].column->ValueAt(arguments[i].RowOf(row));
      }
      const absl::StatusOr<Value> result =
          base::CallHost(label, [&] { return function->evaluate(values); });
      if (base::MayPass(result.status())) {
        throw Trouble(InTrouble(label, result.status()));
      }
      AppendResult(result, row, out, errors);
    }
  }

  void AppendResult(const absl::StatusOr<Value>& result, size_t row,
                    Column& out, RowErrors& errors) const {
    if (result.ok() && Fits(*result, out.type())) {
      return out.AppendValue(*result);
    }
    out.AppendNull();
    if (!result.ok()) {
      errors.Add(row, std::string(base::FromAbsl(result.status().message())));
    } else {
      errors.Add(row, base::Cat(label, " returned no value of its type ",
                                UpperName(out.type())));
    }
  }
};

}  // namespace

absl::StatusOr<Resolved> ResolveHost(
    std::shared_ptr<const ScalarFunction> function,
    std::span<const ArgumentType> arguments) {
  std::vector<Type> types;
  for (const ArgumentType& argument : arguments) {
    types.push_back(argument.value_or(Type::kText));
  }
  std::string label = base::Cat("Function ", function->name);
  const absl::StatusOr<Type> type =
      base::CallHost(label, [&] { return function->result_type(types); });
  if (base::MayPass(type.status())) return InTrouble(label, type.status());
  ROWFALL_RETURN_IF_ERROR(type.status());
  if (!IsType(*type)) {
    return absl::InternalError(base::ToAbsl(
        base::Cat(label, " returned no type: ", static_cast<int>(*type))));
  }
  Resolved resolved = MakeResolved(*type, std::move(types),
                                   HostKernel{function, std::move(label)});
  resolved.deterministic = function->deterministic;
  return resolved;
}

}  // namespace rowfall::function
