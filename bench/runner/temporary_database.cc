// SPDX-License-Identifier: Apache-2.0
// Makes and removes a SQLite database for a bench.
#include "bench/runner/temporary_database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace rowfall::bench {

absl::StatusOr<std::unique_ptr<TemporaryDatabase>> TemporaryDatabase::Make() {
  const char* parent = std::getenv("TMPDIR");
  std::string folder = std::string(parent != nullptr ? parent : "/tmp") +
                       "/rowfall-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) {
    return absl::UnavailableError("Cannot make a folder in TMPDIR");
  }
  return std::unique_ptr<TemporaryDatabase>(
      new TemporaryDatabase(std::move(folder)));
}

TemporaryDatabase::TemporaryDatabase(std::string folder)
    : folder_(std::move(folder)), path_(folder_ + "/bench.db") {}

TemporaryDatabase::~TemporaryDatabase() {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    unlink((path_ + suffix).c_str());
  }
  rmdir(folder_.c_str());
}

absl::Status TemporaryDatabase::CreateTable(const std::string& table,
                                            const Schema& schema) {
  std::string sql = "CREATE TABLE \"" + table + "\" (";
  for (const Field& field : schema.fields()) {
    if (sql.back() != '(') sql.append(", ");
    sql.append("\"" + field.name + "\" ").append(TypeName(field.type));
    if (field.name == "id") sql.append(" PRIMARY KEY");
  }
  sql.append(")");
  sqlite3* db = nullptr;
  int code = sqlite3_open(path_.c_str(), &db);
  if (code == SQLITE_OK) {
    code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  }
  const std::string error = sqlite3_errmsg(db);
  sqlite3_close(db);
  return code == SQLITE_OK ? absl::OkStatus() : absl::UnavailableError(error);
}

}  // namespace rowfall::bench
