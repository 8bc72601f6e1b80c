// SPDX-License-Identifier: Apache-2.0
// Trees of the parser as text, to compare and to show them.
#ifndef ROWFALL_TESTS_SQL_DUMP_H_
#define ROWFALL_TESTS_SQL_DUMP_H_

#include <string>

#include "sql/ast.h"

namespace rowfall::sql {

// Returns e.g. "(and (= id 1) (in tags.x 'a' 'b'))". Without places and
// written texts: two spellings of one expression give the same.
std::string Dump(const Expr& expr);
// One line a clause, column and option. Without IF NOT EXISTS where
// `with_conditions` is false, for SHOW does not print that.
std::string Dump(const Select& select);
std::string Dump(const Statement& statement, bool with_conditions = true);

// The text that SHOW prints for the statement; empty where it makes nothing.
std::string ShowTextOf(const Statement& statement);

}  // namespace rowfall::sql

#endif  // ROWFALL_TESTS_SQL_DUMP_H_
