// SPDX-License-Identifier: Apache-2.0
// Each limit of a statement: one less, the limit itself, and one more.
#include "sql/limits.h"

#include <functional>

#include "base/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sql/parser.h"
#include "tests/sql/dump.h"
#include "tests/sql/round_trip.h"

namespace rowfall::sql {
namespace {

using ::testing::HasSubstr;

std::string Times(std::string_view text, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out += text;
  return out;
}

// `make(n)` is a statement with n of what is limited.
void TestLimit(size_t limit, std::string_view error,
               const std::function<std::string(size_t)>& make) {
  for (const size_t n : {limit - 1, limit}) {
    const auto statement = ParseStatement(make(n));
    ASSERT_TRUE(statement.ok()) << n << " " << statement.status();
    EXPECT_EQ(RoundTripProblem(*statement).substr(0, 500), "");
  }
  const auto statement = ParseStatement(make(limit + 1));
  ASSERT_FALSE(statement.ok());
  EXPECT_EQ(statement.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(statement.status().message()), HasSubstr(error));
}

std::string View(std::string_view expression) {
  return base::Cat("CREATE MV v TO t AS SELECT ", expression, " FROM k");
}

std::string ErrorOf(std::string_view text) {
  const auto statement = ParseStatement(text);
  return statement.ok() ? "" : std::string(statement.status().message());
}

TEST(LimitsTest, StatementBytes) {
  TestLimit(kMaxStatementBytes, "Statement is longer than 262144 bytes: 262145",
            [](size_t n) { return "SHOW SOURCES" + Times(" ", n - 12); });
}

TEST(LimitsTest, Tokens) {
  TestLimit(kMaxTokens, "Statement has more than 50000 tokens", [](size_t n) {
    // CREATE MATERIALIZED VIEW v TO t AS SELECT x IN ( 1 ) FROM k are 15; each
    // ",1" is two, and "+ 1" makes the number even.
    const size_t left = n - 15;
    return base::Cat("CREATE MATERIALIZED VIEW v TO t AS SELECT x IN (",
                     left % 2 == 1 ? "+1" : "1", Times(",1", left / 2),
                     ") FROM k");
  });
}

// SHOW prints MV and the missing AS in full, and escapes line ends.
TEST(LimitsTest, ShownTextIsWithinTheLimitsToo) {
  const auto many_tokens = [](size_t n) {
    return base::Cat("CREATE MV v TO t SELECT x IN (",
                     (n - 13) % 2 == 1 ? "+1" : "1", Times(",1", (n - 13) / 2),
                     ") FROM k");
  };
  EXPECT_TRUE(ParseStatement(many_tokens(kMaxTokens - 2)).ok());
  for (const size_t n : {kMaxTokens - 1, kMaxTokens}) {
    EXPECT_EQ(ErrorOf(many_tokens(n)),
              "Statement is too long in the form that SHOW prints [at 1:1]");
  }
  const std::string lines = "'" + Times("\n", 60'000) + "'";
  EXPECT_EQ(ErrorOf(View(base::Cat(lines, ",", lines, ",", lines))),
            "Statement is too long in the form that SHOW prints [at 1:1]");
}

TEST(LimitsTest, Columns) {
  TestLimit(kMaxColumns, "Source has more than 1000 columns", [](size_t n) {
    return base::Cat("CREATE SOURCE k (a int", Times(", a int", n - 1), ")");
  });
}

TEST(LimitsTest, SelectItems) {
  TestLimit(kMaxColumns, "SELECT has more than 1000 items",
            [](size_t n) { return View(base::Cat("a", Times(", a", n - 1))); });
}

TEST(LimitsTest, GroupByItems) {
  TestLimit(kMaxColumns, "GROUP BY has more than 1000 items", [](size_t n) {
    return base::Cat(View("a"), " GROUP BY a", Times(", a", n - 1));
  });
}

TEST(LimitsTest, OrderByItems) {
  TestLimit(kMaxColumns, "ORDER BY has more than 1000 items", [](size_t n) {
    return base::Cat(View("a"), " ORDER BY a", Times(", a", n - 1));
  });
}

TEST(LimitsTest, Names) {
  for (const auto& [before, after] :
       std::vector<std::pair<std::string, std::string>>{
           {"DROP SOURCE ", ""},
           {"DROP SOURCE `", "`"},
           {"CREATE SOURCE k (", " int)"},
           {"CREATE MV v TO ", " AS SELECT a FROM k"},
           {"CREATE MV v TO t AS SELECT a AS ", " FROM k"},
           {"CREATE MV v TO t AS SELECT a.", " FROM k"},
           {"CREATE SOURCE k ", "='x'"}}) {
    TestLimit(kMaxNameBytes, "Name is longer than 128 bytes: 'aaaaa",
              [&](size_t n) { return before + Times("a", n) + after; });
  }
}

TEST(LimitsTest, DottedOption) {
  TestLimit(kMaxNameBytes, "Option is longer than 128 bytes: 'a.bbbb",
            [](size_t n) {
              return base::Cat("CREATE SOURCE k a.", Times("b", n - 2), "=1");
            });
}

TEST(LimitsTest, Strings) {
  TestLimit(kMaxLiteralBytes, "String is longer than 65536 bytes: 65537",
            [](size_t n) { return View("'" + Times("x", n) + "'"); });
  // Escapes count as what they stand for.
  TestLimit(kMaxLiteralBytes, "String is longer than 65536 bytes",
            [](size_t n) { return View("'" + Times("''", n) + "'"); });
}

TEST(LimitsTest, Numbers) {
  TestLimit(kMaxLiteralBytes, "Number is longer than 65536 bytes: '1.0000",
            [](size_t n) { return View("1." + Times("0", n - 2)); });
}

TEST(LimitsTest, Options) {
  TestLimit(kMaxOptions, "Source has more than 64 options", [](size_t n) {
    return base::Cat("CREATE SOURCE k", Times(" a=1", n));
  });
}

TEST(LimitsTest, CallOptions) {
  TestLimit(kMaxOptions, "Function has more than 64 options", [](size_t n) {
    return View(base::Cat("f(a, {x=1", Times(",x=1", n - 1), "})"));
  });
}

TEST(LimitsTest, PathSteps) {
  TestLimit(kMaxDepth, "Path has more than 200 steps",
            [](size_t n) { return View("a" + Times(".b", n)); });
}

TEST(LimitsTest, Depth) {
  constexpr std::string_view kError =
      "Expression is nested deeper than 200 levels";
  const std::vector<std::pair<std::string, std::string>> nestings = {
      {"(", ")"},       {"f(", ")"},     {"NOT ", ""},
      {"- ", ""},       {"+ ", ""},      {"CAST(", " AS int)"},
      {"IN(", ", 1)"},  {"f(1, ", ")"},  {"1 IN (", ")"},
      {"1 + (", ")"},   {"1 OR (", ")"}, {"", " + 1"},
      {"", " IS NULL"}, {"", " IN (1)"}, {"", " BETWEEN 1 AND 2"},
      {"-(", ")"}};
  for (const auto& [before, after] : nestings) {
    // -( is two nestings each.
    const size_t levels = before == "-(" ? 2 : 1;
    const auto make = [&](size_t n) {
      return View(
          base::Cat(Times(before, n), n % 2 == 0 ? "a" : "b", Times(after, n)));
    };
    if (levels == 1) {
      TestLimit(kMaxDepth, kError, make);
    } else {
      EXPECT_TRUE(ParseStatement(make(kMaxDepth / 2)).ok());
      EXPECT_FALSE(ParseStatement(make(kMaxDepth / 2 + 1)).ok());
    }
  }
}

// AND and OR are no nesting: they are balanced.
TEST(LimitsTest, ChainsOfConditionsAreNotDeep) {
  for (const std::string_view op : {" AND ", " OR "}) {
    const auto statement =
        ParseStatement(View("a = 1" + Times(base::Cat(op, "a = 1"), 5'000)));
    ASSERT_TRUE(statement.ok()) << statement.status();
    EXPECT_EQ(RoundTripProblem(*statement), "");
  }
}

}  // namespace
}  // namespace rowfall::sql
