// SPDX-License-Identifier: Apache-2.0
// Tests of the tables that fail on demand.
#include "rowfall/testing/faulty_sink.h"

#include <stdexcept>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/testing/recording_sink.h"
#include "tests/testing/batches.h"

namespace rowfall::testing {
namespace {

class FaultySinkTest : public ::testing::Test {
 protected:
  FaultySinkTest()
      : tables_(std::make_shared<RecordingTables>()),
        table_(tables_->Add("words", WordsSchema(), {.keeps_positions = true})),
        faulty_(tables_) {
    sink_ = *faulty_.OpenTable("words");
  }
  absl::Status Write(const Batch& rows = Words({{1, "a"}, {2, "b"}})) {
    refused_.clear();
    return sink_->Write(rows, {}, refused_);
  }

  std::shared_ptr<RecordingTables> tables_;
  std::shared_ptr<RecordingTable> table_;
  FaultyTables faulty_;
  std::shared_ptr<Sink> sink_;
  std::vector<RefusedRow> refused_;
};

TEST_F(FaultySinkTest, WithoutFaultsItIsTheTable) {
  EXPECT_TRUE(Write().ok());
  EXPECT_EQ(table_->num_rows(), 2u);
  EXPECT_EQ(sink_->schema(), WordsSchema());
  EXPECT_TRUE(sink_->traits().keeps_positions);
  EXPECT_TRUE(sink_->LoadPositions("g").ok());
  EXPECT_EQ(faulty_.OpenTable("x").status(),
            absl::NotFoundError("Table not found: 'x'"));
}

TEST_F(FaultySinkTest, FaultsAreUsedUpInOrder) {
  faulty_.Return(absl::UnavailableError("down"), 2);
  faulty_.Pass();
  faulty_.Throw("boom");
  EXPECT_EQ(Write(), absl::UnavailableError("down"));
  EXPECT_EQ(Write(), absl::UnavailableError("down"));
  EXPECT_TRUE(Write().ok());
  EXPECT_THROW((void)Write(), std::runtime_error);
  EXPECT_TRUE(Write().ok());
  EXPECT_EQ(faulty_.num_calls(), 5);
  EXPECT_EQ(table_->num_writes(), 2u);
}

TEST_F(FaultySinkTest, AnAnswerGetsLost) {
  faulty_.ApplyThenReturn(absl::UnavailableError("timeout"));
  EXPECT_EQ(Write(), absl::UnavailableError("timeout"));
  EXPECT_EQ(table_->num_rows(), 2u);
}

TEST_F(FaultySinkTest, RefusesRowsByNameOrWithout) {
  const auto is_two = [](const Batch& batch, size_t row) -> std::string {
    return batch.column(0).bigints()[row] == 2 ? "Two is refused" : "";
  };
  faulty_.RefuseRows(is_two, "id");
  EXPECT_TRUE(Write().ok());
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_EQ(refused_[0].row, 1u);
  EXPECT_EQ(refused_[0].column, "id");
  EXPECT_EQ(refused_[0].reason, "Two is refused");
  EXPECT_EQ(table_->num_rows(), 0u);

  faulty_.RefuseBatchesWith(is_two);
  EXPECT_EQ(Write(), absl::InvalidArgumentError("Two is refused"));
  EXPECT_TRUE(refused_.empty());
  EXPECT_TRUE(Write(Words({{1, "a"}})).ok());

  faulty_.RefuseRows(nullptr);
  EXPECT_TRUE(Write().ok());
  EXPECT_EQ(table_->num_rows(), 3u);
}

TEST_F(FaultySinkTest, RefusesARowThatIsNotThere) {
  faulty_.RefuseMissingRow();
  EXPECT_TRUE(Write().ok());
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_EQ(refused_[0].row, 2u);
}

TEST_F(FaultySinkTest, BlocksUntilReleased) {
  EXPECT_FALSE(faulty_.WaitUntilBlocked(absl::ZeroDuration()));
  faulty_.Block();
  std::thread writer([&] { EXPECT_TRUE(Write().ok()); });
  EXPECT_TRUE(faulty_.WaitUntilBlocked(absl::Seconds(60)));
  EXPECT_EQ(table_->num_rows(), 0u);
  faulty_.Release();
  writer.join();
  EXPECT_EQ(table_->num_rows(), 2u);
}

TEST_F(FaultySinkTest, OpeningAndLoadingFailOnDemand) {
  faulty_.FailOpen(absl::UnavailableError("a"));
  EXPECT_EQ(faulty_.OpenTable("words").status(), absl::UnavailableError("a"));
  EXPECT_TRUE(faulty_.OpenTable("words").ok());
  faulty_.FailLoadPositions(absl::UnavailableError("b"), 1);
  EXPECT_EQ(sink_->LoadPositions("g").status(), absl::UnavailableError("b"));
  EXPECT_TRUE(sink_->LoadPositions("g").ok());
}

}  // namespace
}  // namespace rowfall::testing
