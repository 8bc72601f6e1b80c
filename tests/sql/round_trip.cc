// SPDX-License-Identifier: Apache-2.0
// Parses again what SHOW prints.
#include "tests/sql/round_trip.h"

#include "base/text.h"
#include "sql/parser.h"
#include "sql/secret.h"
#include "tests/sql/dump.h"

namespace rowfall::sql {
namespace {

// The object that the statement makes, its secrets hidden.
std::string ObjectOf(Statement statement) {
  if (const auto* explain = std::get_if<Explain>(&statement)) {
    return Dump(explain->view, /*with_conditions=*/false);
  }
  if (auto* source = std::get_if<CreateSource>(&statement)) {
    for (Option& option : source->options) {
      if (IsSecretOption(option.key)) option.value = kHiddenValue;
    }
  }
  return Dump(statement, /*with_conditions=*/false);
}

}  // namespace

std::string RoundTripProblem(const Statement& statement) {
  const std::string shown = ShowTextOf(statement);
  if (shown.empty()) return "";
  const auto again = ParseStatement(shown);
  if (!again.ok()) {
    return base::Cat("does not parse: ", again.status().message(), "\n", shown);
  }
  if (ShowTextOf(*again) != shown) {
    return base::Cat("prints otherwise:\n", shown, "\n", ShowTextOf(*again));
  }
  const std::string before = ObjectOf(statement);
  const std::string after = ObjectOf(*again);
  if (before == after) return "";
  return base::Cat("is another object:\n", before, "\n", after);
}

}  // namespace rowfall::sql
