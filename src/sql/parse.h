// SPDX-License-Identifier: Apache-2.0
// The parser's functions, one for each thing of the grammar: each reads from
// a stream, and leaves it behind what it has read.
#ifndef ROWFALL_SQL_PARSE_H_
#define ROWFALL_SQL_PARSE_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "sql/ast.h"
#include "sql/print.h"
#include "sql/token_stream.h"

namespace rowfall::sql {

// From the first word behind CREATE SOURCE on.
absl::StatusOr<CreateSource> ParseCreateSource(TokenStream& in);
// From the first word behind CREATE MATERIALIZED VIEW on.
absl::StatusOr<CreateView> ParseCreateView(TokenStream& in);
// key=value, also in the user's spelling.
absl::StatusOr<Option> ParseOption(TokenStream& in,
                                   std::vector<OptionText>& written);
absl::StatusOr<AlterView> ParseAlterView(TokenStream& in);
absl::StatusOr<Select> ParseSelectClauses(TokenStream& in);
absl::StatusOr<ExprPtr> ParseExpression(TokenStream& in);

// MATERIALIZED VIEW or MV. Returns whether it was there.
// Errors: MATERIALIZED without VIEW.
absl::StatusOr<bool> AcceptViewWords(TokenStream& in);
// IF NOT EXISTS. Returns whether it was there.
absl::StatusOr<bool> AcceptIfNotExists(TokenStream& in);
// The name of a source or view: letters, digits and underscores also within
// backticks, for it becomes a part of other names.
absl::StatusOr<WrittenName> ExpectObjectName(TokenStream& in,
                                             std::string_view what);

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_PARSE_H_
