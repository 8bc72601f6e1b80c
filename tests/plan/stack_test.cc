// SPDX-License-Identifier: Apache-2.0
// Binding and showing the deepest views on the smallest stacks.
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "plan/explain.h"
#include "plan/view_plan.h"
#include "sql/parser.h"
#include "tests/support/deep_selects.h"
#include "tests/support/small_stack.h"

namespace rowfall::plan {
namespace {

using tests::DeepSelect;
using tests::StackUsed;

const Schema& Source() {
  static const Schema source(
      {{"a", Type::kBigint}, {"t", Type::kText}, {"j", Type::kJson}});
  return source;
}

// Parses, binds, shows and destroys.
absl::Status PlanAndExplain(const std::string& text, size_t* num_steps) {
  const auto select = sql::ParseSelect(text);
  if (!select.ok()) return select.status();
  ViewBinding binding;
  binding.source = &Source();
  binding.source_name = "s";
  const auto plan = PlanView(*select, binding);
  if (!plan.ok()) return plan.status();
  *num_steps = Explain(**plan).size();
  return absl::OkStatus();
}

class DeepPlanTest : public ::testing::TestWithParam<DeepSelect> {};

TEST_P(DeepPlanTest, BindsAndExplains) {
  absl::Status status;
  size_t num_steps = 0;
  const size_t used = StackUsed(
      [&] { status = PlanAndExplain(GetParam().text, &num_steps); });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_GT(num_steps, 1u);
  RecordProperty("stack_bytes", static_cast<int>(used));
}

INSTANTIATE_TEST_SUITE_P(
    All, DeepPlanTest, ::testing::ValuesIn(tests::DeepSelects()),
    [](const auto& info) { return info.param.name; });

// Aliases above one another are refused in time, and not by a crash.
TEST(PlanStackTest, RefusesTooManyLevels) {
  std::string text = "SELECT a AS y0";
  for (int i = 1; i < 100; ++i) {
    text += ", y" + std::to_string(i - 1) + tests::Repeat(" + a", 150) +
            " AS y" + std::to_string(i);
  }
  absl::Status status;
  size_t num_steps = 0;
  StackUsed([&] { status = PlanAndExplain(text + " FROM s", &num_steps); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_NE(status.message().find("more than 1000 levels"),
            absl::string_view::npos);
}

}  // namespace
}  // namespace rowfall::plan
