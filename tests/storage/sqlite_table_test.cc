// SPDX-License-Identifier: Apache-2.0
// Tests of opening databases and tables, and of their types.
#include <sys/resource.h>

#include <fstream>
#include <limits>

#include "gmock/gmock.h"
#include "tests/storage/sqlite_fixture.h"

namespace rowfall::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SqliteTableTest : public SqliteTest {
 protected:
  Type TypeOf(const std::string& declaration) {
    Sql("DROP TABLE IF EXISTS t");
    Sql("CREATE TABLE t (c " + declaration + ")");
    return Open("t")->schema().field(0).type;
  }
};

// --- Opening -----------------------------------------------------------------

TEST_F(SqliteTableTest, MakesTheFile) {
  EXPECT_TRUE(OpenSqliteDatabase(path_).ok());
  EXPECT_THAT(Sql("PRAGMA journal_mode"), ElementsAre("wal"));
}

TEST_F(SqliteTableTest, MissingFolderIsNotFound) {
  const std::string path = folder_ + "/no/words.db";
  EXPECT_EQ(OpenSqliteDatabase(path).status(),
            absl::NotFoundError("Cannot open database, unable to open "
                                "database file: '" +
                                path + "'"));
}

// Want of the system passes: a worker tries again.
TEST_F(SqliteTableTest, NoMoreFilesIsUnavailable) {
  Sql("CREATE TABLE t (c int)");
  const auto database = OpenSqliteDatabase(path_);
  ASSERT_TRUE(database.ok());
  // UBSan looks at types by way of a pipe, when it meets them first.
  ASSERT_TRUE((*database)->OpenTable("t").ok());
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none{3, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const absl::Status status = (*database)->OpenTable("t").status();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
}

TEST_F(SqliteTableTest, OtherFilesAreRefused) {
  std::ofstream(path_) << std::string(4096, 'x');
  EXPECT_EQ(
      OpenSqliteDatabase(path_).status(),
      absl::FailedPreconditionError("File is not a database: '" + path_ + "'"));
  EXPECT_EQ(OpenSqliteDatabase(folder_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteTableTest, DatabasesInMemoryAreRefused) {
  EXPECT_EQ(OpenSqliteDatabase(":memory:").status(),
            absl::InvalidArgumentError("Database must be a file: ':memory:'"));
  EXPECT_EQ(OpenSqliteDatabase("").status(),
            absl::InvalidArgumentError("Database must be a file: ''"));
}

TEST_F(SqliteTableTest, ReadOnlyFileIsPermissionDenied) {
  if (geteuid() == 0) GTEST_SKIP() << "The superuser may write anywhere";
  Sql("CREATE TABLE t (id integer)");
  std::filesystem::permissions(path_, std::filesystem::perms::owner_read);
  EXPECT_EQ(
      OpenSqliteDatabase(path_).status(),
      absl::PermissionDeniedError("Database is read-only: '" + path_ + "'"));
}

TEST_F(SqliteTableTest, UnknownTableIsNotFound) {
  EXPECT_EQ(TryOpen("words").status(),
            absl::NotFoundError("Table not found: 'words'"));
}

TEST_F(SqliteTableTest, TablesOfSqliteAndOursAreNotOffered) {
  Sql("CREATE TABLE words (id integer primary key autoincrement)");
  EXPECT_TRUE(Write(*Open("words"), BatchOf({{"id", Type::kBigint}}, {}),
                    {{{"t", 0}, 0, 1}})
                  .ok());
  for (const char* name : {"rowfall_positions", "ROWFALL_Positions",
                           "sqlite_sequence", "sqlite_master"}) {
    EXPECT_EQ(
        TryOpen(name).status(),
        absl::NotFoundError("Table not found: '" + std::string(name) + "'"));
  }
}

TEST_F(SqliteTableTest, NamesMayBeAnythingInAnyCase) {
  Sql(R"(CREATE TABLE "Odd ""name"" 'x'" ("a ""b""" int, "select" text))");
  const auto sink = Open(R"(odd "name" 'X')");
  EXPECT_EQ(sink->schema().ToString(), "a \"b\" int, select text");
  EXPECT_TRUE(
      Write(*sink, BatchOf({{"A \"B\"", Type::kInt}, {"select", Type::kText}},
                           {{Value(int64_t{1}), Value("x")}}))
          .ok());
  EXPECT_THAT(Sql(R"(SELECT * FROM "Odd ""name"" 'x'")"), ElementsAre("1|x"));
}

// --- Types -------------------------------------------------------------------

TEST_F(SqliteTableTest, FirstWordOfTheDeclarationDecides) {
  EXPECT_EQ(TypeOf("int"), Type::kInt);
  EXPECT_EQ(TypeOf("UINT"), Type::kInt);
  EXPECT_EQ(TypeOf("INTEGER"), Type::kBigint);
  EXPECT_EQ(TypeOf("bigint"), Type::kBigint);
  EXPECT_EQ(TypeOf("smallint"), Type::kBigint);
  EXPECT_EQ(TypeOf("int8"), Type::kBigint);
  EXPECT_EQ(TypeOf("text"), Type::kText);
  EXPECT_EQ(TypeOf("string"), Type::kText);
  EXPECT_EQ(TypeOf("VARCHAR(20)"), Type::kText);
  EXPECT_EQ(TypeOf("datetime"), Type::kText);
  EXPECT_EQ(TypeOf(""), Type::kText);
  EXPECT_EQ(TypeOf("json"), Type::kJson);
  EXPECT_EQ(TypeOf("json text"), Type::kJson);
  EXPECT_EQ(TypeOf("bool"), Type::kBool);
  EXPECT_EQ(TypeOf("BOOLEAN"), Type::kBool);
  EXPECT_EQ(TypeOf("float"), Type::kFloat);
  EXPECT_EQ(TypeOf("double precision"), Type::kDouble);
  EXPECT_EQ(TypeOf("real"), Type::kDouble);
  EXPECT_EQ(TypeOf("decimal(10,2)"), Type::kDouble);
  EXPECT_EQ(TypeOf("multi"), Type::kMulti);
  EXPECT_EQ(TypeOf("multi64 text"), Type::kMulti64);
  EXPECT_EQ(TypeOf("timestamp"), Type::kTimestamp);
  EXPECT_EQ(TypeOf("float_vector"), Type::kFloatVector);
}

TEST_F(SqliteTableTest, SchemaHasTheColumnsThatCanBeWritten) {
  Sql("CREATE TABLE t (Id bigint NOT NULL, term text NOT NULL DEFAULT 'x', "
      "size int, twice int AS (size * 2), more int AS (size + 1) STORED)");
  EXPECT_EQ(Open("t")->schema().ToString(),
            "Id bigint not null, term text not null, size int");
}

// A row without id is refused; the default 0 would replace a row.
TEST_F(SqliteTableTest, KeyCountsAsNullable) {
  Sql("CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, n int NOT NULL)");
  EXPECT_EQ(Open("t")->schema().ToString(), "id bigint, n int not null");
}

TEST_F(SqliteTableTest, EveryTypeIsStoredAsDocumented) {
  Sql("CREATE TABLE t (i int, b bigint, f float, d double, o bool, t text, "
      "j json text, m multi text, n multi64 text, s timestamp, "
      "v float_vector text)");
  const std::vector<std::pair<std::string, Type>> columns = {
      {"i", Type::kInt},       {"b", Type::kBigint},     {"f", Type::kFloat},
      {"d", Type::kDouble},    {"o", Type::kBool},       {"t", Type::kText},
      {"j", Type::kJson},      {"m", Type::kMulti},      {"n", Type::kMulti64},
      {"s", Type::kTimestamp}, {"v", Type::kFloatVector}};
  using List = std::vector<int64_t>;
  const Batch rows = BatchOf(
      columns, {{int64_t{4294967295}, std::numeric_limits<int64_t>::min(), 0.1,
                 0.1, true, "007", "1.10", List{2, 3, 20},
                 List{std::numeric_limits<int64_t>::min(),
                      std::numeric_limits<int64_t>::max()},
                 int64_t{-1}, std::vector<float>{0.1f, 2}},
                // 2^53 + 1, which no double is.
                {int64_t{0}, int64_t{9007199254740993}, -1.5, 1e300, false, "",
                 "null", List{}, List{}, int64_t{1704164645},
                 std::vector<float>{}},
                std::vector<Value>(11)});
  ASSERT_TRUE(Write(*Open("t"), rows).ok());
  EXPECT_THAT(
      Sql("SELECT * FROM t"),
      ElementsAre("4294967295|-9223372036854775808|0.1|0.1|1|007|1.10|2,3,20|"
                  "-9223372036854775808,9223372036854775807|-1|0.1,2",
                  "0|9007199254740993|-1.5|1.0e+300|0||null|||1704164645|",
                  "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL"));
  EXPECT_THAT(Sql("SELECT DISTINCT typeof(i), typeof(b), typeof(f), typeof(d), "
                  "typeof(o), typeof(t), typeof(j), typeof(m), typeof(n), "
                  "typeof(s), typeof(v) FROM t WHERE i NOT NULL"),
              ElementsAre("integer|integer|real|real|integer|text|text|text|"
                          "text|integer|text"));
}

TEST_F(SqliteTableTest, FloatsAreTheSameWhenNarrowed) {
  Sql("CREATE TABLE t (f float)");
  std::vector<std::vector<Value>> rows;
  for (const float value : {0.1f, 1e-45f, 3.4028235e38f, 16777217.0f, -0.0f}) {
    rows.push_back({Value(static_cast<double>(value))});
  }
  ASSERT_TRUE(Write(*Open("t"), BatchOf({{"f", Type::kFloat}}, rows)).ok());
  const auto texts = Sql("SELECT printf('%!.17g', f) FROM t ORDER BY rowid");
  ASSERT_EQ(texts.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(static_cast<float>(std::stod(texts[i])),
              static_cast<float>(std::get<double>(rows[i][0])));
  }
}

TEST_F(SqliteTableTest, TextKeepsEveryByte) {
  Sql("CREATE TABLE t (t text)");
  const std::string text("a\0b\xc3\xa4'\"\n", 8);
  ASSERT_TRUE(
      Write(*Open("t"), BatchOf({{"t", Type::kText}}, {{Value(text)}})).ok());
  EXPECT_THAT(Sql("SELECT hex(t) FROM t"), ElementsAre("610062C3A427220A"));
}

TEST_F(SqliteTableTest, ColumnsThatAreNotInTheTableAreRefused) {
  Sql("CREATE TABLE t (id bigint)");
  const auto sink = Open("t");
  EXPECT_EQ(Write(*sink, BatchOf({{"x", Type::kBigint}}, {{Value()}})),
            absl::FailedPreconditionError("Column not in the table: 'x'"));
  EXPECT_EQ(Write(*sink, BatchOf({{"id", Type::kText}}, {{Value()}})),
            absl::FailedPreconditionError("Column of another type: 'id'"));
}

// --- Keys --------------------------------------------------------------------

TEST_F(SqliteTableTest, KeyIsAnyUniqueIdAlone) {
  const auto replaces = [this](const std::string& columns,
                               const std::string& more = "") {
    Sql("DROP TABLE IF EXISTS t; CREATE TABLE t (" + columns + ");" + more);
    return Open("t")->traits().replaces_by_id;
  };
  EXPECT_TRUE(replaces("id integer primary key"));
  EXPECT_TRUE(replaces("ID bigint primary key, x"));
  EXPECT_TRUE(replaces("x, id text unique"));
  EXPECT_TRUE(replaces("id int", "CREATE UNIQUE INDEX i ON t (id)"));
  EXPECT_FALSE(replaces("id bigint"));
  EXPECT_FALSE(replaces("x integer primary key"));
  EXPECT_FALSE(replaces("id bigint, x, primary key (id, x)"));
  EXPECT_FALSE(replaces("id int", "CREATE INDEX i ON t (id)"));
  EXPECT_FALSE(
      replaces("id int", "CREATE UNIQUE INDEX i ON t (id) WHERE id > 5"));
  EXPECT_FALSE(replaces("id int, x", "CREATE UNIQUE INDEX i ON t (id, x)"));
}

TEST_F(SqliteTableTest, ViewsAndVirtualTablesGetTheRows) {
  Sql("CREATE TABLE t (id integer primary key, n text);"
      "CREATE VIEW w AS SELECT id, n FROM t;"
      "CREATE TRIGGER g INSTEAD OF INSERT ON w BEGIN "
      "INSERT INTO t VALUES (new.id, new.n || '!'); END;"
      "CREATE VIRTUAL TABLE f USING fts5(body)");
  const auto view = Open("w");
  EXPECT_FALSE(view->traits().replaces_by_id);
  EXPECT_TRUE(Write(*view, BatchOf({{"id", Type::kBigint}, {"n", Type::kText}},
                                   {{Value(int64_t{1}), Value("a")}}))
                  .ok());
  EXPECT_THAT(Sql("SELECT * FROM t"), ElementsAre("1|a!"));
  const auto index = Open("f");
  EXPECT_EQ(index->schema().ToString(), "body text");
  EXPECT_TRUE(Write(*index, BatchOf({{"body", Type::kText}},
                                    {{Value("the quick fox")}}))
                  .ok());
  EXPECT_THAT(Sql("SELECT body FROM f WHERE f MATCH 'quick'"),
              ElementsAre("the quick fox"));
}

}  // namespace
}  // namespace rowfall::sqlite
