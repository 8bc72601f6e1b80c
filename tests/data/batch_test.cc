// SPDX-License-Identifier: Apache-2.0
// Tests of batches of rows.
#include "rowfall/batch.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall {
namespace {

Batch MakeBatch() {
  auto schema = std::make_shared<const Schema>(
      Schema({{.name = "id", .type = Type::kBigint},
              {.name = "Name", .type = Type::kText}}));
  auto id = std::make_shared<Column>(Type::kBigint);
  auto name = std::make_shared<Column>(Type::kText);
  for (int64_t i = 0; i < 4; ++i) id->AppendBigint(i);
  for (const char* text : {"a", "b", "c"}) name->AppendText(text);
  name->AppendNull();
  return Batch(schema, {id, name}, 4, {0, 0, 1, 2});
}

TEST(BatchTest, FindsColumnsInAnyCase) {
  const Batch batch = MakeBatch();
  EXPECT_EQ(batch.FindColumn("NAME"), &batch.column(1));
  EXPECT_EQ(batch.FindColumn("names"), nullptr);
}

TEST(BatchTest, TakesRowsWithTheirOrigins) {
  const uint32_t rows[] = {3, 1};
  const Batch taken = MakeBatch().Take(rows);
  EXPECT_EQ(taken.ToString(), "id | Name\n3 | null\n1 | \"b\"");
  EXPECT_THAT(taken.origins(), testing::ElementsAre(2, 0));
}

TEST(BatchTest, WritesARowAsJson) {
  std::string out;
  MakeBatch().AppendRowJson(3, out);
  EXPECT_EQ(out, "{\"id\":3,\"Name\":null}");
}

TEST(BatchTest, ComparesValuesNotOrigins) {
  const Batch batch = MakeBatch();
  const uint32_t all[] = {0, 1, 2, 3};
  EXPECT_EQ(batch, batch.Take(all));
  const uint32_t three[] = {0, 1, 2};
  EXPECT_FALSE(batch == batch.Take(three));
  EXPECT_EQ(Batch().num_rows(), 0u);
}

}  // namespace
}  // namespace rowfall
