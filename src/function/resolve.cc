// SPDX-License-Identifier: Apache-2.0
// From a name and argument types to a kernel, by way of the table.
#include <algorithm>

#include "base/nearest.h"
#include "base/status.h"
#include "base/text.h"
#include "function/builtin.h"
#include "function/function.h"
#include "function/resolver.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

absl::Status Invalid(const std::string& text) {
  return absl::InvalidArgumentError(base::ToAbsl(text));
}

absl::Status UnknownFunction(std::string_view name,
                             const FunctionRegistry* host) {
  std::vector<std::string> known = BuiltinNames();
  if (host != nullptr) {
    for (std::string& added : host->Names()) known.push_back(std::move(added));
  }
  return Invalid(base::Cat("Function not found: ", base::Quote(name),
                           base::DidYouMean(name, known)));
}

std::string Expected(size_t min, size_t max) {
  if (max == kAnyNumber) return base::Cat(min, " or more");
  if (min == max) return base::Cat(min);
  return base::Cat(min, " to ", max);
}

absl::Status CheckCount(std::string_view name, size_t count, size_t min,
                        size_t max) {
  if (count >= min && count <= max) return absl::OkStatus();
  return Invalid(base::Cat("Wrong number of arguments for ",
                           FunctionLabel(name), ": ", count, ", expected ",
                           Expected(min, max)));
}

absl::Status RefuseOptions(std::string_view name, const CallOptions& options) {
  if (options.empty()) return absl::OkStatus();
  return Invalid(base::Cat(FunctionLabel(name), " has no options, but got ",
                           base::Quote(options.front().first)));
}

absl::StatusOr<Resolved> ResolveBuiltin(
    const Builtin& builtin, std::span<const ArgumentType> arguments,
    const CallOptions& options) {
  ROWFALL_RETURN_IF_ERROR(CheckCount(builtin.name, arguments.size(),
                                     builtin.min_arguments,
                                     builtin.max_arguments));
  if (!builtin.takes_options) {
    ROWFALL_RETURN_IF_ERROR(RefuseOptions(builtin.name, options));
  }
  const std::string_view name =
      builtin.alias_of.empty() ? builtin.name : builtin.alias_of;
  return builtin.resolve({name, arguments, options});
}

}  // namespace

absl::Status WrongType(const Call& call, std::string_view expected,
                       Type type) {
  return Invalid(base::Cat(FunctionLabel(call.name), " takes ", expected,
                           ", not ", UpperName(type)));
}

absl::StatusOr<Resolved> Resolve(std::string_view name,
                                 std::span<const ArgumentType> arguments,
                                 const CallOptions& options,
                                 const FunctionRegistry* host) {
  const std::string lower = base::ToLower(name);
  if (const Builtin* builtin = FindBuiltin(lower)) {
    if (builtin->resolve != nullptr) {
      return ResolveBuiltin(*builtin, arguments, options);
    }
    return Invalid(base::Cat(FunctionLabel(lower), " is no scalar function"));
  }
  const ScalarFunction* function = host ? host->Find(lower) : nullptr;
  if (function == nullptr) return UnknownFunction(name, host);
  ROWFALL_RETURN_IF_ERROR(CheckCount(lower, arguments.size(),
                                     function->min_arguments,
                                     function->max_arguments));
  ROWFALL_RETURN_IF_ERROR(RefuseOptions(lower, options));
  return ResolveHost(std::make_shared<const ScalarFunction>(*function),
                     arguments);
}

}  // namespace rowfall::function
