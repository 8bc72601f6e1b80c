// SPDX-License-Identifier: Apache-2.0
// The positions of consumer groups, kept in the database beside the rows.
#include "storage/sqlite/positions.h"

#include <string>

namespace rowfall::sqlite {
namespace {

constexpr char kCreate[] =
    "CREATE TABLE IF NOT EXISTS rowfall_positions ("
    "consumer_group TEXT NOT NULL, topic TEXT NOT NULL, "
    "partition INTEGER NOT NULL, next_offset INTEGER NOT NULL, "
    "mark TEXT, PRIMARY KEY (consumer_group, topic, partition)) WITHOUT ROWID";

void BindMark(Statement& statement, int index, std::string_view mark) {
  if (mark.empty()) {
    sqlite3_bind_null(statement.get(), index);
  } else {
    statement.BindText(index, mark);
  }
}

// The end of a range as parameters 4 and 5.
void BindEnd(Statement& statement, const PartitionRange& range) {
  statement.BindInt(4, range.to);
  BindMark(statement, 5, range.mark);
}

void BindKey(Statement& statement, std::string_view group,
             const TopicPartition& partition) {
  statement.BindText(1, group);
  statement.BindText(2, partition.topic);
  statement.BindInt(3, partition.partition);
}

}  // namespace

absl::StatusOr<std::vector<PartitionOffset>> Positions::Load(
    std::string_view group) {
  std::vector<PartitionOffset> positions;
  const auto has_marks = HasMarks();
  if (!has_marks.ok()) return has_marks.status();
  auto query = connection_.Prepare(
      std::string("SELECT topic, partition, next_offset, ") +
      (*has_marks ? "mark" : "NULL") +
      " FROM rowfall_positions WHERE consumer_group = ?1 "
      "ORDER BY topic, partition");
  if (absl::IsNotFound(query.status())) return positions;
  if (!query.ok()) return query.status();
  query->BindText(1, group);
  int code = 0;
  while ((code = query->Step()) == SQLITE_ROW) {
    if (query->Text(0).data() == nullptr) {
      return connection_.Error(SQLITE_NOMEM, "Cannot read positions");
    }
    positions.push_back(
        {{std::string(query->Text(0)), static_cast<int32_t>(query->Int(1))},
         query->Int(2),
         std::string(query->Text(3))});
  }
  if (code == SQLITE_DONE) return positions;
  return connection_.Error(code, "Cannot read positions");
}

// Tables of the first version have no such column.
absl::StatusOr<bool> Positions::HasMarks() {
  auto query = connection_.Prepare(
      "SELECT 1 FROM pragma_table_info('rowfall_positions') "
      "WHERE name = 'mark'");
  if (!query.ok()) return query.status();
  const int code = query->Step();
  if (code == SQLITE_ROW || code == SQLITE_DONE) return code == SQLITE_ROW;
  return connection_.Error(code, "Cannot read positions");
}

absl::Status Positions::AddMarks() {
  auto has_marks = HasMarks();
  if (!has_marks.ok() || *has_marks) return has_marks.status();
  const absl::Status status =
      connection_.Execute("ALTER TABLE rowfall_positions ADD COLUMN mark TEXT");
  if (status.ok()) return status;
  // Another connection may have been quicker.
  has_marks = HasMarks();
  return has_marks.ok() && *has_marks ? absl::OkStatus() : status;
}

absl::Status Positions::Prepare() {
  if (insert_) return absl::OkStatus();
  absl::Status status = connection_.Execute(kCreate);
  if (status.ok()) status = AddMarks();
  if (!status.ok()) return status;
  const std::string where =
      " WHERE consumer_group = ?1 AND topic = ?2 AND partition = ?3";
  auto update = connection_.Prepare(
      "UPDATE rowfall_positions SET next_offset = ?4, mark = ?5" + where +
      " AND next_offset = ?6 AND "
      "(mark = ?7 OR ?7 IS NULL OR coalesce(mark, '') = '')");
  if (!update.ok()) return update.status();
  auto select =
      connection_.Prepare("SELECT next_offset FROM rowfall_positions" + where);
  if (!select.ok()) return select.status();
  auto insert = connection_.Prepare(
      "INSERT INTO rowfall_positions (consumer_group, topic, partition, "
      "next_offset, mark) VALUES (?1, ?2, ?3, ?4, ?5)");
  if (!insert.ok()) return insert.status();
  update_ = *std::move(update);
  select_ = *std::move(select);
  insert_ = *std::move(insert);
  return absl::OkStatus();
}

absl::Status Positions::Move(std::string_view group,
                             std::span<const PartitionRange> ranges) {
  for (const PartitionRange& range : ranges) {
    const absl::Status status = MoveOne(group, range);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Positions::MoveOne(std::string_view group,
                                const PartitionRange& range) {
  BindKey(update_, group, range.partition);
  BindEnd(update_, range);
  update_.BindInt(6, range.from);
  BindMark(update_, 7, range.from_mark);
  const int code = update_.Run();
  if (code != SQLITE_OK) {
    return connection_.Error(code, "Cannot move a position");
  }
  if (connection_.changes() == 1) return absl::OkStatus();
  return MakeOrRefuse(group, range);
}

absl::Status Positions::MakeOrRefuse(std::string_view group,
                                     const PartitionRange& range) {
  BindKey(select_, group, range.partition);
  const int code = select_.Step();
  const int64_t stored = code == SQLITE_ROW ? select_.Int(0) : kOffsetNone;
  select_.Reset();
  if (code == SQLITE_ROW) {
    return absl::AbortedError("Stored position is " + std::to_string(stored) +
                              (stored == range.from ? " of another log" : "") +
                              ", the write begins at " +
                              std::to_string(range.from) + " [" +
                              range.partition.ToString() + "]");
  }
  if (code != SQLITE_DONE) {
    return connection_.Error(code, "Cannot read a position");
  }
  BindKey(insert_, group, range.partition);
  BindEnd(insert_, range);
  const int insert_code = insert_.Run();
  if (insert_code == SQLITE_OK) return absl::OkStatus();
  return connection_.Error(insert_code, "Cannot store a position");
}

}  // namespace rowfall::sqlite
