// SPDX-License-Identifier: Apache-2.0
// Tests of writing rows and positions in one transaction.
#include <signal.h>
#include <sys/resource.h>

#include "gmock/gmock.h"
#include "tests/storage/sqlite_fixture.h"

namespace rowfall::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TopicPartition kT0{"t", 0};
const TopicPartition kT1{"t", 1};

class SqliteSinkTest : public SqliteTest {
 protected:
  static Batch Words(const std::vector<std::pair<Value, Value>>& rows) {
    std::vector<std::vector<Value>> values;
    for (const auto& [id, term] : rows) values.push_back({id, term});
    return BatchOf({{"id", Type::kBigint}, {"term", Type::kText}}, values);
  }
  static Value Id(int64_t id) { return id; }
  void CreateWords() {
    Sql("CREATE TABLE words (id bigint primary key, term text, "
        "more text DEFAULT 'default')");
  }
  std::vector<std::string> Positions() {
    return Sql(
        "SELECT consumer_group, topic, partition, next_offset "
        "FROM rowfall_positions");
  }
};

// --- Rows --------------------------------------------------------------------

TEST_F(SqliteSinkTest, ReplacesRowsById) {
  CreateWords();
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({{Id(1), "a"}, {Id(2), "b"}})).ok());
  ASSERT_TRUE(Write(*sink, Words({{Id(2), "c"}, {Id(3), Value()}})).ok());
  EXPECT_THAT(Sql("SELECT id, term FROM words"),
              ElementsAre("1|a", "2|c", "3|NULL"));
}

TEST_F(SqliteSinkTest, LastRowOfABatchWins) {
  CreateWords();
  ASSERT_TRUE(
      Write(*Open("words"), Words({{Id(1), "a"}, {Id(2), "b"}, {Id(1), "c"}}))
          .ok());
  EXPECT_THAT(Sql("SELECT id, term FROM words"), ElementsAre("1|c", "2|b"));
}

TEST_F(SqliteSinkTest, RowIsReplacedAsAWhole) {
  CreateWords();
  Sql("INSERT INTO words VALUES (1, 'a', 'kept?')");
  ASSERT_TRUE(Write(*Open("words"), Words({{Id(1), "b"}})).ok());
  EXPECT_THAT(Sql("SELECT * FROM words"), ElementsAre("1|b|default"));
}

TEST_F(SqliteSinkTest, WithoutKeyRowsAreAdded) {
  Sql("CREATE TABLE words (id bigint, term text)");
  const auto sink = Open("words");
  EXPECT_FALSE(sink->traits().replaces_by_id);
  ASSERT_TRUE(Write(*sink, Words({{Id(1), "a"}, {Id(1), "b"}})).ok());
  EXPECT_THAT(Sql("SELECT * FROM words"), ElementsAre("1|a", "1|b"));
}

TEST_F(SqliteSinkTest, ViewWithoutIdAddsRows) {
  Sql("CREATE TABLE words (id integer primary key, term text)");
  ASSERT_TRUE(Write(*Open("words"), BatchOf({{"term", Type::kText}},
                                            {{Value("a")}, {Value("b")}}))
                  .ok());
  EXPECT_THAT(Sql("SELECT * FROM words"), ElementsAre("1|a", "2|b"));
}

TEST_F(SqliteSinkTest, BatchesMayChangeTheirColumns) {
  CreateWords();
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({{Id(1), "a"}})).ok());
  ASSERT_TRUE(
      Write(*sink, BatchOf({{"more", Type::kText}, {"id", Type::kBigint}},
                           {{Value("x"), Id(2)}}))
          .ok());
  ASSERT_TRUE(Write(*sink, Words({{Id(3), "b"}})).ok());
  EXPECT_THAT(Sql("SELECT * FROM words"),
              ElementsAre("1|a|default", "2|NULL|x", "3|b|default"));
}

TEST_F(SqliteSinkTest, TableOfTheIdAlone) {
  Sql("CREATE TABLE ids (id integer primary key)");
  const auto sink = Open("ids");
  const Batch rows = BatchOf({{"id", Type::kBigint}}, {{Id(5)}, {Id(5)}});
  ASSERT_TRUE(Write(*sink, rows).ok());
  EXPECT_THAT(Sql("SELECT * FROM ids"), ElementsAre("5"));
}

TEST_F(SqliteSinkTest, ColumnsThatCannotBeNullAndThatTheViewLacksGetDefaults) {
  Sql("CREATE TABLE words (seq integer PRIMARY KEY NOT NULL, id bigint UNIQUE, "
      "term text, a text NOT NULL, b int NOT NULL, c int NOT NULL DEFAULT 7, "
      "j json NOT NULL, m multi NOT NULL, n int)");
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({{Id(1), "x"}, {Id(2), "y"}}), {}).ok());
  EXPECT_THAT(refused_, IsEmpty());
  EXPECT_THAT(Sql("SELECT * FROM words ORDER BY id"),
              ElementsAre("1|1|x||0|7|null||NULL", "2|2|y||0|7|null||NULL"));
}

// --- Batches of which several rows go into a statement
// ------------------------

// Ids 1 up to `n` with terms a1 up to an.
std::vector<std::pair<Value, Value>> ManyWords(int64_t n) {
  std::vector<std::pair<Value, Value>> words;
  for (int64_t id = 1; id <= n; ++id) {
    words.emplace_back(id, "a" + std::to_string(id));
  }
  return words;
}

TEST_F(SqliteSinkTest, EveryRowOfALargeBatchIsWritten) {
  CreateWords();
  const auto sink = Open("words");
  for (const int64_t n : {19, 20, 21, 39, 40, 59, 100}) {
    Sql("DELETE FROM words");
    ASSERT_TRUE(Write(*sink, Words(ManyWords(n))).ok());
    std::vector<std::string> expected;
    for (int64_t id = 1; id <= n; ++id) {
      expected.push_back(std::to_string(id) + "|a" + std::to_string(id) +
                         "|default");
    }
    EXPECT_EQ(Sql("SELECT * FROM words ORDER BY id"), expected);
  }
}

TEST_F(SqliteSinkTest, LastRowOfALargeBatchWins) {
  CreateWords();
  auto words = ManyWords(100);
  for (size_t i = 0; i < words.size(); ++i) words[i].first = Id(i % 3);
  ASSERT_TRUE(Write(*Open("words"), Words(words)).ok());
  EXPECT_THAT(Sql("SELECT id, term FROM words ORDER BY id"),
              ElementsAre("0|a100", "1|a98", "2|a99"));
}

TEST_F(SqliteSinkTest, ListsOfOneStatementKeepApart) {
  Sql("CREATE TABLE words (id bigint primary key, tags multi text, "
      "vector float_vector text)");
  std::vector<std::vector<Value>> rows;
  std::vector<std::string> expected;
  for (int64_t id = 1; id <= 50; ++id) {
    rows.push_back({Value(id), Value(std::vector<int64_t>{id, id + 1}),
                    Value(std::vector<float>{static_cast<float>(id) / 2})});
    const auto half = std::to_string(id / 2) + (id % 2 != 0 ? ".5" : "");
    expected.push_back(std::to_string(id) + "|" + std::to_string(id) + "," +
                       std::to_string(id + 1) + "|" + half);
  }
  ASSERT_TRUE(Write(*Open("words"), BatchOf({{"id", Type::kBigint},
                                             {"tags", Type::kMulti},
                                             {"vector", Type::kFloatVector}},
                                            rows))
                  .ok());
  EXPECT_EQ(Sql("SELECT * FROM words ORDER BY id"), expected);
}

TEST_F(SqliteSinkTest, BadRowsOfALargeBatchAreNamedAndNothingStays) {
  Sql("CREATE TABLE words (id bigint primary key, term text "
      "CHECK (term <> 'bad'))");
  const auto sink = Open("words");
  auto words = ManyWords(100);
  words[30].second = "bad";
  words[33].second = "bad";
  words[99].second = "bad";
  ASSERT_TRUE(Write(*sink, Words(words), {{kT0, 5, 105}}).ok());
  ASSERT_EQ(refused_.size(), 3u);
  EXPECT_EQ(refused_[0].row, 30u);
  EXPECT_EQ(refused_[0].reason, "CHECK constraint failed: term <> 'bad'");
  EXPECT_EQ(refused_[1].row, 33u);
  EXPECT_EQ(refused_[2].row, 99u);
  EXPECT_THAT(Sql("SELECT * FROM words"), IsEmpty());
  EXPECT_THAT(Positions(), IsEmpty());
  ASSERT_TRUE(Write(*sink, Words(ManyWords(100)), {{kT0, 5, 105}}).ok());
  EXPECT_THAT(Sql("SELECT count(*) FROM words"), ElementsAre("100"));
  EXPECT_THAT(Positions(), ElementsAre("g|t|0|105"));
}

TEST_F(SqliteSinkTest, RowWithoutIdInALargeBatchIsRefused) {
  CreateWords();
  auto words = ManyWords(60);
  words[25].first = Value();
  ASSERT_TRUE(Write(*Open("words"), Words(words)).ok());
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_EQ(refused_[0].row, 25u);
  EXPECT_THAT(Sql("SELECT * FROM words"), IsEmpty());
}

// Without a key nothing would replace the rows that such a trigger leaves.
TEST_F(SqliteSinkTest, TriggerThatKeepsEarlierRowsDoublesNone) {
  Sql("CREATE TABLE words (id bigint, term text)");
  Sql("CREATE TRIGGER g BEFORE INSERT ON words WHEN new.term = 'a15' BEGIN "
      "SELECT RAISE(FAIL, 'bad word'); END");
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words(ManyWords(40)), {{kT0, 0, 40}}).ok());
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_EQ(refused_[0].row, 14u);
  EXPECT_THAT(Sql("SELECT * FROM words"), IsEmpty());
  Sql("DROP TRIGGER g");
  ASSERT_TRUE(Write(*sink, Words(ManyWords(40)), {{kT0, 0, 40}}).ok());
  EXPECT_THAT(Sql("SELECT count(*) FROM words"), ElementsAre("40"));
}

TEST_F(SqliteSinkTest, TriggerThatEndsTheTransactionOfALargeBatch) {
  CreateWords();
  Sql("CREATE TRIGGER g BEFORE INSERT ON words WHEN new.term = 'a25' BEGIN "
      "SELECT RAISE(ROLLBACK, 'bad word'); END");
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words(ManyWords(60)), {{kT0, 0, 60}}).ok());
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_EQ(refused_[0].row, 24u);
  EXPECT_THAT(Sql("SELECT * FROM words"), IsEmpty());
  EXPECT_THAT(Positions(), IsEmpty());
}

TEST_F(SqliteSinkTest, LargeBatchesGoThroughViews) {
  Sql("CREATE TABLE stored (id bigint, term text)");
  Sql("CREATE VIEW words AS SELECT id, term FROM stored");
  Sql("CREATE TRIGGER i INSTEAD OF INSERT ON words BEGIN "
      "INSERT INTO stored VALUES (new.id, new.term); END");
  ASSERT_TRUE(Write(*Open("words"), Words(ManyWords(50))).ok());
  EXPECT_THAT(Sql("SELECT count(*), sum(id), max(term) FROM stored"),
              ElementsAre("50|1275|a9"));
}

TEST_F(SqliteSinkTest, WideRowsAreWrittenToo) {
  std::string columns;
  std::vector<std::pair<std::string, Type>> fields;
  for (int i = 0; i < 700; ++i) {
    const std::string name = "c" + std::to_string(i);
    columns += (i == 0 ? "" : ", ") + name + " bigint";
    fields.emplace_back(name, Type::kBigint);
  }
  Sql("CREATE TABLE words (" + columns + ")");
  const std::vector<std::vector<Value>> rows(
      25, std::vector<Value>(700, Value(int64_t{7})));
  ASSERT_TRUE(Write(*Open("words"), BatchOf(fields, rows)).ok());
  EXPECT_THAT(Sql("SELECT count(*), sum(c0), sum(c699) FROM words"),
              ElementsAre("25|175|175"));
}

// --- Refused rows ------------------------------------------------------------

TEST_F(SqliteSinkTest, AllBadRowsAreNamedAndNothingStays) {
  Sql("CREATE TABLE words (id bigint primary key, term text NOT NULL "
      "CHECK (length(term) < 4), UNIQUE (term))");
  Sql("INSERT INTO words VALUES (100, 'old')");
  const auto sink = Open("words");
  const Batch rows = Words({{Id(1), "a"},
                            {Id(2), Value()},
                            {Id(3), "too long"},
                            {Value(), "b"},
                            {Id(4), "old"},
                            {Id(5), "c"}});
  ASSERT_TRUE(Write(*sink, rows, {{kT0, 0, 6}}).ok());
  ASSERT_EQ(refused_.size(), 4u);
  EXPECT_EQ(refused_[0].row, 1u);
  EXPECT_EQ(refused_[0].column, "term");
  EXPECT_EQ(refused_[0].reason, "NOT NULL constraint failed: words.term");
  EXPECT_EQ(refused_[1].row, 2u);
  EXPECT_EQ(refused_[1].reason, "CHECK constraint failed: length(term) < 4");
  EXPECT_EQ(refused_[1].column, "");
  EXPECT_EQ(refused_[2].row, 3u);
  EXPECT_EQ(refused_[2].column, "id");
  EXPECT_EQ(refused_[2].reason, "Row has no id");
  EXPECT_EQ(refused_[3].row, 4u);
  EXPECT_EQ(refused_[3].column, "term");
  EXPECT_EQ(refused_[3].reason, "UNIQUE constraint failed: words.term");
  EXPECT_THAT(Sql("SELECT * FROM words"), ElementsAre("100|old"));
  EXPECT_THAT(Positions(), IsEmpty());

  ASSERT_TRUE(
      Write(*sink, rows.Take(std::vector<uint32_t>{0, 5}), {{kT0, 0, 6}}).ok());
  EXPECT_THAT(refused_, IsEmpty());
  EXPECT_THAT(Sql("SELECT * FROM words ORDER BY id"),
              ElementsAre("1|a", "5|c", "100|old"));
  EXPECT_THAT(Positions(), ElementsAre("g|t|0|6"));
}

TEST_F(SqliteSinkTest, StrictTablesNameTheColumn) {
  Sql("CREATE TABLE words (id INTEGER PRIMARY KEY, term BLOB) STRICT");
  ASSERT_TRUE(Write(*Open("words"), Words({{Id(1), "a"}})).ok());
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_EQ(refused_[0].column, "term");
  EXPECT_EQ(refused_[0].reason,
            "Cannot store TEXT value in BLOB column words.term");
}

TEST_F(SqliteSinkTest, TriggerMayRefuseARow) {
  CreateWords();
  Sql("CREATE TRIGGER g BEFORE INSERT ON words WHEN new.term = 'bad' BEGIN "
      "SELECT RAISE(ABORT, 'bad word'); END");
  ASSERT_TRUE(
      Write(*Open("words"), Words({{Id(1), "a"}, {Id(2), "bad"}})).ok());
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_EQ(refused_[0].row, 1u);
  EXPECT_EQ(refused_[0].reason, "Bad word");
  EXPECT_EQ(refused_[0].column, "");
}

TEST_F(SqliteSinkTest, TriggerThatEndsTheTransactionRefusesItsRow) {
  CreateWords();
  Sql("CREATE TRIGGER g BEFORE INSERT ON words WHEN new.term = 'bad' BEGIN "
      "SELECT RAISE(ROLLBACK, 'bad word'); END");
  const auto sink = Open("words");
  const Batch rows = Words({{Id(1), "a"}, {Id(2), "bad"}, {Id(3), "c"}});
  ASSERT_TRUE(Write(*sink, rows, {{kT0, 0, 3}}).ok());
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_EQ(refused_[0].row, 1u);
  EXPECT_THAT(Sql("SELECT * FROM words"), IsEmpty());
  ASSERT_TRUE(
      Write(*sink, rows.Take(std::vector<uint32_t>{0, 2}), {{kT0, 0, 3}}).ok());
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1", "3"));
}

// --- Positions ---------------------------------------------------------------

TEST_F(SqliteSinkTest, PositionsAreNoneAtFirst) {
  CreateWords();
  const auto sink = Open("words");
  EXPECT_TRUE(sink->traits().keeps_positions);
  EXPECT_THAT(*sink->LoadPositions("g"), IsEmpty());
}

TEST_F(SqliteSinkTest, PositionsMoveWithTheRows) {
  CreateWords();
  const auto sink = Open("words");
  ASSERT_TRUE(
      Write(*sink, Words({{Id(1), "a"}}), {{kT0, 5, 8}, {kT1, 0, 1}}).ok());
  ASSERT_TRUE(Write(*sink, Words({{Id(2), "b"}}), {{kT0, 8, 20}}).ok());
  ASSERT_TRUE(
      Write(*sink, Words({{Id(3), "c"}}), {{kT0, 100, 101}}, "other").ok());
  EXPECT_THAT(*sink->LoadPositions("g"),
              ElementsAre(PartitionOffset{kT0, 20}, PartitionOffset{kT1, 1}));
  EXPECT_THAT(*sink->LoadPositions("other"),
              ElementsAre(PartitionOffset{kT0, 101}));
  EXPECT_THAT(*sink->LoadPositions("none"), IsEmpty());
}

TEST_F(SqliteSinkTest, EmptyBatchMovesPositions) {
  CreateWords();
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({}), {{kT0, 0, 7}}).ok());
  ASSERT_TRUE(Write(*sink, Batch(), {{kT0, 7, 9}}).ok());
  ASSERT_TRUE(Write(*sink, Batch(), {}).ok());
  EXPECT_THAT(Positions(), ElementsAre("g|t|0|9"));
}

TEST_F(SqliteSinkTest, WriteThatBeginsElsewhereIsAbortedAsAWhole) {
  CreateWords();
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({{Id(1), "a"}}), {{kT0, 0, 8}}).ok());
  EXPECT_EQ(
      Write(*sink, Words({{Id(2), "b"}}), {{kT1, 0, 1}, {kT0, 5, 9}}),
      absl::AbortedError("Stored position is 8, the write begins at 5 [t/0]"));
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1"));
  EXPECT_THAT(Positions(), ElementsAre("g|t|0|8"));
  EXPECT_EQ(
      Write(*sink, Words({{Id(2), "b"}}), {{kT0, 9, 10}}),
      absl::AbortedError("Stored position is 8, the write begins at 9 [t/0]"));
}

// A worker that slept while another one got its partitions.
TEST_F(SqliteSinkTest, ZombieIsRefused) {
  Sql("CREATE TABLE words (id bigint, term text)");
  const auto zombie = Open("words");
  const auto heir = Open("words");
  ASSERT_TRUE(Write(*zombie, Words({{Id(1), "a"}}), {{kT0, 0, 1}}).ok());
  EXPECT_THAT(*heir->LoadPositions("g"), ElementsAre(PartitionOffset{kT0, 1}));
  ASSERT_TRUE(Write(*heir, Words({{Id(2), "b"}}), {{kT0, 1, 2}}).ok());
  EXPECT_TRUE(
      absl::IsAborted(Write(*zombie, Words({{Id(2), "b"}}), {{kT0, 1, 2}})));
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1", "2"));
}

// Issue 11, 10: one that slept while the topic was made anew, and the heir has
// come to the same offset of the new log.
TEST_F(SqliteSinkTest, ZombieOfAFormerLogIsRefused) {
  Sql("CREATE TABLE words (id bigint, term text)");
  const auto zombie = Open("words");
  const auto heir = Open("words");
  ASSERT_TRUE(
      Write(*zombie, Words({{Id(1), "a"}}), {{kT0, 0, 1, "old"}}).ok());
  ASSERT_TRUE(
      Write(*heir, Words({{Id(2), "b"}}), {{kT0, 1, 1, "new", "old"}}).ok());
  EXPECT_EQ(Write(*zombie, Words({{Id(3), "c"}}), {{kT0, 1, 2, "more", "old"}}),
            absl::AbortedError("Stored position is 1 of another log, the write "
                               "begins at 1 [t/0]"));
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1", "2"));
  // Who knows no mark, or meets none, is compared by the offset alone.
  EXPECT_TRUE(Write(*heir, Words({{Id(4), "d"}}), {{kT0, 1, 2}}).ok());
  EXPECT_TRUE(
      Write(*heir, Words({{Id(5), "e"}}), {{kT0, 2, 3, "x", "any"}}).ok());
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1", "2", "4", "5"));
}

// The commit went well, but its answer got lost: the batch comes again.
TEST_F(SqliteSinkTest, SameBatchTwiceIsWrittenOnce) {
  Sql("CREATE TABLE words (id bigint, term text)");
  const auto sink = Open("words");
  const Batch rows = Words({{Id(1), "a"}});
  ASSERT_TRUE(Write(*sink, rows, {{kT0, 0, 1}}).ok());
  EXPECT_TRUE(absl::IsAborted(Write(*sink, rows, {{kT0, 0, 1}})));
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1"));
}

TEST_F(SqliteSinkTest, RowsAndPositionsSurviveReopening) {
  CreateWords();
  ASSERT_TRUE(Write(*Open("words"), Words({{Id(1), "a"}}), {{kT0, 0, 8}}).ok());
  const auto sink = Open("words");
  EXPECT_THAT(*sink->LoadPositions("g"), ElementsAre(PartitionOffset{kT0, 8}));
  EXPECT_TRUE(Write(*sink, Words({{Id(2), "b"}}), {{kT0, 8, 9}}).ok());
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1", "2"));
}

TEST_F(SqliteSinkTest, FirstWriteThatFailsLeavesUsableStatements) {
  CreateWords();
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({{Value(), "a"}}), {{kT0, 0, 1}}).ok());
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_TRUE(Write(*sink, Words({}), {{kT0, 0, 1}}).ok());
  EXPECT_THAT(Positions(), ElementsAre("g|t|0|1"));
}

// --- Trouble -----------------------------------------------------------------

TEST_F(SqliteSinkTest, BusyDatabaseIsUnavailableAndThenGoesOn) {
  CreateWords();
  const auto sink = Open("words");
  Sql("BEGIN IMMEDIATE");
  EXPECT_EQ(
      Write(*sink, Words({{Id(1), "a"}})),
      absl::UnavailableError("Cannot begin a transaction, database is locked"));
  EXPECT_TRUE(
      absl::IsUnavailable(Write(*sink, Words({{Id(1), "a"}}), {{kT0, 0, 1}})));
  Sql("ROLLBACK");
  EXPECT_TRUE(Write(*sink, Words({{Id(1), "a"}}), {{kT0, 0, 1}}).ok());
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1"));
}

TEST_F(SqliteSinkTest, ReadersDoNotDisturb) {
  CreateWords();
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({{Id(1), "a"}})).ok());
  Sql("BEGIN");
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1"));
  EXPECT_TRUE(Write(*sink, Words({{Id(2), "b"}})).ok());
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1"));
  Sql("COMMIT");
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1", "2"));
}

TEST_F(SqliteSinkTest, DroppedTableIsNotFound) {
  CreateWords();
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({{Id(1), "a"}})).ok());
  Sql("DROP TABLE words");
  EXPECT_EQ(Write(*sink, Words({{Id(2), "b"}}), {{kT0, 0, 1}}),
            absl::NotFoundError("Table not found: 'words'"));
  EXPECT_THAT(Positions(), IsEmpty());
}

TEST_F(SqliteSinkTest, ChangedTableIsFailedPrecondition) {
  CreateWords();
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({{Id(1), "a"}})).ok());
  Sql("ALTER TABLE words RENAME COLUMN term TO other");
  EXPECT_EQ(Write(*sink, Words({{Id(2), "b"}})),
            absl::FailedPreconditionError(
                "Table was changed, column is gone: 'term'"));
}

TEST_F(SqliteSinkTest, LostKeyIsFailedPrecondition) {
  Sql("CREATE TABLE words (id bigint, term text);"
      "CREATE UNIQUE INDEX i ON words (id)");
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({{Id(1), "a"}})).ok());
  Sql("DROP INDEX i");
  EXPECT_EQ(Write(*sink, Words({{Id(1), "b"}})).code(),
            absl::StatusCode::kFailedPrecondition);
}

// No more space on the disk, by a limit on the size of files.
TEST_F(SqliteSinkTest, FullDiskLeavesNothingAndThenGoesOn) {
  Sql("CREATE TABLE words (id bigint primary key, term text)");
  const auto sink = Open("words");
  ASSERT_TRUE(Write(*sink, Words({{Id(1), "a"}}), {{kT0, 0, 1}}).ok());
  const Batch big = Words({{Id(2), std::string(1 << 20, 'x')}});

  signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 200 << 10;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = Write(*sink, big, {{kT0, 1, 2}});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);

  EXPECT_TRUE(absl::IsUnavailable(status) || absl::IsResourceExhausted(status))
      << status;
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1"));
  EXPECT_THAT(Positions(), ElementsAre("g|t|0|1"));
  EXPECT_TRUE(Write(*sink, big, {{kT0, 1, 2}}).ok());
  EXPECT_THAT(Sql("SELECT id FROM words"), ElementsAre("1", "2"));
}

TEST_F(SqliteSinkTest, DamagedFileIsDataLoss) {
  CreateWords();
  {
    const auto sink = Open("words");
    std::vector<std::pair<Value, Value>> rows;
    for (int64_t i = 0; i < 500; ++i)
      rows.push_back({i, std::string(100, 'x')});
    ASSERT_TRUE(Write(*sink, Words(rows)).ok());
  }
  Sql("PRAGMA wal_checkpoint(TRUNCATE)");
  shell_.reset();
  // Everything behind the page of the schema.
  const auto size = std::filesystem::file_size(path_);
  FILE* file = std::fopen(path_.c_str(), "r+b");
  ASSERT_NE(file, nullptr);
  std::fseek(file, 4096, SEEK_SET);
  const std::string garbage(size - 4096, '\x5a');
  std::fwrite(garbage.data(), 1, garbage.size(), file);
  std::fclose(file);
  EXPECT_EQ(Write(*Open("words"), Words({{Id(1), "a"}})),
            absl::DataLossError(
                "Cannot write rows, database disk image is malformed"));
}

}  // namespace
}  // namespace rowfall::sqlite
