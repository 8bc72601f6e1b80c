// SPDX-License-Identifier: Apache-2.0
// A table of SQLite, written to by its C API alone.
#ifndef ROWFALL_BENCH_BASELINE_SQLITE_TABLE_H_
#define ROWFALL_BENCH_BASELINE_SQLITE_TABLE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/baseline/gloss_columns.h"
#include "bench/runner/temporary_database.h"

namespace rowfall::bench {

/// Whether a batch's transaction also updates a stored position, which
/// exactly-once delivery needs.
enum class KeepPositions { kNo, kYes };

/// The example view's table in a temporary database, with the columns, the
/// statement and the pragmas of rowfall::sqlite. Used by one thread.
class SqliteTable {
 public:
  static absl::StatusOr<std::unique_ptr<SqliteTable>> Make(KeepPositions keep);
  ~SqliteTable();

  /// Inserts the rows in one transaction.
  absl::Status Insert(const GlossColumns& rows, int64_t received_at);

  /// Returns the rows of the table.
  int64_t CountRows() const;

 private:
  explicit SqliteTable(std::unique_ptr<TemporaryDatabase> file)
      : file_(std::move(file)) {}
  absl::Status Prepare(KeepPositions keep);
  absl::Status PrepareOne(const char* sql, sqlite3_stmt** statement);
  bool InsertRow(const GlossColumns& rows, size_t row, int64_t received_at);
  bool MovePosition(size_t rows);
  void SizeText(const GlossColumns& rows, size_t row);

  const std::unique_ptr<TemporaryDatabase> file_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* move_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  int64_t position_ = 0;
  std::string size_text_;
};

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_BASELINE_SQLITE_TABLE_H_
