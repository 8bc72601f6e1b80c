// SPDX-License-Identifier: Apache-2.0
// From the text of a statement to its tree.
#ifndef ROWFALL_SQL_PARSER_H_
#define ROWFALL_SQL_PARSER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "sql/ast.h"

namespace rowfall::sql {

// Parses one statement of grammar.md, with or without a ; at its end.
// Errors: InvalidArgument: not the grammar, or a limit is exceeded;
// Unimplemented: SQL that views do not have. Both with their place.
absl::StatusOr<Statement> ParseStatement(std::string_view text);

// Parses a SELECT alone.
absl::StatusOr<Select> ParseSelect(std::string_view text);

// Returns whether the library, not the host's database, is meant by `text`:
// its first words are those of one of our statements. For shells.
bool IsOurStatement(std::string_view text);

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_PARSER_H_
