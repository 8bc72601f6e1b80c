// SPDX-License-Identifier: Apache-2.0
// Which types go together, and what comes of them (README.md has the tables).
#ifndef ROWFALL_FUNCTION_TYPE_RULES_H_
#define ROWFALL_FUNCTION_TYPE_RULES_H_

#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "function/function.h"
#include "rowfall/value.h"

namespace rowfall::function {

// Returns the type that can hold the values of all `types`: of IF, COALESCE,
// IFNULL and CASE. NULL literals adapt to the others; only NULLs give text.
// Errors: InvalidArgument: there is none, e.g. of multi and bigint.
absl::StatusOr<Type> CommonType(std::span<const ArgumentType> types);

// bool, int, bigint.
bool IsIntegral(Type type);
// float, double.
bool IsFloating(Type type);
// Of one scalar value: all but multi, multi64 and float_vector.
bool IsScalar(Type type);

// Returns the type's name in upper case, for errors.
std::string UpperName(Type type);
// Returns "GEODIST", or "Operator '+'" for a name without letters.
std::string FunctionLabel(std::string_view name);

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_TYPE_RULES_H_
