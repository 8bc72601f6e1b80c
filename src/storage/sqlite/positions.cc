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
    "PRIMARY KEY (consumer_group, topic, partition)) WITHOUT ROWID";

void BindKey(Statement& statement, std::string_view group,
             const TopicPartition& partition) {
  statement.BindText(1, group);
  statement.BindText(2, partition.topic);
  statement.BindInt(3, partition.partition);
}

}  // namespace

absl::StatusOr<std::vector<PartitionOffset>> Positions::Load(
    std::string_view group) {
  auto query = connection_.Prepare(
      "SELECT topic, partition, next_offset FROM rowfall_positions "
      "WHERE consumer_group = ?1 ORDER BY topic, partition");
  std::vector<PartitionOffset> positions;
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
         query->Int(2)});
  }
  if (code == SQLITE_DONE) return positions;
  return connection_.Error(code, "Cannot read positions");
}

absl::Status Positions::Prepare() {
  if (insert_) return absl::OkStatus();
  const absl::Status status = connection_.Execute(kCreate);
  if (!status.ok()) return status;
  const std::string where =
      " WHERE consumer_group = ?1 AND topic = ?2 AND partition = ?3";
  auto update =
      connection_.Prepare("UPDATE rowfall_positions SET next_offset = ?4" +
                          where + " AND next_offset = ?5");
  if (!update.ok()) return update.status();
  auto select =
      connection_.Prepare("SELECT next_offset FROM rowfall_positions" + where);
  if (!select.ok()) return select.status();
  auto insert = connection_.Prepare(
      "INSERT INTO rowfall_positions VALUES (?1, ?2, ?3, ?4)");
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
  update_.BindInt(4, range.to);
  update_.BindInt(5, range.from);
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
                              ", the write begins at " +
                              std::to_string(range.from) + " [" +
                              range.partition.topic + "/" +
                              std::to_string(range.partition.partition) + "]");
  }
  if (code != SQLITE_DONE) {
    return connection_.Error(code, "Cannot read a position");
  }
  BindKey(insert_, group, range.partition);
  insert_.BindInt(4, range.to);
  const int insert_code = insert_.Run();
  if (insert_code == SQLITE_OK) return absl::OkStatus();
  return connection_.Error(insert_code, "Cannot store a position");
}

}  // namespace rowfall::sqlite
