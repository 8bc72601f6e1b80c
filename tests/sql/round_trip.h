// SPDX-License-Identifier: Apache-2.0
// The law that what SHOW prints can be executed again.
#ifndef ROWFALL_TESTS_SQL_ROUND_TRIP_H_
#define ROWFALL_TESTS_SQL_ROUND_TRIP_H_

#include <string>

#include "sql/ast.h"

namespace rowfall::sql {

// Returns how the text that SHOW prints for `statement` breaks the law: it
// does not parse, gives another object or prints otherwise. Empty: it holds,
// or nothing is printed. Hidden secrets are no difference.
std::string RoundTripProblem(const Statement& statement);

}  // namespace rowfall::sql

#endif  // ROWFALL_TESTS_SQL_ROUND_TRIP_H_
