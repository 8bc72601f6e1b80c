// SPDX-License-Identifier: Apache-2.0
// The first words of a statement, which tell who executes it.
#ifndef ROWFALL_EXAMPLES_SHELL_WORDS_H_
#define ROWFALL_EXAMPLES_SHELL_WORDS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rowfall::shell {

/// Returns where the first character stands, from `from` on, that is neither
/// white space nor in a comment.
size_t SkipBlank(std::string_view text, size_t from = 0);

/// Returns up to `count` words at the beginning, in lower case; comments are
/// white space.
std::vector<std::string> FirstWords(std::string_view text, size_t count);

/// Whether rowfall executes the statement: everything about sources and
/// materialized views, and SHOW. All others are SQLite's.
bool IsEngineStatement(std::string_view statement);

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_WORDS_H_
