// SPDX-License-Identifier: Apache-2.0
// CREATE TABLE as rowfall's users write it, in SQLite's terms.
#ifndef ROWFALL_EXAMPLES_SHELL_CREATE_TABLE_H_
#define ROWFALL_EXAMPLES_SHELL_CREATE_TABLE_H_

#include <string>
#include <string_view>

namespace rowfall::shell {

/// Returns a CREATE TABLE with its column `id` made the primary key, unless it
/// has one, so that rows with an id that is there replace it; and with `text`
/// behind the types string, json, multi, multi64 and float_vector, so that
/// SQLite keeps their text. Every other statement comes back as it is.
std::string ToSqliteTable(std::string_view sql);

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_CREATE_TABLE_H_
