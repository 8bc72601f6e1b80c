// SPDX-License-Identifier: Apache-2.0
// Executes statements with SQLite.
#include "examples/shell/database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "examples/shell/create_table.h"
#include "examples/shell/words.h"

namespace rowfall::shell {
namespace {

constexpr int kBusyTimeoutMs = 30000;

using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

absl::StatusOr<std::string> MakeTemporaryFile() {
  const char* folder = std::getenv("TMPDIR");
  std::string path = folder != nullptr ? folder : "/tmp";
  path += "/rowfall-shell-XXXXXX";
  const int fd = mkstemp(path.data());
  if (fd < 0) {
    return absl::UnavailableError("Cannot make a temporary database: '" +
                                  std::string(std::strerror(errno)) + "'");
  }
  close(fd);
  return path;
}

void SetColumns(sqlite3_stmt* statement, Rows& result) {
  const int count = sqlite3_column_count(statement);
  for (int i = 0; i < count; ++i) {
    const char* name = sqlite3_column_name(statement, i);
    result.columns.emplace_back(name != nullptr ? name : "");
  }
  result.numeric.assign(count, true);
}

void AddRow(sqlite3_stmt* statement, Rows& result) {
  auto& row = result.rows.emplace_back();
  for (size_t i = 0; i < result.columns.size(); ++i) {
    const int type = sqlite3_column_type(statement, i);
    if (type == SQLITE_NULL) {
      row.emplace_back();
      continue;
    }
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
      result.numeric[i] = false;
    }
    const auto* text = sqlite3_column_text(statement, i);
    row.emplace_back(std::in_place, reinterpret_cast<const char*>(text),
                     sqlite3_column_bytes(statement, i));
  }
}

// A column of NULLs alone is nothing to be printed to the right.
void ForgetEmptyColumns(Rows& result) {
  for (size_t i = 0; i < result.columns.size(); ++i) {
    const bool any =
        std::any_of(result.rows.begin(), result.rows.end(),
                    [i](const auto& row) { return row[i].has_value(); });
    if (!any) result.numeric[i] = false;
  }
}

// Returns where SQLite found the error in what it read, if it is a place of
// what the user wrote.
std::string Place([[maybe_unused]] sqlite3* handle,
                  [[maybe_unused]] const std::string& sql,
                  [[maybe_unused]] const std::string& read) {
#if SQLITE_VERSION_NUMBER >= 3038000
  const int offset = sqlite3_error_offset(handle);
  if (offset < 0 || sql.compare(0, offset, read, 0, offset) != 0) return "";
  const auto end = sql.begin() + offset;
  const size_t line_end = offset == 0 ? sql.npos : sql.rfind('\n', offset - 1);
  const size_t line_begin = line_end == sql.npos ? 0 : line_end + 1;
  return " [at " + std::to_string(1 + std::count(sql.begin(), end, '\n')) +
         ":" + std::to_string(1 + offset - line_begin) + "]";
#else
  return "";
#endif
}

// Whether it changes rows: DDL leaves the count of the statement before it.
bool ChangesRows(std::string_view sql) {
  const auto words = FirstWords(sql, 1);
  return !words.empty() &&
         (words[0] == "insert" || words[0] == "update" ||
          words[0] == "delete" || words[0] == "replace" || words[0] == "with");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(std::string path) {
  std::unique_ptr<Database> database(new Database);
  if (path.empty()) {
    auto temporary = MakeTemporaryFile();
    if (!temporary.ok()) return temporary.status();
    path = *std::move(temporary);
    database->temporary_ = true;
  }
  database->path_ = std::move(path);
  if (sqlite3_open(database->path_.c_str(), &database->handle_) != SQLITE_OK) {
    return database->Error("Cannot open the database '" + database->path_ +
                           "'");
  }
  sqlite3_busy_timeout(database->handle_, kBusyTimeoutMs);
  return database;
}

Database::~Database() {
  sqlite3_close(handle_);
  if (!temporary_) return;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    unlink((path_ + suffix).c_str());
  }
}

absl::Status Database::Error(const std::string& text) const {
  return absl::InvalidArgumentError((text.empty() ? "" : text + ": ") +
                                    sqlite3_errmsg(handle_));
}

absl::StatusOr<Rows> Database::Execute(const std::string& sql) {
  const std::string text = ToSqliteTable(sql);
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(handle_, text.data(), static_cast<int>(text.size()),
                         &raw, nullptr) != SQLITE_OK) {
    return absl::InvalidArgumentError(sqlite3_errmsg(handle_) +
                                      Place(handle_, sql, text));
  }
  const Statement statement(raw, sqlite3_finalize);
  Rows result;
  SetColumns(raw, result);
  int code;
  while ((code = sqlite3_step(raw)) == SQLITE_ROW) AddRow(raw, result);
  if (code != SQLITE_DONE) return Error("");
  ForgetEmptyColumns(result);
  if (result.columns.empty()) {
    result.rows_affected = ChangesRows(text) ? sqlite3_changes64(handle_) : 0;
  }
  return result;
}

absl::StatusOr<int64_t> Database::CountRows(const std::string& table) {
  std::string quoted = "\"";
  for (const char c : table) quoted.append(c == '"' ? 2 : 1, c);
  auto result = Execute("SELECT COUNT(*) FROM " + quoted + "\"");
  if (!result.ok()) return result.status();
  return std::strtoll(result->rows[0][0]->c_str(), nullptr, 10);
}

void Database::Interrupt() { sqlite3_interrupt(handle_); }

}  // namespace rowfall::shell
