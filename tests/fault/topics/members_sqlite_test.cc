// SPDX-License-Identifier: Apache-2.0
// Members that come and go write each message once into a SQLite table.
#include <sqlite3.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"
#include "rowfall/storage/sqlite.h"
#include "tests/fault/topics/group_test_base.h"

namespace rowfall {
namespace {

int64_t Query(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  sqlite3_stmt* statement = nullptr;
  sqlite3_open(path.c_str(), &db);
  sqlite3_busy_timeout(db, 10000);
  EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(db);
  const bool has_row = sqlite3_step(statement) == SQLITE_ROW;
  const int64_t value = has_row ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return value;
}

class SqliteMembers : public GroupTest {};

// C1 with positions in the table: no row comes twice, whatever happens.
TEST_F(SqliteMembers, ComeAndGoExactlyOnce) {
  topic_ = cluster_.CreateTopic("members", 11);
  const std::string path =
      ::testing::TempDir() + "/" + KafkaCluster::UniqueName("members");
  Query(path, "CREATE TABLE glossary (id bigint, name text)");
  const auto make = [&] {
    EngineOptions options = options_;
    auto tables = OpenSqliteDatabase(path, {.synchronous_full = false});
    if (!tables.ok()) throw std::runtime_error(tables.status().ToString());
    options.tables = *std::move(tables);
    oracle().Watch(options);
    return options;
  };
  const int64_t produced = ComeAndGo(make);
  {
    Member last(make(), CreateSource("kafka", topic_, kQuick), View());
    EXPECT_TRUE(Eventually([&] {
      return Query(path, "SELECT COUNT(*) FROM glossary") >= produced;
    }));
    EXPECT_TRUE(AllCommitted());
  }
  EXPECT_EQ(Query(path, "SELECT COUNT(*) FROM glossary"), produced);
  EXPECT_EQ(Query(path, "SELECT COUNT(DISTINCT id) FROM glossary"), produced);
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    unlink((path + suffix).c_str());
  }
}

}  // namespace
}  // namespace rowfall
