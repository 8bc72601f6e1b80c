// SPDX-License-Identifier: Apache-2.0
// rowfall-shell as a script calls it, with the broker in its process.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <regex>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/examples/program.h"

namespace rowfall {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kSetup[] = R"(
CREATE SOURCE kafka (id bigint, term text, abbrev text, GlossDef json)
type='kafka' broker_list='embedded' topic_list='my-data'
consumer_group='manticore' num_consumers='2' batch=50;
CREATE TABLE destination_kafka
(id bigint, name text, short_name text, received_at text, size multi);
CREATE MATERIALIZED VIEW view_table TO destination_kafka AS
SELECT id, term as name, abbrev as short_name,
       UTC_TIMESTAMP() as received_at, GlossDef.size as size FROM kafka;
)";

class Shell : public ::testing::Test {
 protected:
  Outcome Run(const std::string& script, std::vector<std::string> more = {}) {
    std::vector<std::string> command = {ROWFALL_SHELL};
    command.insert(command.end(), more.begin(), more.end());
    Outcome outcome = RunProgram(command, script);
    const std::regex seconds(R"(\(\d+\.\d\d sec\))");
    outcome.out = std::regex_replace(outcome.out, seconds, "(T sec)");
    return outcome;
  }
  // Writes `count` messages with ids from `first`; returns the file.
  std::string Messages(const std::string& name, int first, int count) {
    std::string lines;
    for (int id = first; id < first + count; ++id) {
      lines += "{\"id\": " + std::to_string(id) + ", \"term\": \"t" +
               std::to_string(id) +
               "\", \"GlossDef\": {\"size\": [20, 2, 3]}}\n";
    }
    return folder_.Write(name, lines);
  }

  TemporaryFolder folder_;
};

TEST_F(Shell, SendsStatementsToSqlite) {
  const Outcome outcome =
      Run("CREATE TABLE t (id bigint, name text);\n"
          "INSERT INTO t VALUES (1, 'one'), (10, NULL);\n"
          "SELECT * FROM t;\n"
          "SELECT id FROM t WHERE id = 3;\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_EQ(outcome.out,
            "Query OK, 0 rows affected (T sec)\n"
            "Query OK, 2 rows affected (T sec)\n"
            "+----+------+\n"
            "| id | name |\n"
            "+----+------+\n"
            "|  1 | one  |\n"
            "| 10 | NULL |\n"
            "+----+------+\n"
            "2 rows in set (T sec)\n"
            "Empty set (T sec)\n");
}

TEST_F(Shell, RunsTheExampleOnTheEmbeddedBroker) {
  const std::string script =
      kSetup + (".produce my-data " + Messages("m", 1, 5)) +
      "\n.wait destination_kafka 5 60\n.caughtup 60\n"
      "SHOW SOURCES;\nSHOW SOURCE kafka;\nSHOW MVS;\nSHOW MV view_table;\n"
      "SELECT id, name, short_name, size FROM destination_kafka ORDER BY id "
      "LIMIT 2;\n";
  const Outcome outcome = Run(script, {"--embedded-broker", "my-data:4"});
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_THAT(outcome.out, StartsWith("Query OK, 2 rows affected (T sec)\n"
                                      "Query OK, 0 rows affected (T sec)\n"
                                      "Query OK, 2 rows affected (T sec)\n"));
  EXPECT_THAT(
      outcome.out,
      HasSubstr("+-------+\n| name  |\n+-------+\n| kafka |\n+-------+\n"));
  EXPECT_THAT(
      outcome.out,
      HasSubstr(
          "| kafka  | CREATE SOURCE kafka                                |\n"
          "|        | (id bigint, term text, abbrev text, GlossDef json) |\n"
          "|        | type='kafka'                                       |\n"
          "|        | broker_list='embedded'                             |\n"
          "|        | topic_list='my-data'                               |\n"
          "|        | consumer_group='manticore'                         |\n"
          "|        | num_consumers='2'                                  |\n"
          "|        | batch=50                                           |\n"));
  EXPECT_THAT(outcome.out, HasSubstr("| 0         |\n"));
  EXPECT_THAT(outcome.out, HasSubstr("+----+------+------------+--------+\n"
                                     "| id | name | short_name | size   |\n"
                                     "+----+------+------------+--------+\n"
                                     "|  1 | t1   | NULL       | 2,3,20 |\n"
                                     "|  2 | t2   | NULL       | 2,3,20 |\n"
                                     "+----+------+------------+--------+\n"));
}

TEST_F(Shell, GoesOnAfterSuspensionAndRestart) {
  const std::string script =
      kSetup + (".produce my-data " + Messages("a", 1, 100)) +
      "\n.wait destination_kafka 100 60\n"
      "ALTER MATERIALIZED VIEW view_table suspended=1;\n"
      ".produce my-data " +
      Messages("b", 101, 100) +
      "\n.restart\n"
      "ALTER MATERIALIZED VIEW view_table suspended=0;\n"
      ".wait destination_kafka 200 90\n.caughtup 60\n.restart\n"
      ".produce my-data " +
      Messages("c", 201, 100) +
      "\n.wait destination_kafka 300 90\n"
      "SELECT COUNT(*) AS n, MIN(id) AS a, MAX(id) AS b "
      "FROM destination_kafka;\n";
  const Outcome outcome = Run(
      script, {"--embedded-broker", "my-data:4", "--format", "tsv", "--catalog",
               folder_.File("catalog"), "--db", folder_.File("db")});
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_EQ(outcome.out, "n\ta\tb\n300\t1\t300\n");
}

TEST_F(Shell, SendsKeys) {
  const std::string file =
      folder_.Write("keyed", "k1\t{\"id\": 1, \"term\": \"x\"}\nno tab\n");
  const Outcome outcome = Run(".produce my-data " + file + " --keyed\n",
                              {"--embedded-broker", "my-data"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.err, StartsWith("ERROR: Expected a key, a tab and a "
                                      "value [" +
                                      file + ":2]"));
}

TEST_F(Shell, EndsAtTheFirstError) {
  const std::string script =
      "SELEC 1;\nCREATE MV v TO t AS SELECT id FROM nothing;\nSELECT 5 AS "
      "five;\n";
  const Outcome strict = Run(script);
  EXPECT_EQ(strict.exit_status, 1);
  EXPECT_EQ(strict.out, "");
  EXPECT_EQ(strict.err, "ERROR: near \"SELEC\": syntax error [at 1:1]\n");

  const Outcome forced = Run(script, {"--force", "--format", "tsv"});
  EXPECT_EQ(forced.exit_status, 1);
  EXPECT_EQ(forced.out, "five\n5\n");
  EXPECT_THAT(forced.err, HasSubstr("\nERROR: "));
  EXPECT_THAT(forced.err, HasSubstr("'nothing'"));
}

TEST_F(Shell, TellsWhyAWaitTimedOut) {
  const Outcome outcome = Run("CREATE TABLE t (id int);\n.wait t 3 0.1\n");
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_EQ(outcome.err,
            "ERROR: Table 't' has 0 of 3 rows after 0.1 seconds\n");
  EXPECT_THAT(Run(".wait nothing 1 1\n").err, HasSubstr("nothing"));
  EXPECT_THAT(Run(".wiat t 1 1\n").err, HasSubstr("'.wiat'"));
}

TEST_F(Shell, DoesNotTakeAFailedViewForCaughtUp) {
  const Outcome outcome =
      Run(kSetup + (".produce my-data " + folder_.Write("bad", "{\"id\"\n")) +
              "\n.caughtup 60\n",
          {"--embedded-broker", "my-data:4"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("ERROR: View 'view_table' is failed: "));
}

TEST_F(Shell, ReadsAScript) {
  const std::string script = folder_.Write("s.sql", "SELECT 'ü' AS u;\n");
  EXPECT_EQ(Run("", {"-f", script, "--format", "tsv"}).out, "u\nü\n");
  const Outcome none = Run("", {"-f", folder_.File("none")});
  EXPECT_EQ(none.exit_status, 1);
  EXPECT_EQ(none.err, "ERROR: Cannot read '" + folder_.File("none") +
                          "': No such file or directory\n");
  const Outcome folder = Run("", {"-f", folder_.path()});
  EXPECT_EQ(folder.exit_status, 1);
  EXPECT_EQ(folder.err,
            "ERROR: Cannot read '" + folder_.path() + "': Is a directory\n");
}

TEST_F(Shell, TellsThePlaceOfAnErrorInAScript) {
  const std::string script = folder_.Write(
      "s.sql", "-- nothing\nSELECT 1\nSELECT 2;\n.foo\nSHOW\nMV x;\n");
  EXPECT_EQ(Run("", {"-f", script, "--force"}).err,
            "ERROR: near \"SELECT\": syntax error [at 2:1]\n"
            "  at " +
                script +
                ":2\n"
                "ERROR: Unknown command, see .help: '.foo'\n"
                "  at " +
                script +
                ":4\n"
                "ERROR: Materialized view not found: 'x' [at 2:4]\n"
                "MV x\n"
                "   ^\n"
                "  at " +
                script + ":5\n");
}

TEST_F(Shell, TakesCommandsBehindBlanksAndStatements) {
  const Outcome outcome =
      Run("SELECT 1 AS a; .sleep 0\n  .sleep 0\nSELECT 2 AS b;\n",
          {"--format", "tsv"});
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out, "a\n1\nb\n2\n");
}

TEST_F(Shell, EndsWhereItsOutputCannotBeWritten) {
  const Outcome outcome =
      RunProgram({"/bin/sh", "-c", "exec \"$0\" > /dev/full", ROWFALL_SHELL},
                 "SELECT 1;\nSELEC;\n");
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_EQ(outcome.err, "ERROR: Cannot write standard output\n");
}

TEST_F(Shell, RefusesToProduceAFolder) {
  const Outcome outcome = Run(".produce my-data " + folder_.path() + "\n",
                              {"--embedded-broker", "my-data"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "ERROR: Cannot read '" + folder_.path() + "': Is a directory\n");
}

TEST_F(Shell, SaysThatThereIsNoEmbeddedBroker) {
  const Outcome outcome = Run(std::string(kSetup) +
                                  ".wait destination_kafka 1 2\n"
                                  "ALTER MV view_table suspended=0;\n",
                              {"--force"});
  EXPECT_THAT(outcome.err,
              HasSubstr("\nView 'view_table' is failed: No embedded broker: "
                        "start with --embedded-broker\n"));
  EXPECT_THAT(outcome.err,
              HasSubstr("ERROR: Materialized view 'view_table' failed, suspend "
                        "it before it can be resumed\n"));
}

// Returns the exit status of a shell that is sent `signal` while it waits.
int ExitStatusAfter(int signal) {
  int in[2];
  int out[2];
  EXPECT_EQ(pipe(in), 0);
  EXPECT_EQ(pipe(out), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    execl(ROWFALL_SHELL, ROWFALL_SHELL, static_cast<char*>(nullptr));
    _exit(127);
  }
  const std::string script = "SELECT 1;\n.sleep 600\n";
  EXPECT_EQ(write(in[1], script.data(), script.size()),
            static_cast<ssize_t>(script.size()));
  char byte;
  EXPECT_EQ(read(out[0], &byte, 1), 1);  // It runs.
  kill(child, signal);
  int status = 0;
  waitpid(child, &status, 0);
  for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(Shell, StopsOnSignals) {
  EXPECT_EQ(ExitStatusAfter(SIGINT), 128 + SIGINT);
  EXPECT_EQ(ExitStatusAfter(SIGTERM), 128 + SIGTERM);
}

}  // namespace
}  // namespace rowfall
