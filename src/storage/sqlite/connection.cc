// SPDX-License-Identifier: Apache-2.0
// A connection to a SQLite database, its statements, and its errors as
// statuses.
#include "storage/sqlite/connection.h"

#include <algorithm>
#include <cerrno>
#include <climits>

#include "absl/time/time.h"

namespace rowfall::sqlite {
namespace {

constexpr int Primary(int code) { return code & 0xff; }

absl::StatusCode CodeOf(int code, std::string_view message) {
  switch (Primary(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
      return absl::StatusCode::kUnavailable;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_CORRUPT:
      return absl::StatusCode::kDataLoss;
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return absl::StatusCode::kInvalidArgument;
    case SQLITE_ERROR:
      break;
    default:
      return absl::StatusCode::kInternal;
  }
  // SQLite tells these apart by words alone.
  if (message.starts_with("no such table")) return absl::StatusCode::kNotFound;
  if (message.starts_with("no such column") ||
      message.find("has no column named") != message.npos ||
      message.find("ON CONFLICT clause does not match") != message.npos) {
    return absl::StatusCode::kFailedPrecondition;
  }
  return absl::StatusCode::kInternal;
}

absl::Status OpenError(int code, sqlite3* database, const std::string& path) {
  const int error = database == nullptr ? 0 : sqlite3_system_errno(database);
  const std::string text =
      "Cannot open database, " +
      std::string(database == nullptr ? "out of memory"
                                      : sqlite3_errmsg(database)) +
      ": '" + path + "'";
  if (Primary(code) == SQLITE_NOMEM) return absl::ResourceExhaustedError(text);
  if (error == EACCES || error == EPERM || error == EROFS) {
    return absl::PermissionDeniedError(text);
  }
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError(text);
  if (error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO ||
      error == ENOSPC || error == EDQUOT) {
    return absl::UnavailableError(text);  // It passes.
  }
  return absl::FailedPreconditionError(text);
}

}  // namespace

void Statement::BindText(int parameter, std::string_view text) {
  sqlite3_bind_text64(get(), parameter, text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}

int Statement::Run() {
  const int code = Step();
  // The error of sqlite3_reset() is that of sqlite3_step().
  Reset();
  return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

std::string_view Statement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(get(), column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<size_t>(sqlite3_column_bytes(get(), column))};
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(
    const std::string& path, const SqliteOptions& options) {
  return OpenWith(SQLITE_OPEN_CREATE, path, options);
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::OpenExisting(
    const std::string& path, const SqliteOptions& options) {
  return OpenWith(0, path, options);
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::OpenWith(
    int flags, const std::string& path, const SqliteOptions& options) {
  // SQLite gives every connection an own database for these.
  if (path.empty() || path == ":memory:") {
    return absl::InvalidArgumentError("Database must be a file: '" + path +
                                      "'");
  }
  std::unique_ptr<Connection> connection(new Connection);
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                                       SQLITE_OPEN_EXRESCODE | flags,
                                   nullptr);
  connection->database_.reset(database);
  if (code != SQLITE_OK) return OpenError(code, database, path);
  // Where SQLite takes names as URIs, they may name memory as well.
  const char* name = sqlite3_db_filename(database, "main");
  if (name == nullptr || *name == '\0') {
    return absl::InvalidArgumentError("Database must be a file: '" + path +
                                      "'");
  }
  absl::Status status = connection->Configure(path, options);
  // Reads, so that the journal is open as well.
  if (status.ok()) status = connection->Execute("SELECT 1 FROM sqlite_master");
  if (!status.ok()) return status;
  connection->file_ = DatabaseFile::Of(database, path);
  if (connection->file_.has_value()) return connection;
  return absl::UnavailableError(
      "Database file was moved or replaced while it was opened: '" + path +
      "'");
}

absl::Status Connection::Configure(const std::string& path,
                                   const SqliteOptions& options) {
  const int64_t timeout_ms = absl::ToInt64Milliseconds(options.busy_timeout);
  sqlite3_busy_timeout(database_.get(), static_cast<int>(std::clamp<int64_t>(
                                            timeout_ms, 0, INT_MAX)));
  if (sqlite3_db_readonly(database_.get(), "main") == 1) {
    return absl::PermissionDeniedError("Database is read-only: '" + path + "'");
  }
  // Where the file system has no shared memory, SQLite keeps its other
  // journal; that is slower and as safe.
  absl::Status status = Execute("PRAGMA journal_mode=WAL");
  if (absl::IsFailedPrecondition(status)) {
    return absl::FailedPreconditionError("File is not a database: '" + path +
                                         "'");
  }
  if (!status.ok()) return status;
  return Execute(options.synchronous_full ? "PRAGMA synchronous=FULL"
                                          : "PRAGMA synchronous=NORMAL");
}

absl::StatusOr<Statement> Connection::Prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(
      database_.get(), sql.c_str(), static_cast<int>(sql.size() + 1),
      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Error(code, "Cannot prepare a statement");
  return Statement(statement);
}

absl::Status Connection::Execute(const std::string& sql) {
  const int code =
      sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return absl::OkStatus();
  return Error(code, "Cannot execute a statement");
}

absl::Status Connection::Error(int code, std::string_view what) const {
  const std::string message = sqlite3_errmsg(database_.get());
  return absl::Status(CodeOf(code, message),
                      std::string(what) + ", " + message);
}

std::string Connection::Message() const {
  std::string message = sqlite3_errmsg(database_.get());
  if (!message.empty() && message[0] >= 'a' && message[0] <= 'z') {
    message[0] = static_cast<char>(message[0] - 'a' + 'A');
  }
  return message;
}

bool IsAboutRow(int code) {
  return Primary(code) == SQLITE_CONSTRAINT ||
         Primary(code) == SQLITE_MISMATCH || Primary(code) == SQLITE_TOOBIG;
}

std::string QuoteName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += c;
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace rowfall::sqlite
