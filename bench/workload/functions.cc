// SPDX-License-Identifier: Apache-2.0
// Regular expressions of the standard library as a function of the host.
#include "bench/workload/functions.h"

#include <map>
#include <regex>
#include <string>

namespace rowfall::bench {
namespace {

absl::StatusOr<Type> MatchType(std::span<const Type> types) {
  if (types[0] == Type::kText && types[1] == Type::kText) return Type::kBool;
  return absl::InvalidArgumentError("HAS_MATCH takes two texts");
}

absl::StatusOr<Value> HasMatch(std::span<const Value> arguments) {
  // A worker has its own thread and few patterns.
  thread_local std::map<std::string, std::regex> compiled;
  const auto* text = std::get_if<std::string>(&arguments[0]);
  const auto* pattern = std::get_if<std::string>(&arguments[1]);
  if (text == nullptr || pattern == nullptr) return Value();
  auto found = compiled.find(*pattern);
  if (found == compiled.end()) {
    found = compiled.emplace(*pattern, std::regex(*pattern)).first;
  }
  return Value(std::regex_search(*text, found->second));
}

}  // namespace

std::shared_ptr<const FunctionRegistry> MakeFunctions() {
  auto functions = std::make_shared<FunctionRegistry>();
  (void)functions->Register({.name = "has_match",
                             .min_arguments = 2,
                             .max_arguments = 2,
                             .result_type = MatchType,
                             .evaluate = HasMatch});
  return functions;
}

}  // namespace rowfall::bench
