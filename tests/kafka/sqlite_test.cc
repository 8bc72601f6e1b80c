// SPDX-License-Identifier: Apache-2.0
// A topic of a real broker in a SQLite table, across a restart.
#include <sqlite3.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/storage/sqlite.h"
#include "tests/kafka/kafka_engine.h"

namespace rowfall {
namespace {

class SqliteDelivery : public KafkaEngineTest {
 protected:
  ~SqliteDelivery() override {
    if (engine_ != nullptr) Close();
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      unlink((path_ + suffix).c_str());
    }
  }

  // Returns the value of a query with one result.
  int64_t Query(const std::string& sql) {
    sqlite3* db = nullptr;
    sqlite3_stmt* statement = nullptr;
    sqlite3_open(path_.c_str(), &db);
    sqlite3_busy_timeout(db, 10000);
    EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr),
              SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_step(statement);
    const int64_t value =
        statement != nullptr && sqlite3_column_count(statement) > 0
            ? sqlite3_column_int64(statement, 0)
            : 0;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
  }

  const std::string path_ =
      ::testing::TempDir() + "/" + KafkaCluster::UniqueName("sqlite");
};

TEST_F(SqliteDelivery, WritesEachMessageOnceAcrossARestart) {
  const std::string topic = cluster_.CreateTopic("sqlite", 4);
  // No key: a message that came twice would be there twice.
  Query("CREATE TABLE glossary (id bigint, name text)");
  const auto open = [&] {
    auto tables = OpenSqliteDatabase(path_);
    ASSERT_TRUE(tables.ok()) << tables.status();
    options_.tables = *std::move(tables);
    Open();
  };
  options_.catalog = std::make_shared<MemoryCatalog>();
  open();
  Execute(CreateSource("kafka", topic, "batch=100 num_consumers=2"));
  Execute("CREATE MV terms TO glossary AS SELECT id, term AS name FROM kafka");
  ProduceIds(topic, 4, 1, 10000);
  const auto count = [&] { return Query("SELECT COUNT(*) FROM glossary"); };
  ASSERT_TRUE(Eventually([&] { return count() >= 1000; }));
  Close();
  open();
  ProduceIds(topic, 4, 10001, 12000);
  EXPECT_TRUE(Eventually([&] { return count() >= 12000; }));
  Close();
  EXPECT_EQ(count(), 12000);
  EXPECT_EQ(Query("SELECT COUNT(DISTINCT id) FROM glossary"), 12000);
  EXPECT_EQ(Query("SELECT SUM(id) FROM glossary"), 12000 * 12001 / 2);
}

}  // namespace
}  // namespace rowfall
