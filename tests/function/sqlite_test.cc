// SPDX-License-Identifier: Apache-2.0
// SQLite as the oracle, where its SQL means the same: integers without
// overflow, text by bytes, NULL.
#include <sqlite3.h>

#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "gtest/gtest.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(sqlite3_open(":memory:", &database_), SQLITE_OK);
  }
  void TearDown() override { sqlite3_close(database_); }

  // Returns the value of an expression, as text; null for NULL.
  std::string Ask(const std::string& expression) {
    sqlite3_stmt* statement = nullptr;
    const std::string sql = "SELECT " + expression;
    EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr),
              SQLITE_OK)
        << sql;
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW) << sql;
    const auto* text =
        reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    std::string result = text != nullptr ? text : "null";
    sqlite3_finalize(statement);
    return result;
  }

  // SQLite's 1 and 0 as our bools.
  std::string AskBool(const std::string& expression) {
    const std::string result = Ask(expression);
    return result == "1" ? "true" : result == "0" ? "false" : result;
  }

  sqlite3* database_ = nullptr;
};

std::string SmallInteger(std::mt19937_64& random) {
  if (random() % 8 == 0) return "null";
  return std::to_string(static_cast<int64_t>(random() % 2001) - 1000);
}

std::string FewIntegers(std::mt19937_64& random) {
  if (random() % 5 == 0) return "null";
  return std::to_string(random() % 5);
}

std::string FewTexts(std::mt19937_64& random) {
  if (random() % 6 == 0) return "null";
  std::string text;
  for (size_t i = random() % 4; i > 0; --i) {
    text += base::Cat(random() % 2 != 0 ? "a" : random() % 2 != 0 ? "B" : "é");
  }
  return "\"" + text + "\"";
}

// JSON texts of these tests become SQL by their quotes.
std::string Sql(std::string text) {
  for (char& c : text) c = c == '"' ? '\'' : c;
  return text;
}

TEST_F(SqliteTest, IntegerArithmeticAgrees) {
  auto random = MakeRandom();
  const std::pair<std::string, std::string> operators[] = {
      {"+", "+"}, {"-", "-"}, {"*", "*"}, {"div", "/"}, {"%", "%"}};
  for (const auto& [ours, theirs] : operators) {
    Rows rows;
    std::vector<std::string> expected;
    for (int i = 0; i < 300; ++i) {
      rows.push_back({SmallInteger(random), SmallInteger(random)});
      expected.push_back(
          Ask(base::Cat(rows[i][0], " ", theirs, " ", rows[i][1])));
    }
    EXPECT_EQ(CallOnce({ours, {Type::kBigint, Type::kBigint}, {}}, rows),
              expected)
        << ours;
  }
}

TEST_F(SqliteTest, IntegerComparisonsAgree) {
  auto random = MakeRandom();
  for (const std::string op : {"=", "<>", "<", "<=", ">", ">="}) {
    Rows rows;
    std::vector<std::string> expected;
    for (int i = 0; i < 200; ++i) {
      rows.push_back({FewIntegers(random), FewIntegers(random)});
      expected.push_back(AskBool(base::Cat(rows[i][0], op, rows[i][1])));
    }
    EXPECT_EQ(CallOnce({op, {Type::kBigint, Type::kInt}, {}}, rows), expected)
        << op;
  }
}

TEST_F(SqliteTest, TextComparisonsAgree) {
  auto random = MakeRandom();
  for (const std::string op : {"=", "<>", "<", "<=", ">", ">="}) {
    Rows rows;
    std::vector<std::string> expected;
    for (int i = 0; i < 200; ++i) {
      rows.push_back({FewTexts(random), FewTexts(random)});
      expected.push_back(
          AskBool(Sql(base::Cat(rows[i][0], op, rows[i][1]))));
    }
    EXPECT_EQ(CallOnce({op, {Type::kText, Type::kText}, {}}, rows), expected)
        << op;
  }
}

TEST_F(SqliteTest, InAgrees) {
  auto random = MakeRandom();
  Rows integers, texts;
  std::vector<std::string> expected_integers, expected_texts;
  for (int i = 0; i < 300; ++i) {
    integers.push_back({FewIntegers(random), FewIntegers(random),
                        FewIntegers(random), FewIntegers(random)});
    texts.push_back({FewTexts(random), FewTexts(random), FewTexts(random)});
    const auto& a = integers.back();
    const auto& t = texts.back();
    expected_integers.push_back(
        AskBool(base::Cat(a[0], " IN (", a[1], ",", a[2], ",", a[3], ")")));
    expected_texts.push_back(
        AskBool(Sql(base::Cat(t[0], " IN (", t[1], ",", t[2], ")"))));
  }
  const std::vector<ArgumentType> bigints(4, Type::kBigint);
  EXPECT_EQ(Call({"in", bigints, {}}, integers), expected_integers);
  EXPECT_EQ(Call({"in", {3, Type::kText}, {}}, texts), expected_texts);
}

TEST_F(SqliteTest, NotAndIsNullAgree) {
  Rows rows;
  std::vector<std::string> not_expected, null_expected;
  for (const std::string value : {"0", "1", "-3", "null"}) {
    rows.push_back({value});
    not_expected.push_back(AskBool("NOT " + value));
    null_expected.push_back(AskBool(value + " IS NULL"));
  }
  EXPECT_EQ(Call({"not", {Type::kBigint}, {}}, rows), not_expected);
  EXPECT_EQ(Call({"is null", {Type::kBigint}, {}}, rows), null_expected);
}

TEST_F(SqliteTest, GreatestAndLeastAgree) {
  auto random = MakeRandom();
  Rows rows;
  std::vector<std::string> greatest, least;
  for (int i = 0; i < 200; ++i) {
    rows.push_back(
        {SmallInteger(random), SmallInteger(random), SmallInteger(random)});
    const std::string list =
        base::Cat("(", rows[i][0], ",", rows[i][1], ",", rows[i][2], ")");
    greatest.push_back(Ask("max" + list));
    least.push_back(Ask("min" + list));
  }
  const std::vector<ArgumentType> types(3, Type::kBigint);
  EXPECT_EQ(CallOnce({"greatest", types, {}}, rows), greatest);
  EXPECT_EQ(CallOnce({"least", types, {}}, rows), least);
}

}  // namespace
}  // namespace rowfall::function::testing
