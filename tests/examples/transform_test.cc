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
  EXPECT_EQ(RunProgram({ROWFALL_TRANSFORM, "--view", kView}).exit_status, 1);
  EXPECT_EQ(Transform("", {"--batch", "0"}).exit_status, 1);
}

}  // namespace
}  // namespace rowfall
