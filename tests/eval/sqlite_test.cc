// SPDX-License-Identifier: Apache-2.0
// SQLite as an oracle for random views, where SQL means the same.
#include <sqlite3.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "eval/evaluator.h"
#include "gtest/gtest.h"
#include "tests/eval/random_view.h"
#include "tests/eval/view_story.h"

namespace rowfall::eval {
namespace {

constexpr int kViews = 500;

using Rows = std::vector<std::vector<Value>>;

class Sqlite {
 public:
  Sqlite() { EXPECT_EQ(sqlite3_open(":memory:", &db_), SQLITE_OK); }
  ~Sqlite() { sqlite3_close(db_); }

  void Run(const std::string& sql) {
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &error),
              SQLITE_OK)
        << sql << "\n"
        << (error == nullptr ? "" : error);
    sqlite3_free(error);
  }

  Rows Query(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr),
              SQLITE_OK)
        << sql << "\n"
        << sqlite3_errmsg(db_);
    Rows rows;
    while (statement != nullptr && sqlite3_step(statement) == SQLITE_ROW) {
      auto& row = rows.emplace_back();
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        row.push_back(ValueOf(statement, i));
      }
    }
    sqlite3_finalize(statement);
    return rows;
  }

  void Insert(const Batch& batch) {
    for (size_t row = 0; row < batch.num_rows(); ++row) {
      std::string values;
      for (size_t i = 0; i < batch.num_columns(); ++i) {
        if (i > 0) values += ", ";
        AppendLiteral(batch.column(i).ValueAt(row), values);
      }
      Run(base::Cat("INSERT INTO kafka VALUES (", values, ")"));
    }
  }

 private:
  static Value ValueOf(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_INTEGER:
        return int64_t{sqlite3_column_int64(statement, column)};
      case SQLITE_FLOAT:
        return sqlite3_column_double(statement, column);
      case SQLITE_TEXT:
        return std::string(reinterpret_cast<const char*>(
            sqlite3_column_text(statement, column)));
      default:
        return {};
    }
  }

  static void AppendLiteral(const Value& value, std::string& out) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      base::AppendCat(out, "'", *text, "'");
    } else if (const auto* truth = std::get_if<bool>(&value)) {
      out += *truth ? "1" : "0";
    } else {
      AppendJson(value, Type::kDouble, out);
    }
  }

  sqlite3* db_ = nullptr;
};

// Our values as SQLite has them: true is 1.
Rows ToSqlite(const Batch& batch) {
  Rows rows(batch.num_rows());
  for (size_t row = 0; row < rows.size(); ++row) {
    for (size_t i = 0; i < batch.num_columns(); ++i) {
      Value value = batch.column(i).ValueAt(row);
      if (const auto* truth = std::get_if<bool>(&value)) {
        value = int64_t{*truth};
      }
      rows[row].push_back(std::move(value));
    }
  }
  return rows;
}

TEST(SqliteTest, AgreesOnRandomViews) {
  RandomView random(TestSeed(), RandomView::Dialect::kSqlite);
  const Schema schema = RandomSchema();
  size_t num_rows = 0;
  for (int i = 0; i < kViews && !HasFailure(); ++i) {
    const std::string text = random.Select();
    plan::ViewBinding binding;
    binding.source = &schema;
    binding.source_name = "kafka";
    const auto plan = PlanSelect(text, binding);
    ASSERT_TRUE(plan.ok()) << text << "\n" << plan.status();
    const auto lines = random.Rows(random.Below(30));
    std::vector<FailedRow> failed;
    const Batch leaves = MakeLeaves((*plan)->leaves, lines, failed);
    const auto result =
        (*Evaluator::Make(*plan))->Evaluate(leaves, absl::UnixEpoch(), failed);
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_TRUE(failed.empty()) << text << "\n" << failed[0].reason;

    Sqlite sqlite;
    sqlite.Run(
        "CREATE TABLE kafka (id INTEGER, i INTEGER, n INTEGER, d REAL, "
        "t TEXT, u TEXT, b INTEGER)");
    sqlite.Insert(MakeBatch(schema, lines));
    std::string theirs = text;
    for (size_t at = 0; (at = theirs.find("IF(", at)) != std::string::npos;
         at += 4) {
      theirs.insert(at, "I");
    }
    Rows want = sqlite.Query(theirs);
    Rows got = ToSqlite(*result);
    // Without ORDER BY SQLite's order is its own.
    if (text.find("ORDER BY") == std::string::npos) {
      std::sort(want.begin(), want.end());
      std::sort(got.begin(), got.end());
    }
    ASSERT_TRUE(got == want)
        << text << "\n"
        << testing::PrintToString(lines) << "\nours: " << result->ToString()
        << "\ntheirs: " << testing::PrintToString(want);
    num_rows += got.size();
  }
  EXPECT_GT(num_rows, 2000u);
}

}  // namespace
}  // namespace rowfall::eval
