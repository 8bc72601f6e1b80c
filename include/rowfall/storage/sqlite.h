// SPDX-License-Identifier: Apache-2.0
// Tables of a SQLite database as destinations: the component rowfall::sqlite.
#ifndef ROWFALL_STORAGE_SQLITE_H_
#define ROWFALL_STORAGE_SQLITE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rowfall/export.h"
#include "rowfall/sink.h"

namespace rowfall {

struct SqliteOptions {
  /// How long a write waits for another writer before it is tried later.
  absl::Duration busy_timeout = absl::Seconds(5);
  /// WAL journal and synchronous=NORMAL let readers go on and survive a crash
  /// of the process without loss; full makes each batch survive a power cut.
  bool synchronous_full = true;
};

/// Opens a database file (made if absent) as a provider of its tables. Each
/// OpenTable() has its own connection. Rows and positions go into one
/// transaction (SinkTraits::keeps_positions); the positions are in the table
/// `rowfall_positions`, which is made when first needed. A table with a primary
/// key or unique index on `id` replaces rows by id. See src/storage/sqlite/
/// README.md for the types. A file that is moved, deleted or replaced is noticed
/// with the next write; another database at the path is gone on with.
/// Errors: NotFound, PermissionDenied: the file. FailedPrecondition: no
/// database. Unavailable: too many open files, or trouble of the disk.
ROWFALL_EXPORT absl::StatusOr<std::shared_ptr<TableProvider>>
OpenSqliteDatabase(std::string path, SqliteOptions options = {});

}  // namespace rowfall

#endif  // ROWFALL_STORAGE_SQLITE_H_
