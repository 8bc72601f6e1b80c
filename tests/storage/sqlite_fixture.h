// SPDX-License-Identifier: Apache-2.0
// A database file in a folder of its own, and batches to write to it.
#ifndef ROWFALL_TESTS_STORAGE_SQLITE_FIXTURE_H_
#define ROWFALL_TESTS_STORAGE_SQLITE_FIXTURE_H_

#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "rowfall/batch.h"
#include "rowfall/storage/sqlite.h"

namespace rowfall::sqlite {

// Another program that uses the file.
class Shell {
 public:
  explicit Shell(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &database_), SQLITE_OK);
  }
  ~Shell() { sqlite3_close(database_); }
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  // Returns the rows, each as its values with | between.
  std::vector<std::string> Run(const std::string& sql) {
    std::vector<std::string> rows;
    char* error = nullptr;
    sqlite3_exec(database_, sql.c_str(), &AppendRow, &rows, &error);
    EXPECT_EQ(error, nullptr) << error << " in " << sql;
    sqlite3_free(error);
    return rows;
  }

 private:
  static int AppendRow(void* rows, int columns, char** values, char**) {
    std::string row;
    for (int i = 0; i < columns; ++i) {
      if (i != 0) row += '|';
      row += values[i] == nullptr ? "NULL" : values[i];
    }
    static_cast<std::vector<std::string>*>(rows)->push_back(std::move(row));
    return 0;
  }
  sqlite3* database_ = nullptr;
};

// Builds batches: BatchOf({{"id", Type::kBigint}}, {{Value(1)}}).
inline Batch BatchOf(std::vector<std::pair<std::string, Type>> columns,
                     const std::vector<std::vector<Value>>& rows) {
  std::vector<Field> fields;
  std::vector<std::shared_ptr<Column>> values;
  for (const auto& [name, type] : columns) {
    fields.push_back({.name = name, .type = type});
    values.push_back(std::make_shared<Column>(type));
  }
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) values[i]->AppendValue(row[i]);
  }
  return Batch(std::make_shared<const Schema>(std::move(fields)),
               {values.begin(), values.end()}, rows.size());
}

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "rowfallXXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/words.db";
    options_.busy_timeout = absl::ZeroDuration();
    options_.synchronous_full = false;
  }
  void TearDown() override {
    shell_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::vector<std::string> Sql(const std::string& sql) {
    if (shell_ == nullptr) shell_ = std::make_unique<Shell>(path_);
    return shell_->Run(sql);
  }
  absl::StatusOr<std::shared_ptr<Sink>> TryOpen(std::string_view table) {
    auto database = OpenSqliteDatabase(path_, options_);
    if (!database.ok()) return database.status();
    return (*database)->OpenTable(table);
  }
  std::shared_ptr<Sink> Open(std::string_view table) {
    auto sink = TryOpen(table);
    EXPECT_TRUE(sink.ok()) << sink.status();
    return sink.ok() ? *std::move(sink) : nullptr;
  }
  absl::Status Write(Sink& sink, const Batch& rows,
                     std::vector<PartitionRange> ranges = {},
                     std::string_view group = "g") {
    refused_.clear();
    return sink.Write(rows,
                      {.view = "v", .consumer_group = group, .ranges = ranges},
                      refused_);
  }

  std::string folder_;
  std::string path_;
  SqliteOptions options_;
  std::vector<RefusedRow> refused_;
  std::unique_ptr<Shell> shell_;
};

}  // namespace rowfall::sqlite

#endif  // ROWFALL_TESTS_STORAGE_SQLITE_FIXTURE_H_
