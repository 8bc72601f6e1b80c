// SPDX-License-Identifier: Apache-2.0
// An engine on tables of SQLite: where it goes on, whatever Kafka believes.
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/memory_source.h"
#include "tests/storage/sqlite_fixture.h"

namespace rowfall::sqlite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SqlitePositionsTest : public SqliteTest {
 protected:
  void SetUp() override {
    SqliteTest::SetUp();
    broker_.SetPollWaits(false);
    Sql("CREATE TABLE words (id bigint)");
    catalog_ = std::make_shared<MemoryCatalog>();
    OpenEngine();
    CreateSource("");
    Execute("CREATE MV v TO words AS SELECT id FROM s");
  }
  void TearDown() override {
    engine_ = nullptr;
    SqliteTest::TearDown();
  }

  void OpenEngine() {
    auto database = OpenSqliteDatabase(path_, options_);
    ASSERT_TRUE(database.ok()) << database.status();
    EngineOptions options;
    options.tables = *database;
    options.catalog = catalog_;
    options.source_factory = broker_.Factory();
    options.clock = &clock_;
    options.threading = Threading::kHostThreads;
    options.log = [this](const LogEntry& entry) {
      log_ += std::string(entry.text) + "\n";
    };
    auto engine = Engine::Open(std::move(options));
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }
  void Execute(const std::string& sql) {
    const auto result = engine_->Execute(sql);
    ASSERT_TRUE(result.ok()) << sql << ": " << result.status();
  }
  void CreateSource(const std::string& more) {
    Execute(
        "CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' "
        "topic_list='t' batch=3 consumer_group='g' " +
        more);
  }
  // Suspends the view, does something, and resumes it.
  template <typename Change>
  void Meanwhile(Change change) {
    Execute("ALTER MV v suspended=1");
    change();
    Execute("ALTER MV v suspended=0");
    Run();
  }
  void Run() {
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(engine_->RunOnce("v", 0, absl::ZeroDuration()).ok());
      clock_.Advance(absl::Milliseconds(50));
    }
  }
  void Produce(int first, int last) {
    for (int id = first; id <= last; ++id) {
      broker_.Produce("t", 0, "{\"id\": " + std::to_string(id) + "}");
    }
  }
  std::vector<std::string> Ids() {
    return Sql("SELECT group_concat(id, ' ') FROM words");
  }
  std::vector<std::string> Position() {
    return Sql("SELECT next_offset FROM rowfall_positions");
  }

  testing::FakeClock clock_;
  testing::MemoryBroker broker_;
  std::shared_ptr<Catalog> catalog_;
  std::unique_ptr<Engine> engine_;
  std::string log_;
};

// D14
TEST_F(SqlitePositionsTest, StoredPositionsWinOverOtherStartOptions) {
  Produce(1, 5);
  Run();
  Execute("DROP SOURCE s");
  CreateSource("start_from='latest'");
  Produce(6, 8);
  Execute("ALTER MV v suspended=0");
  Run();
  EXPECT_THAT(Ids(), ElementsAre("1 2 3 4 5 6 7 8"));
}

// D15
TEST_F(SqlitePositionsTest, StoredPositionsWinOverNewerCommits) {
  Produce(1, 5);
  Run();
  Meanwhile([this] {
    Produce(6, 9);
    broker_.SetCommitted("g.v", "t", 0, 8);
  });
  EXPECT_THAT(Ids(), ElementsAre("1 2 3 4 5 6 7 8 9"));
  EXPECT_THAT(log_, HasSubstr("The group has committed 8 of t/0; the table's "
                              "position 5 counts"));
}

// D16
TEST_F(SqlitePositionsTest, ARestoredBackupIsReadFromWhereItStands) {
  Produce(1, 3);
  Run();
  engine_ = nullptr;
  shell_ = nullptr;
  Sql("VACUUM INTO '" + path_ + ".backup'");
  shell_ = nullptr;
  OpenEngine();
  Produce(4, 9);
  Run();
  EXPECT_THAT(Ids(), ElementsAre("1 2 3 4 5 6 7 8 9"));
  engine_ = nullptr;
  shell_ = nullptr;
  for (const char* suffix : {"-wal", "-shm"}) {
    std::filesystem::remove(path_ + suffix);
  }
  std::filesystem::rename(path_ + ".backup", path_);
  EXPECT_THAT(Ids(), ElementsAre("1 2 3"));
  OpenEngine();
  Run();
  EXPECT_THAT(Ids(), ElementsAre("1 2 3 4 5 6 7 8 9"));
}

// Issue 11: it was running with lag 0, and the rows went nowhere.
TEST_F(SqlitePositionsTest, ADeletedFileIsShownAndARestoredOneGoesOn) {
  Produce(1, 3);
  Run();
  Sql("VACUUM INTO '" + path_ + ".backup'");
  shell_ = nullptr;
  Produce(4, 6);
  Run();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(path_ + suffix);
  }
  Produce(7, 9);
  Run();
  EXPECT_EQ(engine_->Status()[0].state, ViewState::kBackoff);
  EXPECT_THAT(engine_->Status()[0].last_error,
              HasSubstr("No file is at the database's path"));
  EXPECT_EQ(broker_.Committed("g.v", "t", 0), 6);
  std::filesystem::rename(path_ + ".backup", path_);
  for (int i = 0; i < 5; ++i) Run();
  EXPECT_THAT(Ids(), ElementsAre("1 2 3 4 5 6 7 8 9"));
  EXPECT_EQ(engine_->Status()[0].state, ViewState::kRunning);
}

TEST_F(SqlitePositionsTest, AnEmptyDatabaseInItsPlaceFailsTheView) {
  Produce(1, 3);
  Run();
  shell_ = nullptr;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(path_ + suffix);
  }
  Sql("CREATE TABLE others (id bigint)");
  Produce(4, 6);
  Run();
  EXPECT_EQ(engine_->Status()[0].state, ViewState::kFailed);
  EXPECT_THAT(engine_->Status()[0].last_error,
              HasSubstr("Table not found: 'words'"));
  EXPECT_EQ(broker_.Committed("g.v", "t", 0), 3);
}

TEST_F(SqlitePositionsTest, AnEndThatWasFoundIsStoredAtOnce) {
  Execute("DROP MV v");
  Execute("DROP SOURCE s");
  CreateSource("start_from='latest'");
  Produce(1, 5);
  Execute("CREATE MV v TO words AS SELECT id FROM s");
  Run();
  EXPECT_THAT(Position(), ElementsAre("5"));
  // Nothing was written yet, and Kafka forgets: nothing is skipped.
  Meanwhile([this] {
    broker_.SetCommitted("g.v", "t", 0, kOffsetNone);
    Produce(6, 7);
  });
  EXPECT_THAT(Ids(), ElementsAre("6 7"));
}

TEST_F(SqlitePositionsTest, APolicyMovesTheStoredPosition) {
  Produce(1, 5);
  Run();
  Execute("DROP SOURCE s");
  CreateSource("on_gap='earliest'");
  broker_.ReplaceTopic("t");
  Produce(101, 107);
  Execute("ALTER MV v suspended=0");
  Run();
  EXPECT_THAT(Ids(), ElementsAre("1 2 3 4 5 101 102 103 104 105 106 107"));
  EXPECT_THAT(Position(), ElementsAre("7"));
  EXPECT_THAT(log_, HasSubstr("Goes on with t/0 at 0 instead of 5 (Topic 't' "
                              "was truncated or made again"));
  // Retention in the middle: the gap is stored, too.
  Meanwhile([this] {
    Produce(108, 120);
    broker_.DeleteBefore("t", 0, 12);
  });
  EXPECT_THAT(Position(), ElementsAre("20"));
  EXPECT_THAT(log_, HasSubstr("at 12, offsets 7 up to 12 are skipped"));
  EXPECT_EQ(engine_->Status()[0].skipped_offsets, 5u);
}

TEST_F(SqlitePositionsTest, MarksAreStoredAndNullWhereUnknown) {
  Sql("CREATE TABLE t (id bigint)");
  auto sink = Open("t");
  const Batch rows = BatchOf({{"id", Type::kBigint}}, {{Value(int64_t{1})}});
  EXPECT_TRUE(
      Write(*sink, rows, {{{"t", 0}, 0, 2, "mark"}, {{"t", 1}, 0, 3}}).ok());
  EXPECT_THAT(Sql("SELECT partition, next_offset, mark FROM rowfall_positions "
                  "ORDER BY partition"),
              ElementsAre("0|2|mark", "1|3|NULL"));
  const auto positions = sink->LoadPositions("g");
  ASSERT_TRUE(positions.ok()) << positions.status();
  ASSERT_EQ(positions->size(), 2u);
  EXPECT_EQ((*positions)[0].mark, "mark");
  EXPECT_EQ((*positions)[1].mark, "");
}

TEST_F(SqlitePositionsTest, DatabasesOfEarlierVersionsGetTheColumn) {
  Sql("DROP TABLE IF EXISTS rowfall_positions");
  Sql("CREATE TABLE rowfall_positions (consumer_group TEXT NOT NULL, "
      "topic TEXT NOT NULL, partition INTEGER NOT NULL, "
      "next_offset INTEGER NOT NULL, "
      "PRIMARY KEY (consumer_group, topic, partition)) WITHOUT ROWID");
  Sql("INSERT INTO rowfall_positions VALUES ('g.v', 't', 0, 2)");
  Produce(1, 5);
  Run();
  EXPECT_THAT(Ids(), ElementsAre("3 4 5"));
  EXPECT_THAT(Sql("SELECT next_offset, mark IS NULL FROM rowfall_positions"),
              ElementsAre("5|0"));
}

}  // namespace
}  // namespace rowfall::sqlite
