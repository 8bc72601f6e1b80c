// SPDX-License-Identifier: Apache-2.0
// The parts of the shell that need neither engine nor terminal.
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "examples/shell/args.h"
#include "examples/shell/command.h"
#include "examples/shell/create_table.h"
#include "examples/shell/display_width.h"
#include "examples/shell/printer.h"
#include "examples/shell/progress.h"
#include "examples/shell/statement_splitter.h"
#include "examples/shell/words.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall::shell {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::string> Split(const std::vector<std::string>& lines) {
  StatementSplitter splitter;
  std::vector<std::string> all;
  for (const std::string& line : lines) {
    for (std::string& item : splitter.AddLine(line)) {
      all.push_back(std::move(item));
    }
  }
  if (auto rest = splitter.Finish()) all.push_back("unfinished: " + *rest);
  return all;
}

TEST(StatementSplitter, EndsStatementsAtSemicolons) {
  EXPECT_THAT(Split({"SELECT 1; SELECT", "2;"}),
              ElementsAre("SELECT 1", " SELECT\n2"));
  EXPECT_THAT(Split({"", ";;", "-- only a comment", "/* and", "another */"}),
              IsEmpty());
  EXPECT_THAT(Split({"SELECT 1"}), ElementsAre("unfinished: SELECT 1\n"));
}

TEST(StatementSplitter, KeepsSemicolonsOfQuotesAndComments) {
  EXPECT_THAT(Split({"SELECT ';', \";\", `;`;"}),
              ElementsAre("SELECT ';', \";\", `;`"));
  EXPECT_THAT(Split({"SELECT 'it''s;';"}), ElementsAre("SELECT 'it''s;'"));
  EXPECT_THAT(Split({"SELECT 1 -- ; '", "+ 2 /* ; ' */;"}),
              ElementsAre("SELECT 1 -- ; '\n+ 2 /* ; ' */"));
}

// Only the library's language has backslash escapes.
TEST(StatementSplitter, KnowsWhoseEscapesTheyAre) {
  EXPECT_THAT(Split({R"(SELECT '\'; SELECT 2;)"}),
              ElementsAre(R"(SELECT '\')", " SELECT 2"));
  EXPECT_THAT(Split({R"(CREATE SOURCE s type='\';';)"}),
              ElementsAre(R"(CREATE SOURCE s type='\';')"));
}

TEST(StatementSplitter, TakesCommandsAsLines) {
  EXPECT_THAT(Split({".sleep 1", "SELECT", ".5;", ".restart"}),
              ElementsAre(".sleep 1", "SELECT\n.5", ".restart"));
}

TEST(StatementSplitter, TakesCommandsWhereAStatementWouldBegin) {
  EXPECT_THAT(Split({"  .sleep 1", "SELECT 1; .sleep 2; x", "/* c */ .help"}),
              ElementsAre(".sleep 1", "SELECT 1", ".sleep 2; x", ".help"));
}

TEST(StatementSplitter, KeepsTriggersInOnePiece) {
  const std::string trigger =
      "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN\n"
      "DELETE FROM u WHERE id = CASE WHEN 1 THEN 2 END; SELECT 1;\nEND";
  EXPECT_THAT(Split({"CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN",
                     "DELETE FROM u WHERE id = CASE WHEN 1 THEN 2 END; SELECT "
                     "1;",
                     "END; SELECT 3;"}),
              ElementsAre(trigger, " SELECT 3"));
}

TEST(Words, TellWhoExecutes) {
  for (const char* sql :
       {"create source x", "CREATE /* c */ MATERIALIZED VIEW", "Create Mv v",
        "-- c\nSHOW SOURCES", "show mv v", "ALTER MV v suspended=1",
        "drop source x", "DROP MATERIALIZED VIEW v", "EXPLAIN CREATE MV v"}) {
    EXPECT_TRUE(IsEngineStatement(sql)) << sql;
  }
  for (const char* sql :
       {"", "SELECT 1", "CREATE TABLE source (id int)", "ALTER TABLE t",
        "DROP TABLE mv", "EXPLAIN SELECT 1", "EXPLAIN QUERY PLAN SELECT 1"}) {
    EXPECT_FALSE(IsEngineStatement(sql)) << sql;
  }
}

TEST(CreateTable, MakesIdThePrimaryKey) {
  EXPECT_EQ(ToSqliteTable("CREATE TABLE t (id bigint, size multi)"),
            "CREATE TABLE t (id bigint PRIMARY KEY, size multi text)");
  EXPECT_EQ(ToSqliteTable("create table if not exists t(a int, `ID` int)"),
            "create table if not exists t(a int, `ID` int PRIMARY KEY)");
  EXPECT_EQ(
      ToSqliteTable("CREATE TABLE t (a text DEFAULT 'x, id int', id int)"),
      "CREATE TABLE t (a text DEFAULT 'x, id int', id int PRIMARY KEY)");
}

// What only looks like a key in a comment or in quotes is none.
TEST(CreateTable, SeesKeysBehindQuotesAndComments) {
  EXPECT_EQ(ToSqliteTable("CREATE TABLE [as] ([Id] int, a text)"),
            "CREATE TABLE [as] ([Id] int PRIMARY KEY, a text)");
  EXPECT_EQ(ToSqliteTable("CREATE TABLE t (id int /* primary key */, "
                          "a text DEFAULT 'primary key')"),
            "CREATE TABLE t (id int /* primary key */ PRIMARY KEY, "
            "a text DEFAULT 'primary key')");
}

TEST(CreateTable, KeepsTextThatLooksLikeANumber) {
  EXPECT_EQ(
      ToSqliteTable("CREATE TABLE t (`id` String, j json NOT NULL, m multi64,"
                    " v float_vector, s string text, json int, x text)"),
      "CREATE TABLE t (`id` String text PRIMARY KEY, j json text NOT NULL, "
      "m multi64 text, v float_vector text, s string text, json int, x text)");
}

TEST(CreateTable, LeavesOthersAsTheyAre) {
  for (const char* sql :
       {"CREATE TABLE t (id bigint primary  key, a int)",
        "CREATE TABLE t AS SELECT max(id) FROM u",
        "CREATE TABLE t (id int, PRIMARY /* c */ KEY (id))",
        "CREATE TABLE t (id int, a int, PRIMARY KEY (a))",
        "CREATE TABLE t (identity int)", "CREATE TABLE t AS SELECT 1 AS id",
        "CREATE INDEX i ON t (id)", "SELECT id FROM t"}) {
    EXPECT_EQ(ToSqliteTable(sql), sql);
  }
}

TEST(Printer, DrawsTables) {
  const Rows rows{{"id", "name"},
                  {true, false},
                  {{"1", "Größe"}, {"10", std::nullopt}},
                  std::nullopt};
  EXPECT_EQ(ToTable(rows),
            "+----+-------+\n"
            "| id | name  |\n"
            "+----+-------+\n"
            "|  1 | Größe |\n"
            "| 10 | NULL  |\n"
            "+----+-------+\n");
}

TEST(Printer, KnowsHowWideCharactersAre) {
  EXPECT_EQ(DisplayWidth("漢字"), 4);
  EXPECT_EQ(DisplayWidth("ü😀"), 3);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
  EXPECT_EQ(DisplayWidth("\xff\xe6\xbc"), 3);
  EXPECT_EQ(DisplayWidth(""), 0);
}

TEST(Printer, DrawsLinesOfAValueBelowEachOther) {
  const Rows rows{{"Source", "Create Table"},
                  {},
                  {{"kafka", "CREATE SOURCE kafka\n(id bigint)"}},
                  std::nullopt};
  EXPECT_EQ(ToTable(rows),
            "+--------+---------------------+\n"
            "| Source | Create Table        |\n"
            "+--------+---------------------+\n"
            "| kafka  | CREATE SOURCE kafka |\n"
            "|        | (id bigint)         |\n"
            "+--------+---------------------+\n");
}

TEST(Printer, SaysHowItWent) {
  const auto text = [](const Rows& rows) {
    return ToText(rows, Format::kTable, absl::Milliseconds(20));
  };
  EXPECT_EQ(text({}), "Query OK (0.02 sec)\n");
  EXPECT_EQ(text({{}, {}, {}, 2}), "Query OK, 2 rows affected (0.02 sec)\n");
  EXPECT_EQ(text({{}, {}, {}, 1}), "Query OK, 1 row affected (0.02 sec)\n");
  EXPECT_EQ(text({{}, {}, {}, 0}), "Query OK, 0 rows affected (0.02 sec)\n");
  EXPECT_EQ(text({{"id"}, {}, {}, std::nullopt}), "Empty set (0.02 sec)\n");
}

TEST(Printer, WritesTsv) {
  const Rows rows{
      {"a", "b"}, {}, {{"x\ty", "1\n2"}, {std::nullopt, "\\"}}, std::nullopt};
  EXPECT_EQ(ToText(rows, Format::kTsv, absl::ZeroDuration()),
            "a\tb\nx\\ty\t1\\n2\nNULL\t\\\\\n");
  EXPECT_EQ(ToText({{}, {}, {}, 2}, Format::kTsv, absl::ZeroDuration()), "");
}

TEST(Command, SplitsAtBlanks) {
  EXPECT_THAT(SplitCommand(".produce  t 'a file' --keyed ;"),
              ElementsAre(".produce", "t", "a file", "--keyed"));
}

TEST(Command, RefusesWhatIsNoNumber) {
  EXPECT_EQ(*ParseNumber("12"), 12);
  EXPECT_EQ(*ParseSeconds("0.5"), absl::Milliseconds(500));
  for (const char* text : {"", "x", "-1", "1x", "nan"}) {
    EXPECT_FALSE(ParseSeconds(text).ok()) << text;
  }
  EXPECT_FALSE(ParseNumber("1.5").ok());
}

TEST(Args, ReadsOptions) {
  const auto args = ParseArgs({"--db", "x.db", "--format=tsv", "--force",
                               "--embedded-broker", "a:4,b", "-f", "s.sql"});
  ASSERT_TRUE(args.ok()) << args.status();
  EXPECT_EQ(args->db, "x.db");
  EXPECT_EQ(args->format, Format::kTsv);
  EXPECT_TRUE(args->force);
  EXPECT_THAT(args->embedded_topics, ElementsAre(Pair("a", 4), Pair("b", 1)));
  EXPECT_EQ(args->script, "s.sql");
}

TEST(Args, RefusesUnknownOptions) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--bd", "x"},
                                             {"--db"},
                                             {"--format", "xml"},
                                             {"--embedded-broker", "a:0"},
                                             {"--embedded-broker", ""},
                                             {"script.sql"}}) {
    EXPECT_FALSE(ParseArgs(words).ok()) << words[0];
  }
}

TEST(Progress, TellsWhatCameSinceTheLastLook) {
  Progress progress;
  std::vector<ViewStatus> views(1);
  views[0].name = "terms";
  EXPECT_EQ(progress.Update(views, absl::FromUnixSeconds(1)), "");
  views[0].rows_written = 100;
  views[0].partitions.resize(2);
  views[0].partitions[0].lag = 7;
  EXPECT_EQ(progress.Update(views, absl::FromUnixSeconds(3)),
            "terms: 100 rows, 50 rows/s, lag 7");
  EXPECT_EQ(progress.Update(views, absl::FromUnixSeconds(4)), "");
}

}  // namespace
}  // namespace rowfall::shell
