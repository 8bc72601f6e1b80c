// SPDX-License-Identifier: Apache-2.0
// Evaluating the deepest views on the smallest stacks.
#include <memory>
#include <string>
#include <vector>

#include "eval/evaluator.h"
#include "gtest/gtest.h"
#include "tests/eval/view_story.h"
#include "tests/support/deep_selects.h"
#include "tests/support/small_stack.h"

namespace rowfall::eval {
namespace {

using tests::DeepSelect;
using tests::StackUsed;

class DeepEvaluationTest : public ::testing::TestWithParam<DeepSelect> {};

// Rows for which conditions on `a` come out differently at many levels.
std::vector<std::string> Rows() {
  std::vector<std::string> rows;
  for (int i = 0; i < 20; ++i) {
    rows.push_back("{\"a\": " + std::to_string(10 * i) +
                   (i % 2 == 0 ? ", \"t\": \"1\"}" : "}"));
  }
  rows.push_back("{\"t\": \"2\"}");
  return rows;
}

TEST_P(DeepEvaluationTest, NeedsNoDeepStack) {
  const Schema source = ParseSchema("a bigint, t text, j json");
  plan::ViewBinding binding;
  binding.source = &source;
  const auto plan = PlanSelect(GetParam().text, binding);
  ASSERT_TRUE(plan.ok()) << plan.status();
  std::vector<FailedRow> failed;
  const Batch leaves = MakeLeaves((*plan)->leaves, Rows(), failed);
  absl::Status status;
  const size_t used = StackUsed([&] {
    const auto evaluator = Evaluator::Make(*plan);
    status = (*evaluator)
                 ->Evaluate(leaves, absl::UnixEpoch(), failed)
                 .status();
  });
  EXPECT_TRUE(status.ok()) << status;
  RecordProperty("stack_bytes", static_cast<int>(used));
}

INSTANTIATE_TEST_SUITE_P(
    All, DeepEvaluationTest, ::testing::ValuesIn(tests::DeepSelects()),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rowfall::eval
