// SPDX-License-Identifier: Apache-2.0
// Random statements of the grammar, in random spelling.
#ifndef ROWFALL_TESTS_SQL_RANDOM_STATEMENT_H_
#define ROWFALL_TESTS_SQL_RANDOM_STATEMENT_H_

#include <random>
#include <string>

namespace rowfall::sql {

// Returns a CREATE SOURCE or CREATE MATERIALIZED VIEW that must parse.
std::string RandomStatement(std::mt19937_64& random);

}  // namespace rowfall::sql

#endif  // ROWFALL_TESTS_SQL_RANDOM_STATEMENT_H_
