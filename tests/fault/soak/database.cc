// SPDX-License-Identifier: Apache-2.0
// Reads the table by its row numbers.
#include "database.h"

#include <sqlite3.h>

#include <stdexcept>
#include <utility>

namespace rowfall::soak {
namespace {

void Run(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    throw std::runtime_error(sql + ": " + sqlite3_errmsg(database));
  }
}

sqlite3* Open(const std::string& path) {
  sqlite3* database = nullptr;
  if (sqlite3_open(path.c_str(), &database) != SQLITE_OK) {
    throw std::runtime_error("Cannot open '" + path + "'");
  }
  sqlite3_busy_timeout(database, 60000);
  return database;
}

}  // namespace

Database::Database(std::string path)
    : path_(std::move(path)), reader_(Open(path_)), locker_(Open(path_)) {
  Run(reader_, "PRAGMA journal_mode=WAL");
  Run(reader_,
      "CREATE TABLE t (id bigint CHECK (id % 5000 <> 4999), term text)");
}

Database::~Database() {
  sqlite3_close(reader_);
  sqlite3_close(locker_);
}

void Database::CountRows(Tally& rows) {
  sqlite3_stmt* query = nullptr;
  sqlite3_prepare_v2(reader_,
                     "SELECT rowid, id FROM t WHERE rowid > ?1 ORDER BY rowid",
                     -1, &query, nullptr);
  sqlite3_bind_int64(query, 1, last_row_);
  while (sqlite3_step(query) == SQLITE_ROW) {
    last_row_ = sqlite3_column_int64(query, 0);
    const int64_t id = sqlite3_column_int64(query, 1);
    rows.Add(PartitionOf(id), OffsetOf(id));
  }
  sqlite3_finalize(query);
}

void Database::Lock() { Run(locker_, "BEGIN IMMEDIATE"); }
void Database::Unlock() { Run(locker_, "ROLLBACK"); }

}  // namespace rowfall::soak
