// SPDX-License-Identifier: Apache-2.0
// Runs tests/golden/sql: what parses to what, how it is shown, what is refused.
#include "gtest/gtest.h"

#include "base/text.h"
#include "rowfall/error.h"
#include "sql/parser.h"
#include "tests/sql/dump.h"
#include "tests/sql/round_trip.h"
#include "tests/support/golden.h"

namespace rowfall::sql {
namespace {

std::string ErrorText(const absl::Status& status, std::string_view text) {
  return base::Cat(absl::StatusCodeToString(status.code()), ": ",
                   ErrorWithCaret(status, text));
}

// A statement: its tree, and what SHOW prints for it, which must give the
// same again.
std::string RunStatement(const std::string& text) {
  const auto statement = ParseStatement(text);
  if (!statement.ok()) return ErrorText(statement.status(), text);
  EXPECT_TRUE(IsOurStatement(text)) << text;
  EXPECT_EQ(RoundTripProblem(*statement), "");
  const std::string shown = ShowTextOf(*statement);
  std::string out = Dump(*statement);
  if (!shown.empty()) base::AppendCat(out, "show:\n", shown);
  return out;
}

// What SHOW prints alone.
std::string RunShow(const std::string& text) {
  const auto statement = ParseStatement(text);
  if (!statement.ok()) return ErrorText(statement.status(), text);
  EXPECT_EQ(RoundTripProblem(*statement), "");
  return ShowTextOf(*statement);
}

// A SELECT alone: its tree.
std::string RunSelect(const std::string& text) {
  const auto select = ParseSelect(text);
  if (!select.ok()) return ErrorText(select.status(), text);
  return Dump(*select);
}

// One expression on lines of its own: its tree, and the default name of a
// column that it makes.
std::string RunExpression(const std::string& expression) {
  const std::string text = base::Cat("SELECT\n", expression, "\nFROM kafka");
  const auto select = ParseSelect(text);
  if (!select.ok()) return ErrorText(select.status(), text);
  EXPECT_EQ(select->items.size(), 1u);
  EXPECT_EQ(select->from, "kafka");
  const SelectItem& item = select->items[0];
  return base::Cat(Dump(*item.expr), "\nname: ", item.name);
}

class SqlGoldenTest : public testing::TestWithParam<std::string> {};

// The file's name tells what its blocks are.
TEST_P(SqlGoldenTest, Agrees) {
  const std::string& path = GetParam();
  const auto is = [&](std::string_view name) {
    return path.find(base::Cat("/", name)) != std::string::npos;
  };
  golden::RunFile(path, is("expr")     ? RunExpression
                        : is("select") ? RunSelect
                        : is("seed")   ? RunShow
                                       : RunStatement);
}

INSTANTIATE_TEST_SUITE_P(Files, SqlGoldenTest,
                         testing::ValuesIn(golden::Files("sql")),
                         golden::FileName);

}  // namespace
}  // namespace rowfall::sql
