// SPDX-License-Identifier: Apache-2.0
// Results do not depend on whether the mapper or a conversion makes the type.
#include <algorithm>
#include <random>

#include "base/text.h"
#include "eval/evaluator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eval/random_view.h"
#include "tests/eval/view_story.h"

namespace rowfall::eval {
namespace {

struct Outcome {
  std::string rows;
  std::vector<FailedRow> failed;
};

Outcome RunView(const std::string& select, const Schema& table,
                bool typed_leaves, const std::vector<std::string>& lines) {
  const Schema source = ParseSchema("id bigint, j json, k json");
  plan::ViewBinding binding;
  binding.source = &source;
  binding.destination = &table;
  binding.typed_leaves = typed_leaves;
  const auto plan = PlanSelect(select, binding);
  EXPECT_TRUE(plan.ok()) << select << "\n" << plan.status();
  if (!plan.ok()) return {};
  Outcome outcome;
  const Batch leaves = MakeLeaves((*plan)->leaves, lines, outcome.failed);
  std::vector<FailedRow> failed;
  const auto result =
      (*Evaluator::Make(*plan))->Evaluate(leaves, absl::UnixEpoch(), failed);
  EXPECT_TRUE(result.ok()) << result.status();
  for (FailedRow& row : failed) {
    row.row = leaves.origins()[row.row];
    outcome.failed.push_back(std::move(row));
  }
  std::sort(
      outcome.failed.begin(), outcome.failed.end(),
      [](const FailedRow& a, const FailedRow& b) { return a.row < b.row; });
  for (size_t row = 0; row < result->num_rows(); ++row) {
    base::AppendCat(outcome.rows, result->origins()[row], " ");
    result->AppendRowJson(row, outcome.rows);
    outcome.rows += "\n";
  }
  return outcome;
}

const char* const kValues[] = {"null",
                               "true",
                               "false",
                               "0",
                               "1",
                               "-1",
                               "1.5",
                               "1e3",
                               "4294967295",
                               "4294967296",
                               "9223372036854775807",
                               "9223372036854775808",
                               "1e400",
                               "\"\"",
                               "\"x\"",
                               "\"12\"",
                               "\" 12\"",
                               "\"1.5\"",
                               "\"true\"",
                               "\"1,2,3\"",
                               "\"2024-01-02\"",
                               "\"2024-01-02T03:04:05Z\"",
                               "\"a\\u00e9\\n\"",
                               "[]",
                               "[3,1,2,1]",
                               "[1,\"x\"]",
                               "[0.5]",
                               "[-1]",
                               "{}",
                               "{\"x\":[1,2]}",
                               "{\"x\":\"7\"}",
                               "{\"x\":null}",
                               "{\"x\":{\"y\":1}}"};

const char* const kTypes[] = {"int",     "bigint",    "float",       "double",
                              "bool",    "text",      "json",        "multi",
                              "multi64", "timestamp", "float_vector"};

std::vector<std::string> EachValue() {
  std::vector<std::string> lines = {"{\"id\":0}"};
  for (const char* value : kValues) {
    lines.push_back(base::Cat("{\"id\":1,\"j\":", value, "}"));
  }
  return lines;
}

TEST(TypePushDownTest, EachTypeOfEachValue) {
  for (const char* type : kTypes) {
    const Schema table =
        ParseSchema(base::Cat("a ", type, ", b ", type, " not null"));
    for (const char* select :
         {"SELECT j AS a FROM kafka", "SELECT j.x AS b FROM kafka",
          "SELECT DISTINCT j AS a FROM kafka",
          "SELECT j AS b FROM kafka ORDER BY id"}) {
      const Outcome typed = RunView(select, table, true, EachValue());
      const Outcome plain = RunView(select, table, false, EachValue());
      EXPECT_EQ(typed.rows, plain.rows) << select << " as " << type;
      EXPECT_EQ(typed.failed, plain.failed) << select << " as " << type;
    }
  }
}

// A row that WHERE leaves out is not rejected for what it does not evaluate.
TEST(TypePushDownTest, FilteredRowsAreNotRejected) {
  const Schema table = ParseSchema("a bigint");
  const std::vector<std::string> lines = {"{\"id\":1,\"j\":\"x\"}",
                                          "{\"id\":2,\"j\":5}"};
  const Outcome outcome =
      RunView("SELECT j AS a FROM kafka WHERE id = 2", table, true, lines);
  EXPECT_EQ(outcome.rows, "1 {\"a\":5}\n");
  EXPECT_THAT(outcome.failed, testing::IsEmpty());
}

// Of several errors of a row any one is reported, of the same rows.
TEST(TypePushDownTest, RejectsTheSameRowsOfRandomViews) {
  std::mt19937_64 random(TestSeed());
  const auto pick = [&random](const auto& from) {
    return std::string(from[random() % std::size(from)]);
  };
  const char* const kItems[] = {
      "j AS ",
      "k AS ",
      "j.x AS ",
      "k.x AS ",
      "k.x.y AS ",
      "id AS ",
      "CAST(k.x AS bigint) AS ",
      "COALESCE(CAST(j.x AS text), CAST(k AS text)) AS ",
      "IF(id > 0, CAST(j AS text), CAST(k AS text)) AS "};
  const char* const kClauses[] = {
      "", "", "", " WHERE id = 1", " ORDER BY k.x", " WHERE k IS NOT NULL"};
  for (int i = 0; i < 1000 && !HasFailure(); ++i) {
    const Schema table =
        ParseSchema(base::Cat("a ", pick(kTypes), ", b text, c json not null"));
    const std::string first = i % 3 == 0 ? "k" : i % 3 == 1 ? "j" : "k.x";
    const std::string select =
        base::Cat("SELECT ", first, " AS a, ", pick(kItems), "b, ",
                  pick(kItems), "c FROM kafka", pick(kClauses));
    std::vector<std::string> lines;
    for (int row = 0; row < 20; ++row) {
      lines.push_back(base::Cat("{\"id\":", random() % 3, ",\"j\":",
                                pick(kValues), ",\"k\":", pick(kValues), "}"));
    }
    const Outcome typed = RunView(select, table, true, lines);
    const Outcome plain = RunView(select, table, false, lines);
    EXPECT_EQ(typed.rows, plain.rows) << select;
    const auto rows_of = [](const Outcome& outcome) {
      std::vector<uint32_t> rows;
      for (const FailedRow& row : outcome.failed) rows.push_back(row.row);
      return rows;
    };
    EXPECT_EQ(rows_of(typed), rows_of(plain)) << select;
  }
}

}  // namespace
}  // namespace rowfall::eval
