// SPDX-License-Identifier: Apache-2.0
// Inserts rows with prepared statements of SQLite's C API.
#include "bench/baseline/sqlite_table.h"

#include <utility>

namespace rowfall::bench {
namespace {

constexpr char kInsert[] =
    "INSERT INTO destination (id, name, short_name, received_at, size) "
    "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET "
    "name = excluded.name, short_name = excluded.short_name, "
    "received_at = excluded.received_at, size = excluded.size";

constexpr char kPositions[] =
    "CREATE TABLE positions (partition INTEGER PRIMARY KEY, next INTEGER); "
    "INSERT INTO positions VALUES (0, 0)";

bool Run(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return code == SQLITE_DONE;
}

void BindText(sqlite3_stmt* statement, int parameter, std::string_view text) {
  sqlite3_bind_text64(statement, parameter, text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteTable>> SqliteTable::Make(
    KeepPositions keep) {
  auto file = TemporaryDatabase::Make();
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->CreateTable(
      "destination", Schema({{"id", Type::kBigint},
                             {"name", Type::kText},
                             {"short_name", Type::kText},
                             {"received_at", Type::kTimestamp},
                             {"size", Type::kJson}}));
  if (!status.ok()) return status;
  std::unique_ptr<SqliteTable> table(new SqliteTable(*std::move(file)));
  status = table->Prepare(keep);
  if (!status.ok()) return status;
  return table;
}

SqliteTable::~SqliteTable() {
  for (sqlite3_stmt* statement : {begin_, insert_, move_, commit_}) {
    sqlite3_finalize(statement);
  }
  sqlite3_close(db_);
}

absl::Status SqliteTable::Prepare(KeepPositions keep) {
  sqlite3_open_v2(file_->path().c_str(), &db_,
                  SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::string setup = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; ";
  if (keep == KeepPositions::kYes) setup += kPositions;
  if (sqlite3_exec(db_, setup.c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    return absl::UnavailableError(sqlite3_errmsg(db_));
  }
  absl::Status status = PrepareOne("BEGIN IMMEDIATE", &begin_);
  if (status.ok()) status = PrepareOne(kInsert, &insert_);
  if (status.ok()) status = PrepareOne("COMMIT", &commit_);
  if (!status.ok() || keep == KeepPositions::kNo) return status;
  return PrepareOne(
      "UPDATE positions SET next = ?1 WHERE partition = 0 AND next = ?2",
      &move_);
}

absl::Status SqliteTable::PrepareOne(const char* sql,
                                     sqlite3_stmt** statement) {
  if (sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, statement,
                         nullptr) == SQLITE_OK) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(sqlite3_errmsg(db_));
}

absl::Status SqliteTable::Insert(const GlossColumns& rows,
                                 int64_t received_at) {
  bool good = Run(begin_) && MovePosition(rows.num_rows());
  for (size_t row = 0; good && row < rows.num_rows(); ++row) {
    good = InsertRow(rows, row, received_at);
  }
  if (good && Run(commit_)) return absl::OkStatus();
  return absl::UnavailableError(sqlite3_errmsg(db_));
}

bool SqliteTable::InsertRow(const GlossColumns& rows, size_t row,
                            int64_t received_at) {
  SizeText(rows, row);
  sqlite3_bind_int64(insert_, 1, rows.id[row]);
  BindText(insert_, 2, rows.name[row]);
  BindText(insert_, 3, rows.short_name[row]);
  sqlite3_bind_int64(insert_, 4, received_at);
  BindText(insert_, 5, size_text_);
  return Run(insert_);
}

bool SqliteTable::MovePosition(size_t rows) {
  if (move_ == nullptr) return true;
  sqlite3_bind_int64(move_, 1, position_ + static_cast<int64_t>(rows));
  sqlite3_bind_int64(move_, 2, position_);
  position_ += static_cast<int64_t>(rows);
  return Run(move_);
}

void SqliteTable::SizeText(const GlossColumns& rows, size_t row) {
  size_text_ = "[";
  for (uint32_t i = row == 0 ? 0 : rows.size_ends[row - 1];
       i < rows.size_ends[row]; ++i) {
    if (size_text_.size() > 1) size_text_.push_back(',');
    size_text_.append(std::to_string(rows.size[i]));
  }
  size_text_.push_back(']');
}

int64_t SqliteTable::CountRows() const {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db_, "SELECT COUNT(*) FROM destination", -1, &statement,
                     nullptr);
  const int64_t rows = sqlite3_step(statement) == SQLITE_ROW
                           ? sqlite3_column_int64(statement, 0)
                           : -1;
  sqlite3_finalize(statement);
  return rows;
}

}  // namespace rowfall::bench
