// SPDX-License-Identifier: Apache-2.0
// rowfall-transform as a script calls it.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/examples/program.h"

namespace rowfall {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kSource[] =
    "CREATE SOURCE kafka (id bigint, term text, tags multi, GlossDef json)";
constexpr char kView[] =
    "CREATE MATERIALIZED VIEW v TO t AS SELECT id, term AS name, tags, "
    "GlossDef.size AS size FROM kafka";

Outcome Transform(const std::string& input,
                  std::vector<std::string> more = {}) {
  std::vector<std::string> command = {ROWFALL_TRANSFORM, "--source", kSource,
                                      "--view", kView};
  command.insert(command.end(), more.begin(), more.end());
  return RunProgram(command, input);
}

TEST(Transform, PrintsRowsInOrder) {
  const Outcome outcome = Transform(
      R"({"id": 1, "term": "a\tb", "tags": [3, 1, 3], "GlossDef": {"size": [2, "x"]}, "y": 0})"
      "\n"
      R"([{"id": 9223372036854775807}, {"id": 2, "term": null}])");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_EQ(outcome.out,
            R"({"id":1,"name":"a\tb","tags":[1,3],"size":[2,"x"]})"
            "\n"
            R"({"id":9223372036854775807,"name":null,"tags":null,"size":null})"
            "\n"
            R"({"id":2,"name":null,"tags":null,"size":null})"
            "\n");
}

TEST(Transform, PrintsRejectsWithTheirLines) {
  const Outcome outcome = Transform(
      "{\"id\": 1}\n{\"id\": \"x\"}\n{\n{\"id\": 4}\n", {"--batch", "2"});
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_THAT(outcome.out, StartsWith("{\"id\":1,"));
  EXPECT_THAT(outcome.out, HasSubstr("\n{\"id\":4,"));
  EXPECT_THAT(outcome.err,
              StartsWith("{\"line\":2,\"column\":\"id\",\"reason\":\""));
  EXPECT_THAT(outcome.err,
              HasSubstr("\n{\"line\":3,\"column\":\"\",\"reason\":\""));
}

TEST(Transform, TakesBase64) {
  const Outcome outcome = Transform("eyJpZCI6IDV9\n***\n", {"--base64"});
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_THAT(outcome.out, StartsWith("{\"id\":5,"));
  EXPECT_EQ(outcome.err,
            "{\"line\":2,\"column\":\"\",\"reason\":\"Line is not base64\"}\n");
}

TEST(Transform, EndsWithTwoForAnSqlError) {
  const Outcome outcome =
      RunProgram({ROWFALL_TRANSFORM, "--source", kSource, "--view",
                  "CREATE MV v TO t AS SELECT trem FROM kafka"},
                 "{}\n");
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("'trem'"));
  EXPECT_THAT(outcome.err, HasSubstr("did you mean 'term'?"));
  EXPECT_THAT(
      outcome.err,
      HasSubstr("SELECT trem FROM kafka\n                           ^"));
}

TEST(Transform, EndsWithOneForAWrongCall) {
  const Outcome missing = RunProgram({ROWFALL_TRANSFORM, "--view", kView});
  EXPECT_EQ(missing.exit_status, 1);
  EXPECT_THAT(missing.err,
              StartsWith("ERROR: Option is missing: '--source'\nusage: "));
  EXPECT_THAT(Transform("", {"--bogus"}).err,
              StartsWith("ERROR: Unknown option: '--bogus'\n"));
  EXPECT_THAT(Transform("", {"--batch"}).err,
              StartsWith("ERROR: Option without its value: '--batch'\n"));
  for (const char* batch : {"0", "-1", "x", ""}) {
    const Outcome outcome = Transform("", {"--batch", batch});
    EXPECT_EQ(outcome.exit_status, 1) << batch;
    EXPECT_THAT(outcome.err, HasSubstr("Batch must be a whole number"));
  }
}

TEST(Transform, TakesValuesBehindEqualsSigns) {
  const Outcome outcome =
      RunProgram({ROWFALL_TRANSFORM, std::string("--source=") + kSource,
                  std::string("--view=") + kView, "--batch=2"},
                 "{\"id\": 1}\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.exit_status, 0);
}

TEST(Transform, HelpsOnRequest) {
  const Outcome outcome = RunProgram({ROWFALL_TRANSFORM, "--help"});
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, StartsWith("usage: "));
}

// Runs it with a redirection of the shell.
Outcome Redirected(const std::string& redirection) {
  return RunProgram({"/bin/sh", "-c",
                     "exec \"$0\" --source \"$1\" --view \"$2\" " + redirection,
                     ROWFALL_TRANSFORM, kSource, kView},
                    "{\"id\": 1}\n");
}

TEST(Transform, EndsWithOneWhereItCannotReadOrWrite) {
  const Outcome full = Redirected("> /dev/full");
  EXPECT_EQ(full.exit_status, 1);
  EXPECT_EQ(full.err, "ERROR: Cannot write standard output\n");
  const Outcome folder = Redirected("< /");
  EXPECT_EQ(folder.exit_status, 1);
  EXPECT_EQ(folder.err, "ERROR: Cannot read standard input\n");
}

TEST(Transform, PrintsEveryType) {
  const Outcome outcome = RunProgram(
      {ROWFALL_TRANSFORM, "--source",
       "CREATE SOURCE k (u int, i bigint, f float, d double, b bool, t text, "
       "j json, m multi, m64 multi64, ts timestamp, v float_vector)",
       "--view", "CREATE MV v TO t AS SELECT *, j.a AS ja FROM k"},
      R"({"u":"4294967295","i":-9223372036854775808,"f":0.1,"d":1e22,)"
      R"("b":"true","t":"a\u0000\n\"ü","j":{"a": [1, 2.50]},"m":[3,1,3],)"
      R"("m64":"5,-1","ts":"2024-02-29T12:00:00+02:00","v":[0.5,1]})"
      "\n{}");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out,
            R"({"u":4294967295,"i":-9223372036854775808,"f":0.1,"d":1e+22,)"
            R"("b":true,"t":"a\u0000\n\"ü","j":{"a":[1,2.50]},"m":[1,3],)"
            R"("m64":[-1,5],"ts":1709200800,"v":[0.5,1],"ja":[1,2.50]})"
            "\n"
            R"({"u":null,"i":null,"f":null,"d":null,"b":null,"t":null,)"
            R"("j":null,"m":null,"m64":null,"ts":null,"v":null,"ja":null})"
            "\n");
}

TEST(Transform, GroupsEachBatch) {
  const Outcome outcome = RunProgram(
      {ROWFALL_TRANSFORM, "--source", kSource, "--view",
       "CREATE MV v TO t AS SELECT term, COUNT(*) AS n, SUM(id) AS s "
       "FROM kafka GROUP BY term ORDER BY n DESC",
       "--batch", "2"},
      "{\"id\":1,\"term\":\"a\"}\n"
      "[{\"id\":2,\"term\":\"b\"},{\"id\":3,\"term\":\"b\"}]\n"
      "{\"id\":4,\"term\":\"a\"}\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out,
            "{\"term\":\"b\",\"n\":2,\"s\":5}\n"
            "{\"term\":\"a\",\"n\":1,\"s\":1}\n"
            "{\"term\":\"a\",\"n\":1,\"s\":4}\n");
}

}  // namespace
}  // namespace rowfall
