// SPDX-License-Identifier: Apache-2.0
// No text breaks the parser: cut, changed, deep or large statements are
// accepted or give an error with a place.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "rowfall/error.h"
#include "sql/limits.h"
#include "sql/parser.h"
#include "tests/sql/round_trip.h"

namespace rowfall::sql {
namespace {

const std::vector<std::string>& Samples() {
  static const auto& samples = *new std::vector<std::string>{
      "CREATE SOURCE IF NOT EXISTS kafka\n(id bigint, abbrev '$ab\\nb''r' "
      "text, `GlossDef` json)\ntype='kafka' broker_list=\"k:9092\", "
      "security.protocol=SASL_SSL sasl.password='x' -- c\nbatch=50 /* d */ "
      "e=-1;",
      "CREATE MATERIALIZED VIEW view_table TO destination_kafka AS SELECT id, "
      "term as name, UTC_TIMESTAMP() as received_at, GlossDef.size[0]['x'] as "
      "size FROM kafka",
      "EXPLAIN CREATE MV v TO `t` SELECT DISTINCT *, -a `n\xc3\xa9`, COUNT(*), "
      "GEODIST(a,b,1.5,-.5e3,{in=degrees, out=m}) < 10 AND NOT (a IN (1,'x') "
      "OR IN(b,1)) d, CAST(x AS bigint) FROM k WHERE a NOT BETWEEN 1 AND 2 OR "
      "b IS NOT NULL AND c DIV 2 % 3 <> TRUE GROUP BY a, b HAVING c >= 1 "
      "ORDER BY a DESC, b ASC;",
      "ALTER MATERIALIZED VIEW v suspended=1",
      "DROP SOURCE IF EXISTS k;",
      "SHOW MV STATUS `v`"};
  return samples;
}

// Parses, and checks what holds for every text.
void Try(const std::string& text) {
  (void)IsOurStatement(text);
  const auto statement = ParseStatement(text);
  if (statement.ok()) {
    ASSERT_EQ(RoundTripProblem(*statement), "") << text;
    ASSERT_TRUE(IsOurStatement(text)) << text;
    return;
  }
  const auto place = ErrorPlace(statement.status());
  ASSERT_TRUE(place.has_value()) << statement.status();
  ASSERT_GE(place->line, 1);
  ASSERT_GE(place->column, 1);
  ASSERT_NE(ErrorWithCaret(statement.status(), text), "");
}

TEST(RobustnessTest, EveryPrefix) {
  for (const std::string& sample : Samples()) {
    ASSERT_TRUE(ParseStatement(sample).ok())
        << ParseStatement(sample).status() << sample;
    for (size_t n = 0; n <= sample.size(); ++n) Try(sample.substr(0, n));
  }
}

TEST(RobustnessTest, EveryByteChanged) {
  constexpr std::string_view kBytes(
      "\0\x01 \n'\"`\\/*-.,;()[]{}=<>!&|%+:@$#?0aE_~^\x7f\x80\xc3\xff", 42);
  for (const std::string& sample : Samples()) {
    for (size_t i = 0; i < sample.size(); ++i) {
      for (const char byte : kBytes) {
        std::string changed = sample;
        changed[i] = byte;
        Try(changed);
      }
    }
  }
}

TEST(RobustnessTest, EveryByteRemovedOrDoubled) {
  for (const std::string& sample : Samples()) {
    for (size_t i = 0; i < sample.size(); ++i) {
      Try(std::string(sample).erase(i, 1));
      Try(std::string(sample).insert(i, 1, sample[i]));
    }
  }
}

std::string Times(std::string_view text, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out += text;
  return out;
}

TEST(RobustnessTest, DepthOfAHundredThousand) {
  for (const std::string_view nest :
       {"(", "NOT ", "-", "- ", "f(", "IN(", "CAST(", "a IN (", "a[", "a.",
        "f(a, {", "CASE ", "1+(", "((a", "!"}) {
    for (const size_t n : {size_t{10'000}, size_t{100'000}}) {
      const std::string text =
          base::Cat("CREATE MV v TO t AS SELECT ", Times(nest, n), "a FROM k");
      EXPECT_FALSE(ParseStatement(text).ok()) << nest;
      Try(text);
    }
  }
}

TEST(RobustnessTest, TenMegabytes) {
  const size_t size = 10 << 20;
  for (const std::string& text :
       {Times(" ", size), Times("a", size), "'" + Times("a", size) + "'",
        Times("(", size), "/*" + Times("*", size), Times("\xff", size),
        "CREATE SOURCE k (a int" + Times(",a int", size / 6) + ")"}) {
    const auto statement = ParseStatement(text);
    // Before anything looks at what is in it.
    EXPECT_EQ(statement.status().message(),
              base::ToAbsl(base::Cat("Statement is longer than ",
                                     kMaxStatementBytes,
                                     " bytes: ", text.size(), " [at 1:1]")));
  }
}

TEST(RobustnessTest, LongLinesAndManyLines) {
  Try("SHOW" + Times("\n", 200'000) + "SORCES");
  Try(base::Cat("SHOW SOURCES ", Times("x", 128), Times(" y", 20'000)));
}

}  // namespace
}  // namespace rowfall::sql
