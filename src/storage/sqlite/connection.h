// SPDX-License-Identifier: Apache-2.0
// A connection to a SQLite database, its statements, and its errors as
// statuses.
#ifndef ROWFALL_STORAGE_SQLITE_CONNECTION_H_
#define ROWFALL_STORAGE_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rowfall/storage/sqlite.h"
#include "storage/sqlite/database_file.h"

namespace rowfall::sqlite {

// A prepared statement that is used again and again. Parameters and columns
// count as SQLite does: from 1 and from 0.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  sqlite3_stmt* get() const { return statement_.get(); }
  explicit operator bool() const { return statement_ != nullptr; }

  // `text` must live until the next Reset().
  void BindText(int parameter, std::string_view text);
  void BindInt(int parameter, int64_t value) {
    sqlite3_bind_int64(get(), parameter, value);
  }
  // Returns SQLITE_ROW, SQLITE_DONE or an error.
  int Step() { return sqlite3_step(get()); }
  // Steps a statement without rows and resets it; SQLITE_OK or an error.
  int Run();
  void Reset() { sqlite3_reset(get()); }

  std::string_view Text(int column) const;
  int64_t Int(int column) const { return sqlite3_column_int64(get(), column); }

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const {
      sqlite3_finalize(statement);
    }
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

// Used by one thread at a time; statements must not outlive it.
class Connection {
 public:
  // Opens or makes the file, and sets what SqliteOptions asks for.
  // Errors: as OpenSqliteDatabase().
  static absl::StatusOr<std::unique_ptr<Connection>> Open(
      const std::string& path, const SqliteOptions& options);
  // As Open(), but a file that is not there is NotFound.
  static absl::StatusOr<std::unique_ptr<Connection>> OpenExisting(
      const std::string& path, const SqliteOptions& options);

  // Whether the path still leads to the file that is open.
  DatabaseFile::Place LookAtFile() const { return file_->Look(); }

  absl::StatusOr<Statement> Prepare(const std::string& sql);
  absl::Status Execute(const std::string& sql);

  // The last error as a status, e.g. "Cannot write rows, database is locked".
  // Unavailable: busy or an I/O error. ResourceExhausted: disk or memory full.
  // NotFound: no such table. FailedPrecondition: the table has changed.
  // PermissionDenied: read-only. DataLoss: the file is damaged.
  absl::Status Error(int code, std::string_view what) const;
  // SQLite's text for the last error, with a capital first.
  std::string Message() const;

  // How many parameters a statement may have.
  size_t max_parameters() const {
    return static_cast<size_t>(
        sqlite3_limit(database_.get(), SQLITE_LIMIT_VARIABLE_NUMBER, -1));
  }
  int changes() const { return sqlite3_changes(database_.get()); }
  bool in_transaction() const {
    return sqlite3_get_autocommit(database_.get()) == 0;
  }

 private:
  struct Closer {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  Connection() = default;
  static absl::StatusOr<std::unique_ptr<Connection>> OpenWith(
      int flags, const std::string& path, const SqliteOptions& options);
  absl::Status Configure(const std::string& path, const SqliteOptions& options);

  std::unique_ptr<sqlite3, Closer> database_;
  std::optional<DatabaseFile> file_;  // Set by Open().
};

// Whether the error `code` is the fault of the row that was to be written.
bool IsAboutRow(int code);

// `name` as an identifier in SQL.
std::string QuoteName(std::string_view name);

}  // namespace rowfall::sqlite

#endif  // ROWFALL_STORAGE_SQLITE_CONNECTION_H_
