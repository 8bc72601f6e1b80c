// SPDX-License-Identifier: Apache-2.0
// Finds the kernel for a name and the types of its arguments.
#ifndef ROWFALL_FUNCTION_FUNCTION_H_
#define ROWFALL_FUNCTION_FUNCTION_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/path.h"
#include "function/kernel.h"
#include "rowfall/function.h"
#include "rowfall/value.h"

namespace rowfall::function {

// The type of an argument; nothing stands for the NULL literal.
using ArgumentType = std::optional<Type>;

// A function made for given argument types.
struct Resolved {
  Type type = Type::kText;           // Of the result.
  std::vector<Type> argument_types;  // What the arguments are cast to first.
  std::shared_ptr<const Kernel> kernel;
  // Whether a call with constant arguments may be evaluated once.
  bool deterministic = true;
};

// Key-value options of a call, `{in=degrees, out=m}`, in lower case.
using CallOptions = std::vector<std::pair<std::string, std::string>>;

// Resolves a scalar function or operator. Operators go by their names "+" "-"
// "*" "/" "div" "%" "=" "<>" "<" "<=" ">" ">=" "negate" "not" "is null"
// "in" (the first argument is looked for among the others) "condition" (what
// WHERE, AND, OR and IF make of a number or JSON: a bool). AND, OR, IF and the
// like, whose arguments are not all evaluated, belong to eval; the type of
// their result is CommonType() of type_rules.h.
// Errors, without a place: InvalidArgument: unknown name (with the nearest
// one), wrong number or types of arguments, unknown option.
absl::StatusOr<Resolved> Resolve(std::string_view name,
                                 std::span<const ArgumentType> arguments,
                                 const CallOptions& options,
                                 const FunctionRegistry* host);

// Resolves the conversion of one type to another, explicit (CAST) or implied
// (assignment to a table's column). Types that are the same need none.
// Errors: InvalidArgument: there is no such conversion.
absl::StatusOr<std::shared_ptr<const Kernel>> ResolveCast(Type from, Type to);

// Resolves the value at a path of a json column; the result is json.
std::shared_ptr<const Kernel> MakePathKernel(base::Path path);

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_FUNCTION_H_
