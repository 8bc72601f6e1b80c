// SPDX-License-Identifier: Apache-2.0
// What a SQLite table looks like to a view: its columns and its key.
#ifndef ROWFALL_STORAGE_SQLITE_TABLE_LAYOUT_H_
#define ROWFALL_STORAGE_SQLITE_TABLE_LAYOUT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rowfall/schema.h"
#include "rowfall/value.h"
#include "storage/sqlite/connection.h"

namespace rowfall::sqlite {

struct TableLayout {
  std::string name;  // As the database spells it.
  // All columns that can be written. The key counts as nullable: a row without
  // id is refused instead of getting the id 0.
  // Of the database, before the rest was read.
  int64_t schema_version = 0;
  Schema schema;
  // For each column what SQL writes where a view lacks it: empty where SQLite
  // has something itself (NULL, a DEFAULT, the next key), else the literal of
  // the type's default.
  std::vector<std::string> defaults;
  // Whether `id` alone is the primary key or has a unique index.
  bool has_id_key = false;
};

// Errors: NotFound: no such table, or one of SQLite's or of ours.
absl::StatusOr<TableLayout> ReadTableLayout(Connection& connection,
                                            std::string_view table);

// Whether rows for `opened` can be written as before. Columns may have come.
// Errors: FailedPrecondition: a column or the key is another one, or a new
// column needs a value.
absl::Status CheckStillFits(const TableLayout& opened, const TableLayout& now);

// Returns the type that a declared type stands for: its first word decides,
// in any case, without what is in parentheses. README.md has the table.
Type TypeOfDeclaration(std::string_view declaration);

}  // namespace rowfall::sqlite

#endif  // ROWFALL_STORAGE_SQLITE_TABLE_LAYOUT_H_
