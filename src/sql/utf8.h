// SPDX-License-Identifier: Apache-2.0
// Finds what is not UTF-8 in a statement.
#ifndef ROWFALL_SQL_UTF8_H_
#define ROWFALL_SQL_UTF8_H_

#include <cstddef>
#include <string_view>

namespace rowfall::sql {

// Returns the length of the character at the start of `text`, or 0 where no
// complete UTF-8 character is there (surrogates and overlong forms are none).
// REQUIRES: `text` is not empty.
size_t Utf8Length(std::string_view text);

// Returns the position of the first byte that is no part of a character, or
// npos.
size_t FindInvalidUtf8(std::string_view text);

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_UTF8_H_
