// SPDX-License-Identifier: Apache-2.0
// The words of the language that cannot be bare names, and refused ones.
#ifndef ROWFALL_SQL_WORDS_H_
#define ROWFALL_SQL_WORDS_H_

#include <string_view>

namespace rowfall::sql {

// Returns whether `word` (any case) is a name only in backticks.
bool IsReserved(std::string_view word);

// Returns why SQL that goes on with `text` (any case), a word or an operator
// behind a complete expression, is not accepted; empty for other texts.
std::string_view RefusedOperator(std::string_view text);

// The same for a clause or a join behind FROM.
std::string_view RefusedClause(std::string_view text);

// Whether `word` starts a statement of SQL that is none of ours.
bool IsForeignStatement(std::string_view word);

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_WORDS_H_
