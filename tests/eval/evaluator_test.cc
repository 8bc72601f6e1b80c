// SPDX-License-Identifier: Apache-2.0
// What an evaluator shares, copies and keeps.
#include "eval/evaluator.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eval/view_story.h"

namespace rowfall::eval {
namespace {

using testing::ElementsAre;

class EvaluatorTest : public testing::Test {
 protected:
  void Compile(const std::string& select) {
    plan::ViewBinding binding;
    binding.source = &source_;
    const auto plan = PlanSelect(select, binding);
    ASSERT_TRUE(plan.ok()) << plan.status();
    plan_ = *plan;
    evaluator_ = *Evaluator::Make(plan_);
  }
  Batch Leaves(const std::vector<std::string>& lines) {
    std::vector<FailedRow> rejected;
    return MakeLeaves(plan_->leaves, lines, rejected);
  }
  Batch Evaluate(const Batch& leaves) {
    return *evaluator_->Evaluate(leaves, absl::UnixEpoch(), failed_);
  }

  const Schema source_ = ParseSchema("id bigint, t text, j json");
  std::shared_ptr<const plan::ViewPlan> plan_;
  std::unique_ptr<Evaluator> evaluator_;
  std::vector<FailedRow> failed_;
};

TEST_F(EvaluatorTest, SharesLeavesWithoutCopy) {
  Compile("SELECT t, id AS key FROM kafka");
  const Batch leaves = Leaves({R"({"id":1,"t":"a"})", R"({"id":2})"});
  const Batch result = Evaluate(leaves);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(result.column_ptr(i), leaves.column_ptr(i));
  }
}

TEST_F(EvaluatorTest, SharesLeavesWhereWhereKeepsAllRows) {
  Compile("SELECT id FROM kafka WHERE id > 0");
  const Batch leaves = Leaves({R"({"id":1})", R"({"id":2})"});
  EXPECT_EQ(Evaluate(leaves).column_ptr(0), leaves.column_ptr(0));
}

TEST_F(EvaluatorTest, HoldsNoLeafAfterwards) {
  Compile(
      "SELECT id + 1 AS n, IF(id > 1, t, 'x') AS t FROM kafka "
      "WHERE id < 9");
  const Batch leaves =
      Leaves({R"({"id":1,"t":"a"})", R"({"id":2})", R"({"id":10})"});
  Evaluate(leaves);
  for (size_t i = 0; i < leaves.num_columns(); ++i) {
    EXPECT_EQ(leaves.column_ptr(i).use_count(), 1);
  }
}

TEST_F(EvaluatorTest, UsesColumnsAgainThatNobodyHolds) {
  Compile("SELECT id + 1 AS n FROM kafka");
  const Batch leaves = Leaves({R"({"id":1})"});
  const Column* first = Evaluate(leaves).column_ptr(0).get();
  const Batch kept = Evaluate(leaves);
  EXPECT_EQ(kept.column_ptr(0).get(), first);
  EXPECT_NE(Evaluate(leaves).column_ptr(0).get(), first);
  EXPECT_THAT(kept.column(0).bigints(), ElementsAre(2));
}

TEST_F(EvaluatorTest, GroupsKeepTheOriginOfTheirFirstRow) {
  Compile(
      "SELECT t, COUNT(*) AS c FROM kafka WHERE id > 0 GROUP BY t "
      "ORDER BY c");
  const Batch result =
      Evaluate(Leaves({R"({"id":0,"t":"b"})", R"({"id":1,"t":"a"})",
                       R"({"id":2,"t":"b"})", R"({"id":3,"t":"a"})"}));
  EXPECT_THAT(result.origins(), ElementsAre(2, 1));
}

TEST_F(EvaluatorTest, ABatchWithoutOriginsGivesNone) {
  Compile("SELECT id FROM kafka WHERE id > 1");
  const Batch with = Leaves({R"({"id":1})", R"({"id":2})"});
  const Batch without(with.schema_ptr(), {with.column_ptr(0)}, 2);
  EXPECT_TRUE(Evaluate(without).origins().empty());
}

TEST_F(EvaluatorTest, AppendsFailuresBehindEarlierOnes) {
  Compile("SELECT CAST(t AS bigint) AS n FROM kafka");
  Evaluate(Leaves({R"({"t":"x"})"}));
  Evaluate(Leaves({R"({"t":"1"})", R"({"t":"y"})"}));
  EXPECT_THAT(
      failed_,
      ElementsAre(FailedRow{0, "n", "Cannot read string as BIGINT: 'x'"},
                  FailedRow{1, "n", "Cannot read string as BIGINT: 'y'"}));
}

TEST_F(EvaluatorTest, RefusesABatchThatIsNotOfThePlan) {
  Compile("SELECT id FROM kafka");
  const Batch leaves = Leaves({R"({"id":1})"});
  Compile("SELECT t FROM kafka");
  EXPECT_EQ(
      evaluator_->Evaluate(leaves, absl::UnixEpoch(), failed_).status().code(),
      absl::StatusCode::kInternal);
}

TEST_F(EvaluatorTest, AnEmptyBatchHasTheColumns) {
  Compile("SELECT id, COUNT(*) AS c FROM kafka GROUP BY id");
  const Batch result = Evaluate(Leaves({}));
  EXPECT_EQ(result.schema().ToString(), "id bigint, c bigint");
  EXPECT_EQ(result.num_rows(), 0u);
  EXPECT_EQ(result.column(1).type(), Type::kBigint);
}

// A view without a leaf still has its rows.
TEST_F(EvaluatorTest, CountsRowsWithoutLeaves) {
  Compile("SELECT COUNT(*) AS c, 'x' AS t FROM kafka");
  EXPECT_TRUE(plan_->leaves.empty());
  const Batch leaves(std::make_shared<const Schema>(), {}, 3, {0, 1, 2});
  EXPECT_THAT(Evaluate(leaves).column(0).bigints(), ElementsAre(3));
}

}  // namespace
}  // namespace rowfall::eval
