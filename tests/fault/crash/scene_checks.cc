// SPDX-License-Identifier: Apache-2.0
// What must hold of a host's table and its offsets while it is dead.
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "gtest/gtest.h"
#include "tests/fault/crash/scene.h"

namespace rowfall::fault {
namespace {

using Place = std::pair<int32_t, int64_t>;

std::vector<std::string> WholeLines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  std::string line;
  while (std::getline(file, line)) {
    if (!file.eof()) lines.push_back(line);
  }
  return lines;
}

int64_t OffsetOf(const std::map<int32_t, int64_t>& offsets, int32_t partition) {
  const auto found = offsets.find(partition);
  return found == offsets.end() ? 0 : found->second;
}

// Calls row(columns) for each row; all columns are integers.
void ForEachRow(const std::string& path, const std::string& sql,
                const std::function<void(const std::vector<int64_t>&)>& row) {
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  sqlite3_open(path.c_str(), &database);
  sqlite3_busy_timeout(database, 30000);
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) ==
      SQLITE_OK) {
    std::vector<int64_t> columns(sqlite3_column_count(statement));
    while (sqlite3_step(statement) == SQLITE_ROW) {
      for (size_t i = 0; i < columns.size(); ++i) {
        columns[i] = sqlite3_column_int64(statement, static_cast<int>(i));
      }
      row(columns);
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
}

}  // namespace

void Scene::MakeTables() const {
  sqlite3* database = nullptr;
  sqlite3_open(rows().c_str(), &database);
  char* error = nullptr;
  sqlite3_exec(database,
               "PRAGMA journal_mode=WAL;"
               "CREATE TABLE messages (id bigint, part bigint, seq bigint);"
               "CREATE TABLE sums (part bigint, n bigint, total bigint);",
               nullptr, nullptr, &error);
  EXPECT_EQ(error, nullptr) << error;
  sqlite3_close(database);
}

bool Scene::HasLogged(const std::string& dir, std::string_view text) {
  const auto lines = WholeLines(dir + "/log");
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find(text) != line.npos;
  });
}

int64_t Scene::Query(const std::string& sql) const {
  int64_t value = 0;
  ForEachRow(rows(), sql, [&](const auto& row) { value = row[0]; });
  return value;
}

int64_t Scene::NumRows() {
  switch (options_.table) {
    case Table::kSqlite:
      return Query("SELECT COUNT(*) FROM messages");
    case Table::kSums:
      return Query("SELECT COUNT(*) FROM sums");
    case Table::kFile:
      break;
  }
  int64_t rows = 0;
  for (const std::string& line : WholeLines(this->rows())) {
    rows += line[0] != '=';
  }
  return rows;
}

std::map<Place, int> Scene::Copies() {
  std::map<Place, int> copies;
  if (options_.table == Table::kSqlite) {
    ForEachRow(rows(), "SELECT part, seq FROM messages", [&](const auto& row) {
      ++copies[{static_cast<int32_t>(row[0]), row[1]}];
    });
  } else if (options_.table == Table::kFile) {
    for (const std::string& line : WholeLines(rows())) {
      Place place;
      if (std::istringstream(line) >> place.first >> place.second) {
        ++copies[place];
      }
    }
  }
  return copies;
}

std::map<int32_t, int64_t> Scene::StoredPositions() const {
  std::map<int32_t, int64_t> positions;
  ForEachRow(rows(), "SELECT partition, next_offset FROM rowfall_positions",
             [&](const auto& row) {
               positions[static_cast<int32_t>(row[0])] = row[1];
             });
  return positions;
}

bool Scene::IsComplete() {
  if (options_.table == Table::kSums) {
    int64_t produced = 0;
    for (const auto& messages : messages_) {
      produced += static_cast<int64_t>(messages.size());
    }
    return Query("SELECT SUM(next_offset) FROM rowfall_positions") == produced;
  }
  if (NumRows() < num_rows_) return false;
  const auto copies = Copies();
  for (size_t i = 0; i < messages_.size(); ++i) {
    for (size_t offset = 0; offset < messages_[i].size(); ++offset) {
      if (messages_[i][offset].kind == Kind::kRow &&
          !copies.contains({static_cast<int32_t>(i), offset})) {
        return false;
      }
    }
  }
  const auto committed = Committed();
  for (size_t i = 0; i < messages_.size(); ++i) {
    if (OffsetOf(committed, static_cast<int32_t>(i)) <
        static_cast<int64_t>(messages_[i].size())) {
      return false;
    }
  }
  return true;
}

void Scene::Check() {
  const auto committed = Committed();
  for (const auto& [partition, offset] : committed_before_) {
    EXPECT_GE(OffsetOf(committed, partition), offset)
        << "The commit of partition " << partition << " went back";
  }
  committed_before_ = committed;
  switch (options_.table) {
    case Table::kFile:
      return CheckFile(committed);
    case Table::kSqlite:
      return CheckSqlite(committed);
    case Table::kSums:
      return CheckSums(committed);
  }
}

// What gives no row is not to be seen in the file.
void Scene::SkipToRow(int32_t partition, int64_t& offset) const {
  const auto& messages = messages_[partition];
  while (offset < static_cast<int64_t>(messages.size()) &&
         messages[offset].kind != Kind::kRow) {
    ++offset;
  }
}

// Behind each "= partition offset" come exactly the rows from there on, and no
// start leaves out what is not durable.
void Scene::CheckFile(const std::map<int32_t, int64_t>& committed) {
  const auto lines = WholeLines(rows());
  int64_t duplicates = 0;
  for (size_t i = lines_checked_; i < lines.size(); ++i) {
    std::istringstream line(lines[i]);
    const bool is_start = lines[i][0] == '=';
    if (is_start) line.get();
    int32_t partition = 0;
    int64_t offset = 0;
    ASSERT_TRUE(line >> partition >> offset) << lines[i];
    int64_t& end = file_end_[partition];
    int64_t& next = file_next_[partition];
    SkipToRow(partition, end);
    if (is_start) {
      EXPECT_LE(offset, end) << "Rows were lost before line " << i;
      next = offset;
      continue;
    }
    SkipToRow(partition, next);
    ASSERT_EQ(offset, next)
        << "Not in order: line " << i << ", partition " << partition;
    ++next;
    duplicates += offset < end;
    end = std::max(end, next);
  }
  lines_checked_ = lines.size();
  for (const auto& [partition, offset] : committed) {
    SkipToRow(partition, file_end_[partition]);
    EXPECT_LE(offset, file_end_[partition])
        << "Committed and not durable: partition " << partition;
    CheckRejects(partition, offset);
  }
  const std::lock_guard lock(figures_->mutex);
  figures_->duplicates += duplicates;
  figures_->most_duplicates = std::max(figures_->most_duplicates, duplicates);
}

void Scene::CheckRejects(int32_t partition, int64_t end) {
  std::set<Place> rejected;
  for (const std::string& line : WholeLines(dir_ + "/rejects")) {
    Place place;
    std::istringstream(line) >> place.first >> place.second;
    rejected.insert(place);
    EXPECT_EQ(messages_[place.first][place.second].kind, Kind::kBad);
  }
  for (int64_t offset = 0; offset < end; ++offset) {
    if (messages_[partition][offset].kind != Kind::kBad) continue;
    if (options_.on_error != "dead_letter") continue;
    EXPECT_TRUE(rejected.contains({partition, offset}))
        << "Not at the dead-letter side: " << partition << "@" << offset;
  }
}

// Exactly the rows before the stored position, each once.
void Scene::CheckSqlite(const std::map<int32_t, int64_t>& committed) {
  const auto positions = StoredPositions();
  const auto copies = Copies();
  std::map<Place, int> expected;
  for (const auto& [partition, position] : positions) {
    ASSERT_LE(position, static_cast<int64_t>(messages_[partition].size()));
    for (int64_t offset = 0; offset < position; ++offset) {
      if (messages_[partition][offset].kind == Kind::kRow) {
        expected[{partition, offset}] = 1;
      }
    }
    CheckRejects(partition, position);
  }
  EXPECT_TRUE(copies == expected)
      << copies.size() << " different rows instead of " << expected.size();
  for (const auto& [partition, offset] : committed) {
    EXPECT_LE(offset, OffsetOf(positions, partition))
        << "Committed and not durable: partition " << partition;
  }
}

// Groups are those of batches; over all of them the sums are exact.
void Scene::CheckSums(const std::map<int32_t, int64_t>& committed) {
  const auto positions = StoredPositions();
  int64_t rows = 0;
  int64_t total = 0;
  for (const auto& [partition, position] : positions) {
    ASSERT_LE(position, static_cast<int64_t>(messages_[partition].size()));
    for (int64_t offset = 0; offset < position; ++offset) {
      const Message& message = messages_[partition][offset];
      if (message.kind != Kind::kRow) continue;
      ++rows;
      total += message.id;
    }
    CheckRejects(partition, position);
  }
  EXPECT_EQ(Query("SELECT SUM(n) FROM sums"), rows);
  EXPECT_EQ(Query("SELECT SUM(total) FROM sums"), total);
  for (const auto& [partition, offset] : committed) {
    EXPECT_LE(offset, OffsetOf(positions, partition))
        << "Committed and not durable: partition " << partition;
  }
}

}  // namespace rowfall::fault
