// SPDX-License-Identifier: Apache-2.0
// Compile() and Apply() used alone, as a host would.
#include "rowfall/materialized_view.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/error.h"
#include "tests/eval/view_story.h"

namespace rowfall {
namespace {

using eval::MakeBatch;
using eval::ParseSchema;
using testing::ElementsAre;
using testing::HasSubstr;

Schema Source() { return ParseSchema("id bigint, term text, j json"); }

TEST(MaterializedViewTest, AppliesASelect) {
  const auto view = MaterializedView::Compile(
      "SELECT id, UPPER(term) AS name, j.n[1] AS n FROM kafka WHERE id > 1",
      Source());
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->schema().ToString(), "id bigint, name text, n json");
  const auto rows = view->Apply(MakeBatch(
      Source(), {R"({"id":1})", R"({"id":2,"term":"x","j":{"n":[1,2]}})"}));
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(*rows, MakeBatch(view->schema(), {R"({"id":2,"name":"X","n":2})"}));
  EXPECT_TRUE(rows->origins().empty());
}

TEST(MaterializedViewTest, TakesAWholeStatement) {
  const auto view = MaterializedView::Compile(
      "CREATE MATERIALIZED VIEW v TO t AS SELECT id FROM kafka", Source());
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->schema().ToString(), "id bigint");
}

TEST(MaterializedViewTest, RefusesOtherStatements) {
  const auto view = MaterializedView::Compile("SHOW SOURCES", Source());
  EXPECT_EQ(view.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(view.status().message(),
            "Expected SELECT or CREATE MATERIALIZED VIEW [at 1:1]");
}

TEST(MaterializedViewTest, RefusesAnUnknownColumnWithItsPlace) {
  const auto view =
      MaterializedView::Compile("SELECT id,\n trem FROM kafka", Source());
  EXPECT_EQ(view.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(view.status().message(),
            "Column not found: 'trem', did you mean 'term'? [at 2:2]");
  EXPECT_EQ(ErrorPlace(view.status()), (TextPlace{2, 2}));
}

TEST(MaterializedViewTest, RefusesSyntaxAndWhatViewsDoNotHave) {
  EXPECT_EQ(MaterializedView::Compile("SELECT FROM", Source()).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MaterializedView::Compile("SELECT id FROM kafka LIMIT 1", Source())
                .status()
                .code(),
            absl::StatusCode::kUnimplemented);
}

TEST(MaterializedViewTest, ConvertsForTheDestination) {
  const Schema table = ParseSchema("ID int not null, name text not null");
  MaterializedView::Options options;
  options.destination = &table;
  const auto view = MaterializedView::Compile(
      "SELECT id, j.n AS name FROM kafka", Source(), options);
  ASSERT_TRUE(view.ok()) << view.status();
  const auto rows = view->Apply(
      MakeBatch(Source(), {R"({"id":7})", R"({"id":0,"j":{"n":[1]}})"}));
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(*rows, MakeBatch(table, {R"({"id":7,"name":""})",
                                     R"({"id":0,"name":"[1]"})"}));
}

// Rows without a key would all be row 0 and replace each other.
TEST(MaterializedViewTest, RowsWithoutTheTablesKeyFail) {
  const Schema table = ParseSchema("ID int not null, name text not null");
  MaterializedView::Options options;
  options.destination = &table;
  for (const char* select :
       {"SELECT id, term AS name FROM kafka",
        "SELECT NULL AS id, term AS name FROM kafka",
        "SELECT MAX(id) AS id, term AS name FROM kafka GROUP BY term"}) {
    const auto view = MaterializedView::Compile(select, Source(), options);
    ASSERT_TRUE(view.ok()) << view.status();
    std::vector<FailedRow> failed;
    const auto rows =
        view->Apply(MakeBatch(Source(), {R"({"term":"a"})"}), &failed);
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_EQ(rows->num_rows(), 0u) << select;
    EXPECT_EQ(failed,
              (std::vector<FailedRow>{{0, "ID", "Key of the table is NULL"}}))
        << select;
  }
}

TEST(MaterializedViewTest, FailedRowsAreLeftOutAndTold) {
  const auto view = MaterializedView::Compile(
      "SELECT CAST(term AS bigint) AS n FROM kafka", Source());
  ASSERT_TRUE(view.ok()) << view.status();
  const Batch input =
      MakeBatch(Source(), {R"({"term":"x"})", R"({"term":"5"})"});
  std::vector<FailedRow> failed;
  const auto rows = view->Apply(input, &failed);
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(*rows, MakeBatch(view->schema(), {R"({"n":5})"}));
  EXPECT_THAT(failed, ElementsAre(FailedRow{
                          0, "n", "Cannot read string as BIGINT: 'x'"}));

  const auto strict = view->Apply(input);
  EXPECT_EQ(strict.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(strict.status().message(),
            "Cannot read string as BIGINT: 'x' [row 0, column n]");
}

TEST(MaterializedViewTest, NowIsGiven) {
  const auto view = MaterializedView::Compile(
      "SELECT UTC_TIMESTAMP() AS at FROM kafka", Source());
  ASSERT_TRUE(view.ok()) << view.status();
  const auto rows = view->Apply(MakeBatch(Source(), {R"({})"}), nullptr,
                                absl::FromUnixSeconds(86400));
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_THAT(rows->ToString(), HasSubstr("86400"));
}

TEST(MaterializedViewTest, RefusesABatchThatLacksAColumn) {
  const auto view =
      MaterializedView::Compile("SELECT id, term AS name FROM kafka", Source());
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(
      view->Apply(MakeBatch(ParseSchema("id bigint"), {})).status().message(),
      "Column not found in the batch: 'term'");
  const auto other =
      view->Apply(MakeBatch(ParseSchema("id bigint, term bigint"), {}));
  EXPECT_EQ(other.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(other.status().message(),
            "Column of the batch is bigint and not text: 'term'");
}

TEST(MaterializedViewTest, ResultsStayWhenTheViewIsUsedAgain) {
  const auto view = MaterializedView::Compile(
      "SELECT id + 1 AS n, CONCAT(term, '!') AS t, 5 AS five FROM kafka",
      Source());
  ASSERT_TRUE(view.ok()) << view.status();
  const auto first =
      view->Apply(MakeBatch(Source(), {R"({"id":1,"term":"a"})"}));
  const auto second =
      view->Apply(MakeBatch(Source(), {R"({"id":2,"term":"b"})"}));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first,
            MakeBatch(view->schema(), {R"({"n":2,"t":"a!","five":5})"}));
  EXPECT_EQ(*second,
            MakeBatch(view->schema(), {R"({"n":3,"t":"b!","five":5})"}));
}

TEST(MaterializedViewTest, AppliesOnSeveralThreads) {
  const auto view = MaterializedView::Compile(
      "SELECT id % 3 AS k, COUNT(*) AS c FROM kafka GROUP BY k", Source());
  ASSERT_TRUE(view.ok()) << view.status();
  std::vector<std::string> lines;
  for (int i = 0; i < 30; ++i) {
    lines.push_back("{\"id\":" + std::to_string(i) + "}");
  }
  const Batch input = MakeBatch(Source(), lines);
  const Batch expected = MakeBatch(
      view->schema(),
      {R"({"k":0,"c":10})", R"({"k":1,"c":10})", R"({"k":2,"c":10})"});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 50; ++call) {
        const auto rows = view->Apply(input);
        EXPECT_TRUE(rows.ok() && *rows == expected);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace rowfall
