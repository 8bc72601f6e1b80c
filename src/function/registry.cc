// SPDX-License-Identifier: Apache-2.0
// The host's functions by name.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "function/builtin.h"
#include "rowfall/function.h"

namespace rowfall {
namespace {

absl::Status Invalid(const std::string& text) {
  return absl::InvalidArgumentError(base::ToAbsl(text));
}

bool IsCallable(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c == '_' || (c >= '0' && c <= '9') ||
                  (base::ToLower(c) >= 'a' && base::ToLower(c) <= 'z');
         });
}

absl::Status Check(const ScalarFunction& function) {
  if (!IsCallable(function.name)) {
    return Invalid(base::Cat("Function name needs letters, digits and "
                             "underscores, not starting with a digit: ",
                             base::Quote(function.name)));
  }
  if (!function.result_type || !function.evaluate) {
    return Invalid(base::Cat("Function lacks result_type or evaluate: ",
                             base::Quote(function.name)));
  }
  if (function.min_arguments > function.max_arguments) {
    return Invalid(base::Cat("Function has min_arguments above max_arguments: ",
                             base::Quote(function.name)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FunctionRegistry::Register(ScalarFunction function) {
  if (absl::Status status = Check(function); !status.ok()) return status;
  const std::string name = base::ToLower(function.name);
  if (function::FindBuiltin(name) != nullptr || functions_.contains(name)) {
    return absl::AlreadyExistsError(base::ToAbsl(
        base::Cat("Function exists already: ", base::Quote(name))));
  }
  functions_[name] =
      std::make_shared<const ScalarFunction>(std::move(function));
  return absl::OkStatus();
}

const ScalarFunction* FunctionRegistry::Find(std::string_view name) const {
  const auto found = functions_.find(base::ToLower(name));
  return found == functions_.end() ? nullptr : found->second.get();
}

std::vector<std::string> FunctionRegistry::Names() const {
  std::vector<std::string> names;
  names.reserve(functions_.size());
  for (const auto& [name, function] : functions_) names.push_back(name);
  return names;
}

}  // namespace rowfall
