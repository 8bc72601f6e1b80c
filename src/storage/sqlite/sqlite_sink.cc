// SPDX-License-Identifier: Apache-2.0
// Writes batches to one table, rows and positions in one transaction.
#include "storage/sqlite/sqlite_sink.h"

#include <algorithm>
#include <utility>

namespace rowfall::sqlite {
namespace {

// A row of five columns costs 0.67 us alone, 0.49 in fives, 0.43 in twenties
// and in fifties.
constexpr size_t kMaxRowsPerStatement = 20;
// Wider rows gain less, and a long statement is a long program.
constexpr size_t kMaxParameters = 1000;

// The column in the text of a broken constraint, e.g. "UNIQUE constraint
// failed: words.term" or "cannot store TEXT value in INT column words.size".
std::string ColumnOf(std::string_view message) {
  size_t start = message.find("constraint failed: ");
  if (start != message.npos) {
    start += std::string_view("constraint failed: ").size();
  } else {
    start = message.rfind(" column ");
    if (start == message.npos) return "";
    start += std::string_view(" column ").size();
  }
  std::string_view name = message.substr(start);
  name = name.substr(0, name.find(','));
  const size_t dot = name.rfind('.');
  return dot == name.npos ? "" : std::string(name.substr(dot + 1));
}

}  // namespace

class SqliteSink::RollbackGuard {
 public:
  explicit RollbackGuard(SqliteSink& sink) : sink_(sink) {}
  ~RollbackGuard() { sink_.Rollback(); }
  RollbackGuard(const RollbackGuard&) = delete;
  RollbackGuard& operator=(const RollbackGuard&) = delete;

 private:
  SqliteSink& sink_;
};

absl::Status SqliteSink::Write(const Batch& rows, const WriteContext& context,
                               std::vector<RefusedRow>& refused) {
  if (rows.num_rows() == 0 && context.ranges.empty()) return absl::OkStatus();
  absl::Status status = PrepareBegin();
  if (status.ok() && !context.ranges.empty()) status = positions_.Prepare();
  if (!status.ok()) return status;
  several_failed_ = false;
  status = Transact(rows, context, Insert::kSeveral, refused);
  if (!several_failed_) return status;
  return Transact(rows, context, Insert::kRowByRow, refused);
}

absl::Status SqliteSink::Transact(const Batch& rows,
                                  const WriteContext& context, Insert insert,
                                  std::vector<RefusedRow>& refused) {
  Rollback();  // Where the last one failed as well.
  // IMMEDIATE: what is read of the positions is still so when they move.
  int code = begin_.Run();
  if (code != SQLITE_OK) {
    return connection_->Error(code, "Cannot begin a transaction");
  }
  // On every way out of here, exceptions as well, but after COMMIT.
  const RollbackGuard rollback(*this);
  absl::Status status = CheckLayout();
  if (status.ok()) status = WriteAll(rows, context, insert, refused);
  if (!status.ok() || !refused.empty()) return status;
  code = commit_.Run();
  if (code == SQLITE_OK) return absl::OkStatus();
  status = connection_->Error(code, "Cannot commit a transaction");
  // A constraint that is checked so late names no row.
  if (!IsAboutRow(code)) return status;
  return absl::FailedPreconditionError(status.message());
}

absl::Status SqliteSink::CheckLayout() {
  const int code = read_schema_version_.Step();
  const int64_t version =
      code == SQLITE_ROW ? read_schema_version_.Int(0) : schema_version_;
  read_schema_version_.Reset();
  if (code != SQLITE_ROW) {
    return connection_->Error(code, "Cannot read the schema's version");
  }
  if (version == schema_version_) return absl::OkStatus();
  const auto layout = ReadTableLayout(*connection_, layout_.name);
  if (!layout.ok()) return layout.status();
  const absl::Status status = CheckStillFits(layout_, *layout);
  if (status.ok()) schema_version_ = version;
  return status;
}

absl::Status SqliteSink::WriteAll(const Batch& rows,
                                  const WriteContext& context, Insert insert,
                                  std::vector<RefusedRow>& refused) {
  if (!context.ranges.empty()) {
    const absl::Status status =
        positions_.Move(context.consumer_group, context.ranges);
    if (!status.ok()) return status;
  }
  if (rows.num_rows() == 0) return absl::OkStatus();
  const absl::Status status = PrepareInsert(rows.schema_ptr());
  if (!status.ok()) return status;
  binder_.SetBatch(rows, rows_per_statement_);
  size_t written = 0;
  if (insert == Insert::kSeveral) {
    const auto several = InsertSeveral(rows);
    if (!several.ok()) return several.status();
    written = *several;
  }
  return InsertRows(rows, written, refused);
}

absl::StatusOr<size_t> SqliteSink::InsertSeveral(const Batch& rows) {
  // A row without id is refused, so all of them are tried one by one.
  if (!insert_several_ ||
      (id_column_.has_value() && rows.column(*id_column_).null_count() != 0)) {
    return 0;
  }
  size_t row = 0;
  while (rows.num_rows() - row >= rows_per_statement_) {
    int code = SQLITE_OK;
    for (size_t place = 0; place < rows_per_statement_ && code == SQLITE_OK;
         ++place) {
      code = binder_.Bind(insert_several_.get(), row++, place);
    }
    if (code == SQLITE_OK) code = insert_several_.Run();
    if (code == SQLITE_OK) continue;
    several_failed_ = IsAboutRow(code);
    return connection_->Error(code, "Cannot write rows");
  }
  return row;
}

absl::Status SqliteSink::InsertRows(const Batch& rows, size_t first,
                                    std::vector<RefusedRow>& refused) {
  for (size_t row = first; row < rows.num_rows(); ++row) {
    if (id_column_.has_value() && rows.column(*id_column_).IsNull(row)) {
      refused.push_back({static_cast<uint32_t>(row),
                         rows.schema().field(*id_column_).name,
                         "Row has no id"});
      continue;
    }
    int code = binder_.Bind(insert_.get(), row, 0);
    const bool failed_to_bind = code != SQLITE_OK;
    if (!failed_to_bind) {
      code = insert_.Run();
    }
    if (IsAboutRow(code)) {
      refused.push_back(Refuse(row, rows, failed_to_bind));
    } else if (code != SQLITE_OK) {
      return connection_->Error(code, "Cannot write rows");
    }
    // A trigger may have ended the transaction: the rest cannot be tried.
    if (!connection_->in_transaction()) break;
  }
  return absl::OkStatus();
}

RefusedRow SqliteSink::Refuse(size_t row, const Batch& rows,
                              bool failed_to_bind) const {
  RefusedRow refused;
  refused.row = static_cast<uint32_t>(row);
  refused.reason = connection_->Message();
  refused.column = failed_to_bind
                       ? rows.schema().field(binder_.failed_column()).name
                       : ColumnOf(refused.reason);
  return refused;
}

absl::Status SqliteSink::PrepareBegin() {
  if (rollback_) return absl::OkStatus();
  auto begin = connection_->Prepare("BEGIN IMMEDIATE");
  if (!begin.ok()) return begin.status();
  auto commit = connection_->Prepare("COMMIT");
  if (!commit.ok()) return commit.status();
  // Prepared now: where memory ends it must still work.
  auto rollback = connection_->Prepare("ROLLBACK");
  if (!rollback.ok()) return rollback.status();
  auto version = connection_->Prepare("PRAGMA schema_version");
  if (!version.ok()) return version.status();
  begin_ = *std::move(begin);
  read_schema_version_ = *std::move(version);
  commit_ = *std::move(commit);
  rollback_ = *std::move(rollback);
  return absl::OkStatus();
}

absl::Status SqliteSink::PrepareInsert(
    const std::shared_ptr<const Schema>& schema) {
  if (insert_schema_ != nullptr &&
      (insert_schema_ == schema || *insert_schema_ == *schema)) {
    return absl::OkStatus();
  }
  for (const Field& field : schema->fields()) {
    const auto index = layout_.schema.IndexOf(field.name);
    if (!index.has_value()) {
      return absl::FailedPreconditionError("Column not in the table: '" +
                                           field.name + "'");
    }
    if (layout_.schema.field(*index).type != field.type) {
      return absl::FailedPreconditionError("Column of another type: '" +
                                           field.name + "'");
    }
  }
  auto insert = connection_->Prepare(InsertSql(*schema, 1));
  if (!insert.ok()) return insert.status();
  insert_schema_ = nullptr;  // Until all of it is there.
  insert_ = *std::move(insert);
  const absl::Status status = PrepareSeveral(*schema);
  if (!status.ok()) return status;
  insert_schema_ = schema;
  id_column_ = layout_.has_id_key ? schema->IndexOf("id") : std::nullopt;
  return absl::OkStatus();
}

absl::Status SqliteSink::PrepareSeveral(const Schema& schema) {
  insert_several_ = Statement();
  rows_per_statement_ = 1;
  const size_t max_parameters =
      std::min(kMaxParameters, connection_->max_parameters());
  const size_t num_rows =
      std::min(kMaxRowsPerStatement,
               max_parameters / std::max<size_t>(schema.num_fields(), 1));
  if (num_rows < 2) return absl::OkStatus();
  auto insert = connection_->Prepare(InsertSql(schema, num_rows));
  if (absl::IsResourceExhausted(insert.status()) ||
      absl::IsUnavailable(insert.status())) {
    return insert.status();
  }
  // Otherwise it is too long for this SQLite, and rows go one by one.
  if (!insert.ok()) return absl::OkStatus();
  insert_several_ = *std::move(insert);
  rows_per_statement_ = num_rows;
  return absl::OkStatus();
}

// A row whose id is there takes its place with all columns: `excluded` holds
// the defaults of those that the batch lacks. Other unique columns still refuse
// the row; REPLACE would delete the rows that are in its way.
std::string SqliteSink::InsertSql(const Schema& schema, size_t num_rows) const {
  std::string names, values, updates;
  for (size_t i = 0; i < schema.num_fields(); ++i) {
    if (i != 0) {
      names += ", ";
      values += ", ";
    }
    names += QuoteName(schema.field(i).name);
    values += "?";
  }
  for (size_t i = 0; i < layout_.schema.num_fields(); ++i) {
    const std::string& name = layout_.schema.field(i).name;
    if (layout_.defaults[i].empty() || schema.IndexOf(name)) continue;
    names += ", " + QuoteName(name);
    values += ", " + layout_.defaults[i];
  }
  std::string insert = "INSERT INTO " + QuoteName(layout_.name) + " (" + names +
                       ") VALUES (" + values + ")";
  for (size_t row = 1; row < num_rows; ++row) insert += ", (" + values + ")";
  if (!layout_.has_id_key || !schema.IndexOf("id").has_value()) return insert;
  const size_t id = *layout_.schema.IndexOf("id");
  for (size_t i = 0; i < layout_.schema.num_fields(); ++i) {
    if (i == id) continue;
    const std::string name = QuoteName(layout_.schema.field(i).name);
    updates += (updates.empty() ? "" : ", ") + name + " = excluded." + name;
  }
  return insert + " ON CONFLICT (" + QuoteName(layout_.schema.field(id).name) +
         ") DO " + (updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
}

void SqliteSink::Rollback() noexcept {
  // After COMMIT, and some errors, there is nothing to roll back.
  if (connection_->in_transaction()) (void)rollback_.Run();
}

}  // namespace rowfall::sqlite
