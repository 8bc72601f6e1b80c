// SPDX-License-Identifier: Apache-2.0
// Tests of a database file that is moved, deleted or replaced, and of a table
// that is changed, while a sink has them open.
#include <filesystem>
#include <fstream>
#include <functional>

#include "gmock/gmock.h"
#include "tests/storage/sqlite_fixture.h"

namespace rowfall::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

const TopicPartition kT0{"t", 0};

class SqliteFileTest : public SqliteTest {
 protected:
  void SetUp() override {
    SqliteTest::SetUp();
    MakeDatabase(path_);
    sink_ = Open("words");
    ASSERT_NE(sink_, nullptr);
    ASSERT_TRUE(WriteOne(0).ok());
  }
  void TearDown() override {
    sink_ = nullptr;
    SqliteTest::TearDown();
  }
  static void MakeDatabase(const std::string& path) {
    Shell shell(path);
    shell.Run("CREATE TABLE words (id bigint)");
    shell.Run("PRAGMA journal_mode=WAL");
  }
  static void Remove(const std::string& path) {
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(path + suffix);
  }
  static void Move(const std::string& from, const std::string& to) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      if (fs::exists(from + suffix)) fs::rename(from + suffix, to + suffix);
    }
  }
  // The message at `offset`, whose row has the offset as its id.
  absl::Status WriteOne(int64_t offset) {
    return Write(*sink_, BatchOf({{"id", Type::kBigint}}, {{Value(offset)}}),
                 {{kT0, offset, offset + 1}});
  }
  static std::vector<std::string> Ids(const std::string& path) {
    return Shell(path).Run("SELECT group_concat(id, ' ') FROM words");
  }
  absl::Status Gone() const {
    return absl::UnavailableError(
        "No file is at the database's path, put it back or suspend the view: "
        "'" +
        path_ + "'");
  }
  absl::Status Another() const {
    return absl::AbortedError(
        "Another database file is there, its positions count: '" + path_ + "'");
  }

  std::shared_ptr<Sink> sink_;
};

TEST_F(SqliteFileTest, DeletedIsUnavailableAndNotMadeAgain) {
  Remove(path_);
  EXPECT_EQ(WriteOne(1), Gone());
  EXPECT_EQ(sink_->LoadPositions("g").status(), Gone());
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(SqliteFileTest, MovedAndPutBackGoesOn) {
  Move(path_, path_ + ".old");
  EXPECT_EQ(WriteOne(1), Gone());
  EXPECT_THAT(Ids(path_ + ".old"), ElementsAre("0"));
  Move(path_ + ".old", path_);
  ASSERT_TRUE(WriteOne(1).ok());
  EXPECT_THAT(Ids(path_), ElementsAre("0 1"));
}

TEST_F(SqliteFileTest, ReplacedIsOpenedAndItsPositionsCount) {
  Shell(path_).Run("VACUUM INTO '" + path_ + ".backup'");
  ASSERT_TRUE(WriteOne(1).ok());
  ASSERT_TRUE(WriteOne(2).ok());
  Move(path_, path_ + ".old");
  fs::rename(path_ + ".backup", path_);
  EXPECT_EQ(WriteOne(3), Another());
  const auto positions = sink_->LoadPositions("g");
  ASSERT_TRUE(positions.ok()) << positions.status();
  ASSERT_EQ(positions->size(), 1u);
  EXPECT_EQ(positions->front().offset, 1);
  for (int64_t offset = 1; offset < 4; ++offset) {
    ASSERT_TRUE(WriteOne(offset).ok());
  }
  EXPECT_THAT(Ids(path_), ElementsAre("0 1 2 3"));
  EXPECT_THAT(Ids(path_ + ".old"), ElementsAre("0 1 2"));
}

// SQLite would play the journal into the file that is there now.
TEST_F(SqliteFileTest, JournalOfTheFormerFileIsNotMixedIn) {
  MakeDatabase(path_ + ".new");
  fs::rename(path_ + ".new", path_);
  const absl::Status status = WriteOne(1);
  EXPECT_EQ(status, absl::UnavailableError(
                        "Database file was replaced, but the -wal or -shm "
                        "file of the former one is still beside it, remove "
                        "both: '" +
                        path_ + "'"));
  for (const char* suffix : {"-wal", "-shm"}) fs::remove(path_ + suffix);
  EXPECT_EQ(WriteOne(1), Another());
  ASSERT_TRUE(WriteOne(1).ok());
  EXPECT_THAT(Ids(path_), ElementsAre("1"));
}

TEST_F(SqliteFileTest, JournalThatWasDeletedIsNoticed) {
  fs::remove(path_ + "-wal");
  EXPECT_EQ(WriteOne(1), Another());
  const auto positions = sink_->LoadPositions("g");
  ASSERT_TRUE(positions.ok());
  ASSERT_EQ(positions->size(), 1u);
  ASSERT_TRUE(WriteOne(positions->front().offset).ok());
  EXPECT_THAT(Ids(path_), ElementsAre("0 1"));
}

TEST_F(SqliteFileTest, LinkThatLeadsElsewhereIsNoticed) {
  sink_ = nullptr;
  Move(path_, path_ + ".one");
  MakeDatabase(path_ + ".two");
  fs::create_symlink(path_ + ".one", path_);
  sink_ = Open("words");
  ASSERT_TRUE(WriteOne(1).ok());
  fs::remove(path_);
  EXPECT_EQ(WriteOne(2), Gone());
  fs::create_symlink(path_ + ".two", path_);
  // The journal of the first one is beside that, not in the way.
  EXPECT_EQ(WriteOne(2), Another());
  ASSERT_TRUE(WriteOne(2).ok());
  EXPECT_THAT(Ids(path_ + ".one"), ElementsAre("0 1"));
  EXPECT_THAT(Ids(path_ + ".two"), ElementsAre("2"));
}

// Called by SQLite for each connection that is opened.
std::function<void()> at_commit;
int HookCommits(sqlite3* database, char**, const sqlite3_api_routines*) {
  const auto call = [](void*) {
    if (at_commit) at_commit();
    return 0;
  };
  sqlite3_commit_hook(database, call, nullptr);
  return SQLITE_OK;
}

// Behind the look at the file, before the rows are there.
TEST_F(SqliteFileTest, ReplacedDuringAWriteIsNotReportedAsWritten) {
  using Entry = void (*)();
  const auto entry = reinterpret_cast<Entry>(&HookCommits);
  ASSERT_EQ(sqlite3_auto_extension(entry), SQLITE_OK);
  sink_ = Open("words");
  ASSERT_TRUE(WriteOne(1).ok());
  at_commit = [this] { Remove(path_); };
  EXPECT_EQ(WriteOne(2), absl::UnavailableError(
                             "Database file was moved, deleted or replaced "
                             "during a write, which nobody may see: '" +
                             path_ + "'"));
  at_commit = nullptr;
  sqlite3_cancel_auto_extension(entry);
}

TEST_F(SqliteFileTest, ReplacedByAFileWithoutTheTableIsNotFound) {
  Remove(path_);
  Shell(path_).Run("CREATE TABLE others (id bigint)");
  EXPECT_EQ(WriteOne(1), absl::NotFoundError("Table not found: 'words'"));
}

TEST_F(SqliteFileTest, ReplacedByAnotherTableIsFailedPrecondition) {
  Remove(path_);
  Shell(path_).Run("CREATE TABLE words (id bigint primary key)");
  EXPECT_EQ(WriteOne(1),
            absl::FailedPreconditionError(
                "Database file was replaced, and the table has other columns "
                "or another key: '" +
                path_ + "'"));
}

TEST_F(SqliteFileTest, ReplacedByNoDatabaseIsFailedPrecondition) {
  Remove(path_);
  std::ofstream(path_) << std::string(4096, 'x');
  EXPECT_EQ(WriteOne(1), absl::FailedPreconditionError(
                             "File is not a database: '" + path_ + "'"));
}

TEST_F(SqliteFileTest, ARelativePathStaysWhatItWas) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const auto database = OpenSqliteDatabase("words.db", options_);
  fs::current_path(before);
  ASSERT_TRUE(database.ok());
  EXPECT_TRUE((*database)->OpenTable("words").ok());
}

TEST_F(SqliteFileTest, ATableIsNotOpenedInAFileThatIsGone) {
  const auto database = OpenSqliteDatabase(path_, options_);
  ASSERT_TRUE(database.ok());
  sink_ = nullptr;
  Remove(path_);
  EXPECT_EQ((*database)->OpenTable("words").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(path_));
}

// --- Tables ------------------------------------------------------------------

class SqliteChangeTest : public SqliteFileTest {
 protected:
  // What a write says after the table was made anew as `columns`.
  absl::Status After(const std::string& columns) {
    Shell shell(path_);
    shell.Run("DROP TABLE words");
    shell.Run("CREATE TABLE words (" + columns + ")");
    return WriteOne(1);
  }
  static absl::Status Changed(const std::string& what) {
    return absl::FailedPreconditionError("Table was changed, " + what);
  }
};

TEST_F(SqliteChangeTest, TheSameTableIsWritten) {
  EXPECT_TRUE(After("id bigint").ok());
  EXPECT_THAT(Ids(path_), ElementsAre("1"));
}

TEST_F(SqliteChangeTest, NewColumnsThatNeedNoValueAreAllowed) {
  EXPECT_TRUE(After("id bigint, a text, b int NOT NULL DEFAULT 7").ok());
  EXPECT_THAT(Sql("SELECT * FROM words"), ElementsAre("1|NULL|7"));
}

TEST_F(SqliteChangeTest, OthersAreRefusedAndNothingIsWritten) {
  EXPECT_EQ(After("id text"), Changed("column is another one: 'id'"));
  EXPECT_EQ(After("id bigint NOT NULL"),
            Changed("column is another one: 'id'"));
  EXPECT_EQ(After("id bigint primary key"),
            Changed("it has another key: 'words'"));
  EXPECT_EQ(After("id bigint, a text NOT NULL"),
            Changed("new column needs a value: 'a'"));
  EXPECT_EQ(After("other bigint"), Changed("column is gone: 'id'"));
  EXPECT_THAT(Sql("SELECT * FROM words"), IsEmpty());
  EXPECT_THAT(Sql("SELECT next_offset FROM rowfall_positions"),
              ElementsAre("1"));
}

// Whatever else changes the schema is none of our business.
TEST_F(SqliteChangeTest, OtherTablesMayComeAndGo) {
  Shell(path_).Run("CREATE TABLE others (id bigint)");
  EXPECT_TRUE(WriteOne(1).ok());
  Shell(path_).Run("DROP TABLE others");
  EXPECT_TRUE(WriteOne(2).ok());
}

}  // namespace
}  // namespace rowfall::sqlite
