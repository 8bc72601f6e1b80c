// SPDX-License-Identifier: Apache-2.0
// Tests of the tables in memory.
#include "rowfall/testing/recording_sink.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/batches.h"

namespace rowfall::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<PartitionRange> kRanges = {{{"t", 0}, 5, 8}};

class RecordingSinkTest : public ::testing::Test {
 protected:
  absl::Status Write(const Batch& rows,
                     std::vector<PartitionRange> ranges = kRanges) {
    auto sink = tables_.OpenTable("words");
    if (!sink.ok()) return sink.status();
    std::vector<RefusedRow> refused;
    return (*sink)->Write(
        rows,
        {.view = "v", .consumer_group = "g", .ranges = ranges, .attempt = 2},
        refused);
  }
  RecordingTables tables_;
};

TEST_F(RecordingSinkTest, RemembersWritesAndRows) {
  const auto table = tables_.Add("words", WordsSchema());
  ASSERT_TRUE(Write(Words({{1, "a"}, {2, "b"}})).ok());
  ASSERT_TRUE(Write(Words({{1, "c"}})).ok());
  EXPECT_THAT(table->RowsAsJson(),
              ElementsAre(R"({"id":1,"term":"a"})", R"({"id":2,"term":"b"})",
                          R"({"id":1,"term":"c"})"));
  EXPECT_EQ(table->num_rows(), 3u);
  ASSERT_EQ(table->num_writes(), 2u);
  const RecordedWrite write = table->writes()[0];
  EXPECT_EQ(write.view, "v");
  EXPECT_EQ(write.consumer_group, "g");
  EXPECT_EQ(write.ranges, kRanges);
  EXPECT_EQ(write.attempt, 2);
  EXPECT_EQ(write.rows.num_rows(), 2u);
}

TEST_F(RecordingSinkTest, ColumnsThatTheViewLacksAreNull) {
  const auto table =
      tables_.Add("words", Schema({{.name = "extra", .type = Type::kInt},
                                   {.name = "ID", .type = Type::kBigint}}));
  ASSERT_TRUE(Write(Words({{1, "a"}}, /*columns=*/1)).ok());
  EXPECT_THAT(table->RowsAsJson(), ElementsAre(R"({"extra":null,"ID":1})"));
}

TEST_F(RecordingSinkTest, ReplacesByIdWhereAsked) {
  const auto table =
      tables_.Add("words", WordsSchema(), {.replaces_by_id = true});
  ASSERT_TRUE(Write(Words({{1, "a"}, {2, "b"}, {1, "c"}})).ok());
  EXPECT_THAT(table->RowsAsJson(),
              ElementsAre(R"({"id":1,"term":"c"})", R"({"id":2,"term":"b"})"));
}

TEST_F(RecordingSinkTest, KeepsPositionsWhereAsked) {
  const auto table =
      tables_.Add("words", WordsSchema(), {.keeps_positions = true});
  EXPECT_THAT(table->Positions("g"), IsEmpty());
  ASSERT_TRUE(Write(Words({{1, "a"}})).ok());
  EXPECT_THAT(table->Positions("g"), ElementsAre(PartitionOffset{{"t", 0}, 8}));
  EXPECT_EQ(
      Write(Words({{1, "a"}})),
      absl::AbortedError("Stored position is 8, the write begins at 5 [t/0]"));
  EXPECT_EQ(table->num_rows(), 1u);
  table->SetPosition("g", {{"t", 0}, 5});
  EXPECT_TRUE(Write(Words({{1, "a"}})).ok());
  EXPECT_THAT(table->Positions("other"), IsEmpty());
}

// Issue 11, 10: the same offset of the topic's former log is another position.
TEST_F(RecordingSinkTest, ComparesMarksWhereBothAreKnown) {
  const auto table =
      tables_.Add("words", WordsSchema(), {.keeps_positions = true});
  const auto sink = *tables_.OpenTable("words");
  const auto write = [&](const std::string& from_mark) {
    table->SetPosition("g", {{"t", 0}, 5, "new"});
    const std::vector<PartitionRange> ranges = {
        {{"t", 0}, 5, 8, "end", from_mark}};
    std::vector<RefusedRow> refused;
    return sink->Write(
        Words({{1, "a"}}),
        {.view = "v", .consumer_group = "g", .ranges = ranges}, refused);
  };
  EXPECT_EQ(write("old"), absl::AbortedError("Stored position is 5 of another "
                                             "log, the write begins at 5 "
                                             "[t/0]"));
  EXPECT_EQ(table->num_rows(), 0u);
  EXPECT_TRUE(write("").ok());
  EXPECT_TRUE(write("new").ok());
  EXPECT_EQ(table->Positions("g")[0].mark, "end");
}

TEST_F(RecordingSinkTest, ChecksColumnsAndTypes) {
  tables_.Add("words", Schema({{.name = "id", .type = Type::kBigint}}));
  EXPECT_EQ(Write(Words({{1, "a"}})),
            absl::FailedPreconditionError("Column not in the table: 'term'"));
  tables_.Add("words", Schema({{.name = "id", .type = Type::kInt}}));
  EXPECT_EQ(Write(Words({{1, "a"}}, 1)),
            absl::FailedPreconditionError("Column of another type: 'id'"));
  tables_.Add(
      "words",
      Schema({{.name = "id", .type = Type::kBigint},
              {.name = "term", .type = Type::kText, .nullable = false}}));
  EXPECT_EQ(Write(Words({{1, std::nullopt}})),
            absl::FailedPreconditionError(
                "NULL in a column that cannot hold it: 'term'"));
}

TEST_F(RecordingSinkTest, UnknownTableIsNotFound) {
  EXPECT_EQ(tables_.OpenTable("words").status(),
            absl::NotFoundError("Table not found: 'words'"));
  tables_.Add("words", WordsSchema());
  EXPECT_TRUE(tables_.OpenTable("words").ok());
  tables_.Remove("words");
  EXPECT_FALSE(tables_.OpenTable("words").ok());
}

TEST_F(RecordingSinkTest, WaitsForRowsOfAnotherThread) {
  const auto table = tables_.Add("words", WordsSchema());
  EXPECT_FALSE(table->WaitForRows(1, absl::ZeroDuration()));
  std::thread writer([&] { EXPECT_TRUE(Write(Words({{1, "a"}})).ok()); });
  EXPECT_TRUE(table->WaitForRows(1, absl::Seconds(60)));
  writer.join();
}

}  // namespace
}  // namespace rowfall::testing
