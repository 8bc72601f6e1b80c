// SPDX-License-Identifier: Apache-2.0
// The SQLite file of the soak: its rows are counted once each, and it can be
// locked.
#ifndef ROWFALL_TESTS_FAULT_SOAK_DATABASE_H_
#define ROWFALL_TESTS_FAULT_SOAK_DATABASE_H_

#include <cstdint>
#include <string>

#include "tally.h"

struct sqlite3;

namespace rowfall::soak {

// Used by one thread at a time, but Lock() and Unlock() by another one.
class Database {
 public:
  // Makes the file and its table "t", without a key: nothing replaces a row.
  explicit Database(std::string path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::string& path() const { return path_; }
  // Counts the rows that were added since the last call.
  void CountRows(Tally& rows);
  // Keeps all writers out.
  void Lock();
  void Unlock();

 private:
  const std::string path_;
  sqlite3* reader_ = nullptr;
  sqlite3* locker_ = nullptr;
  int64_t last_row_ = 0;
};

}  // namespace rowfall::soak

#endif  // ROWFALL_TESTS_FAULT_SOAK_DATABASE_H_
