// SPDX-License-Identifier: Apache-2.0
// Statements of the greatest depth on the smallest stacks.
#include <string>

#include "gtest/gtest.h"
#include "sql/limits.h"
#include "sql/parser.h"
#include "tests/support/deep_selects.h"
#include "tests/support/small_stack.h"

namespace rowfall::sql {
namespace {

using tests::DeepSelect;
using tests::StackUsed;

static_assert(tests::kDeepest == kMaxDepth);

class DeepStatementTest : public ::testing::TestWithParam<DeepSelect> {};

TEST_P(DeepStatementTest, ParsesAndDestroysTheDeepest) {
  const std::string text = "CREATE MV v TO t AS " + GetParam().text;
  absl::Status status;
  const size_t used =
      StackUsed([&] { status = ParseStatement(text).status(); });
  EXPECT_TRUE(status.ok()) << status;
  RecordProperty("stack_bytes", static_cast<int>(used));
}

INSTANTIATE_TEST_SUITE_P(
    All, DeepStatementTest, ::testing::ValuesIn(tests::DeepSelects()),
    [](const auto& info) { return info.param.name; });

// The stack that a statement needs is that of a flat one. Chains of AND and OR
// are the exception: they are balanced by recursion, log n deep.
TEST(ParserStackTest, DepthTakesNothing) {
  const auto used = [](const std::string& select) {
    const auto parse = [&select] { (void)ParseStatement(select); };
    StackUsed(parse);  // The first time the system looks up functions.
    return StackUsed(parse);
  };
  const std::string view = "CREATE MV v TO t AS ";
  const size_t flat =
      used(view + "SELECT (1 IN (2, a)) AS id, - abs(a) + 1 AS x FROM s");
  for (const DeepSelect& select : tests::DeepSelects()) {
    if (select.name == "LongConditions") continue;
    EXPECT_LT(used(view + select.text), flat + 8 * 1024) << select.name;
  }
}

// Errors come from the greatest depth, too.
TEST(ParserStackTest, RefusesWhatIsTooDeep) {
  for (const std::string nesting : {"(", "NOT ", "- ", "f(", "CAST(", "IN("}) {
    absl::Status status;
    const std::string text = "CREATE MV v TO t AS SELECT " +
                             tests::Repeat(nesting, 10'000) + "a FROM k";
    StackUsed([&] { status = ParseStatement(text).status(); });
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  }
}

// Whoever lets go last destroys, and only what nobody else has.
TEST(ParserStackTest, PartsOfATreeMayOutliveIt) {
  auto select = ParseSelect("SELECT " + tests::Repeat("- ", kMaxDepth) + "a");
  ASSERT_TRUE(select.ok()) << select.status();
  ExprPtr inner = select->items[0].expr;
  for (int i = 0; i < kMaxDepth / 2; ++i) {
    inner = std::get<Unary>(inner->node).operand;
  }
  StackUsed([&] { *select = Select(); });
  int left = 0;
  for (const Expr* expr = inner.get();
       const auto* unary = std::get_if<Unary>(&expr->node);
       expr = unary->operand.get()) {
    ++left;
  }
  EXPECT_EQ(left, kMaxDepth / 2);
  StackUsed([&] { inner = nullptr; });
}

}  // namespace
}  // namespace rowfall::sql
