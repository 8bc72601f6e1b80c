// SPDX-License-Identifier: Apache-2.0
// The n-th allocation fails, of the library or of SQLite itself.
#include <sqlite3.h>

#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "failing_new.h"
#include "gtest/gtest.h"
#include "lives.h"
#include "rowfall/storage/sqlite.h"

namespace rowfall::tests {
namespace {

sqlite3_mem_methods real_memory;

// SQLite's own allocations count and fail as the others do.
void MakeSqliteFail() {
  static const bool once = [] {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
    sqlite3_mem_methods failing = real_memory;
    failing.xMalloc = [](int size) -> void* {
      return FailingNew::MustFail() ? nullptr : real_memory.xMalloc(size);
    };
    failing.xRealloc = [](void* memory, int size) -> void* {
      return FailingNew::MustFail() ? nullptr
                                    : real_memory.xRealloc(memory, size);
    };
    // Its cache of small blocks would hide most of them.
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK;
  }();
  ASSERT_TRUE(once);
}

class Database {
 public:
  explicit Database(std::string path) : path_(std::move(path)) { Remove(); }
  ~Database() { Remove(); }

  void Run(const char* sql) {
    sqlite3* database = nullptr;
    sqlite3_open(path_.c_str(), &database);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(database);
  }
  std::vector<int64_t> Ids() {
    std::vector<int64_t> ids;
    if (reader_ == nullptr) sqlite3_open(path_.c_str(), &reader_);
    sqlite3_exec(
        reader_, "SELECT id FROM t",
        [](void* out, int, char** values, char**) {
          static_cast<std::vector<int64_t>*>(out)->push_back(
              std::atoll(values[0]));
          return 0;
        },
        &ids, nullptr);
    return ids;
  }
  void CloseReader() {
    sqlite3_close(reader_);
    reader_ = nullptr;
  }
  const std::string& path() const { return path_; }

 private:
  void Remove() {
    CloseReader();
    for (const char* ending : {"", "-wal", "-shm"}) {
      std::remove((path_ + ending).c_str());
    }
  }
  std::string path_;
  sqlite3* reader_ = nullptr;
};

LifeOptions MakeLife(Database& database) {
  database.CloseReader();
  database.Run(
      "DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS rowfall_positions;"
      "CREATE TABLE t (id bigint, term text, tag json)");
  auto tables = OpenSqliteDatabase(
      database.path(),
      {.busy_timeout = absl::ZeroDuration(), .synchronous_full = false});
  EXPECT_TRUE(tables.ok()) << tables.status();
  TablesUnderTest under_test{*std::move(tables),
                             [&database] { return database.Ids(); }, true};
  return {std::move(under_test), std::make_shared<MemoryCatalog>(), ""};
}

TEST(SqliteMemoryTest, WritesEveryRowOnce) {
  MakeSqliteFail();
  Database database(::testing::TempDir() + "rowfall_memory_" +
                    std::to_string(std::random_device{}()) + ".db");
  LiveThrough([&] { return MakeLife(database); }, 80);
}

TEST(SqliteMemoryTest, OpensOrSaysThatMemoryIsOut) {
  MakeSqliteFail();
  Database database(::testing::TempDir() + "rowfall_memory_" +
                    std::to_string(std::random_device{}()) + ".db");
  database.Run("CREATE TABLE t (id bigint PRIMARY KEY, term text)");
  FailEachAllocation([&]() -> absl::Status {
    std::string path;
    {
      const WithMemory with_memory;
      path = database.path();
    }
    auto tables = OpenSqliteDatabase(std::move(path));
    if (!tables.ok()) return tables.status();
    try {
      auto sink = (*tables)->OpenTable("t");
      if (!sink.ok()) return sink.status();
      // Not half of what the table is.
      const WithMemory with_memory;
      EXPECT_TRUE((*sink)->traits().replaces_by_id);
      EXPECT_EQ((*sink)->schema(),
                Schema({{.name = "id", .type = Type::kBigint},
                        {.name = "term", .type = Type::kText}}));
    } catch (const std::bad_alloc&) {  // As a sink may.
      return absl::ResourceExhaustedError("");
    }
    return absl::OkStatus();
  });
}

}  // namespace
}  // namespace rowfall::tests
