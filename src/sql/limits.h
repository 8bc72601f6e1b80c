// SPDX-License-Identifier: Apache-2.0
// The largest statement that is accepted; grammar.md lists the limits.
#ifndef ROWFALL_SQL_LIMITS_H_
#define ROWFALL_SQL_LIMITS_H_

#include <cstddef>

namespace rowfall::sql {

// Each limit is the largest number that is accepted.
inline constexpr size_t kMaxStatementBytes = 256 * 1024;
inline constexpr size_t kMaxTokens = 50'000;
// Nested parentheses, arguments and unary operators; also operators above one
// another in the tree, and steps of a path.
inline constexpr int kMaxDepth = 200;
// Columns of a source; items of SELECT, GROUP BY and ORDER BY each.
inline constexpr size_t kMaxColumns = 1000;
inline constexpr size_t kMaxNameBytes = 128;
// Of a string without its quotes and escapes, or of a number.
inline constexpr size_t kMaxLiteralBytes = 64 * 1024;
inline constexpr size_t kMaxOptions = 64;

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_LIMITS_H_
