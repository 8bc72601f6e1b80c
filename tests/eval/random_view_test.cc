// SPDX-License-Identifier: Apache-2.0
// Random views: against the slow evaluator, and over borders of batches.
#include <algorithm>

#include "eval/evaluator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sql/parser.h"
#include "tests/eval/random_view.h"
#include "tests/eval/slow_view.h"
#include "tests/eval/view_story.h"

namespace rowfall::eval {
namespace {

constexpr int kViews = 600;

// A view and its evaluator, which is used for several batches.
class Fixture {
 public:
  Fixture(const std::string& text, const Schema& schema)
      : schema_(schema), select_(sql::ParseSelect(text)) {
    plan::ViewBinding binding;
    binding.source = &schema_;
    binding.source_name = "kafka";
    if (!select_.ok()) return;
    auto plan = plan::PlanView(*select_, binding);
    status_ = plan.status();
    if (!plan.ok()) return;
    plan_ = *plan;
    evaluator_ = *Evaluator::Make(plan_);
  }

  absl::Status status() const {
    return select_.ok() ? status_ : select_.status();
  }
  const sql::Select& select() const { return *select_; }

  Batch Evaluate(const std::vector<std::string>& rows,
                 std::vector<FailedRow>& failed) {
    std::vector<FailedRow> rejected;
    const Batch leaves = MakeLeaves(plan_->leaves, rows, rejected);
    return *evaluator_->Evaluate(leaves, absl::UnixEpoch(), failed);
  }

 private:
  Schema schema_;
  absl::StatusOr<sql::Select> select_;
  absl::Status status_;
  std::shared_ptr<const plan::ViewPlan> plan_;
  std::unique_ptr<Evaluator> evaluator_;
};

SlowResult ToSlow(const Batch& batch, const std::vector<FailedRow>& failed) {
  SlowResult result;
  for (size_t row = 0; row < batch.num_rows(); ++row) {
    auto& values = result.rows.emplace_back();
    for (size_t i = 0; i < batch.num_columns(); ++i) {
      values.push_back(batch.column(i).ValueAt(row));
    }
  }
  result.origins.assign(batch.origins().begin(), batch.origins().end());
  for (const FailedRow& row : failed) {
    EXPECT_TRUE(result.failed.emplace(row.row, row.column).second);
  }
  EXPECT_TRUE(std::is_sorted(
      failed.begin(), failed.end(),
      [](const FailedRow& a, const FailedRow& b) { return a.row < b.row; }));
  return result;
}

std::string Lines(const std::vector<std::string>& rows) {
  std::string out;
  for (const std::string& row : rows) out += row + "\n";
  return out;
}

TEST(RandomViewTest, AgreesWithTheSlowEvaluator) {
  RandomView random(TestSeed(), RandomView::Dialect::kOurs);
  size_t num_failed = 0;
  size_t num_rows = 0;
  for (int i = 0; i < kViews && !HasFailure(); ++i) {
    const std::string text = random.Select();
    Fixture view(text, RandomSchema());
    ASSERT_TRUE(view.status().ok()) << text << "\n" << view.status();
    // The second and third batch use the memory of the first.
    for (const size_t count : {random.Below(40), random.Below(9), size_t{30}}) {
      const auto rows = random.Rows(count);
      const Batch input = MakeBatch(RandomSchema(), rows);
      std::vector<FailedRow> failed;
      const SlowResult got = ToSlow(view.Evaluate(rows, failed), failed);
      const SlowResult want = EvaluateSlowly(view.select(), input);
      ASSERT_EQ(got.failed, want.failed) << text << "\n" << Lines(rows);
      ASSERT_EQ(got.origins, want.origins) << text << "\n" << Lines(rows);
      ASSERT_TRUE(got.rows == want.rows)
          << text << "\n"
          << Lines(rows) << testing::PrintToString(got.rows) << "\n"
          << testing::PrintToString(want.rows);
      num_failed += failed.size();
      num_rows += got.rows.size();
    }
  }
  // The comparison is worth something only where rows come out and fail.
  EXPECT_GT(num_failed, 1000u);
  EXPECT_GT(num_rows, 5000u);
}

TEST(RandomViewTest, RowsDoNotDependOnBatchBorders) {
  RandomView random(TestSeed(), RandomView::Dialect::kOurs);
  for (int i = 0; i < kViews / 2 && !HasFailure(); ++i) {
    const std::string text = random.RowSelect();
    Fixture view(text, RandomSchema());
    ASSERT_TRUE(view.status().ok()) << text << "\n" << view.status();
    const auto rows = random.Rows(60);
    std::vector<FailedRow> failed;
    const SlowResult whole = ToSlow(view.Evaluate(rows, failed), failed);
    SlowResult parts;
    for (size_t begin = 0; begin < rows.size();) {
      const size_t end = std::min(rows.size(), begin + 1 + random.Below(20));
      std::vector<FailedRow> part_failed;
      const Batch part =
          view.Evaluate({rows.begin() + static_cast<ptrdiff_t>(begin),
                         rows.begin() + static_cast<ptrdiff_t>(end)},
                        part_failed);
      const SlowResult result = ToSlow(part, part_failed);
      parts.rows.insert(parts.rows.end(), result.rows.begin(),
                        result.rows.end());
      const auto shift = static_cast<uint32_t>(begin);
      for (const uint32_t row : result.origins) {
        parts.origins.push_back(row + shift);
      }
      for (const auto& [row, label] : result.failed) {
        parts.failed.emplace(row + shift, label);
      }
      begin = end;
    }
    ASSERT_TRUE(parts.rows == whole.rows) << text << "\n" << Lines(rows);
    ASSERT_EQ(parts.origins, whole.origins) << text;
    ASSERT_EQ(parts.failed, whole.failed) << text;
  }
}

}  // namespace
}  // namespace rowfall::eval
