// SPDX-License-Identifier: Apache-2.0
// Shape of bound views: leaves, sharing, folding, typed leaves. What is refused
// and EXPLAIN: tests/golden/eval.
#include "plan/view_plan.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plan/explain.h"
#include "rowfall/error.h"
#include "sql/parser.h"

namespace rowfall::plan {
namespace {

using data::Leaf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class ViewPlanTest : public testing::Test {
 protected:
  absl::StatusOr<std::shared_ptr<const ViewPlan>> TryPlan(
      const std::string& text) {
    const auto select = sql::ParseSelect(text);
    if (!select.ok()) return select.status();
    binding_.source = &source_;
    binding_.source_name = "kafka";
    return PlanView(*select, binding_);
  }
  std::shared_ptr<const ViewPlan> Plan(const std::string& text) {
    const auto plan = TryPlan(text);
    EXPECT_TRUE(plan.ok()) << plan.status();
    return plan.ok() ? *plan : nullptr;
  }
  size_t CountCalls(const ViewPlan& plan, const std::string& name) {
    return static_cast<size_t>(std::count_if(
        plan.exprs.begin(), plan.exprs.end(), [&name](const BoundExpr& expr) {
          const auto* call = std::get_if<CallExpr>(&expr.node);
          return call != nullptr && call->name == name;
        }));
  }

  const Schema source_{{{"id", Type::kBigint},
                        {"Term", Type::kText, true, "$Term"},
                        {"GlossDef", Type::kJson}}};
  ViewBinding binding_;
};

TEST_F(ViewPlanTest, LeavesHaveTheKeysOfTheMessage) {
  const auto plan = Plan(
      "SELECT term AS a, GlossDef.Size[0] AS b, kafka.id AS c, TERM AS d "
      "FROM kafka");
  EXPECT_THAT(
      plan->leaves,
      ElementsAre(
          Leaf{"Term", "$term", {}, Type::kText},
          Leaf{"GlossDef", "glossdef", {"Size", int64_t{0}}, Type::kJson},
          Leaf{"id", "id", {}, Type::kBigint}));
  EXPECT_EQ(plan->columns[0].expr, plan->columns[3].expr);
}

TEST_F(ViewPlanTest, EveryNameIsAKeyWithoutAColumnList) {
  binding_.source_has_columns = false;
  EXPECT_THAT(Plan("SELECT Foo.Bar AS x FROM kafka")->leaves,
              ElementsAre(Leaf{"foo", "foo", {"Bar"}, Type::kJson}));
}

TEST_F(ViewPlanTest, EqualExpressionsAreOne) {
  const auto plan = Plan(
      "SELECT UPPER(term) AS a, UPPER(Term) AS b, a AS c, COUNT(*) AS n, "
      "COUNT(*) + 1 AS m FROM kafka GROUP BY UPPER(term)");
  EXPECT_EQ(CountCalls(*plan, "upper"), 1u);
  EXPECT_EQ(plan->aggregates.size(), 1u);
  EXPECT_EQ(plan->keys[0], plan->columns[0].expr);
}

TEST_F(ViewPlanTest, HostFunctionsThatAreNotDeterministicStayApart) {
  FunctionRegistry functions;
  ASSERT_TRUE(
      functions
          .Register({.name = "dice",
                     .result_type =
                         [](std::span<const Type>) { return Type::kBigint; },
                     .evaluate = [](std::span<const Value>)
                         -> absl::StatusOr<Value> { return int64_t{4}; },
                     .deterministic = false})
          .ok());
  binding_.functions = &functions;
  const auto plan = Plan("SELECT dice() AS a, dice() AS b, a AS c FROM kafka");
  EXPECT_EQ(CountCalls(*plan, "dice"), 2u);
  EXPECT_EQ(plan->columns[0].expr, plan->columns[2].expr);
}

TEST_F(ViewPlanTest, ConstantsAreFoldedAndTheUnusedIsGone) {
  const auto plan = Plan(
      "SELECT 1 + 2 * 3 AS seven, IF(1 > 2, term, 'x') AS x, "
      "COALESCE(NULL, 5, id) AS five FROM kafka");
  EXPECT_THAT(plan->leaves, IsEmpty());
  EXPECT_THAT(Explain(*plan), ElementsAre(Pair("result", "seven bigint = 7"),
                                          Pair("result", "x text = 'x'"),
                                          Pair("result", "five bigint = 5")));
}

TEST_F(ViewPlanTest, ArgumentsStandBeforeTheirUsers) {
  const auto plan = Plan(
      "SELECT b + 1 AS a, id * 2 AS b, COUNT(*) AS c FROM kafka "
      "WHERE b > 3 GROUP BY a HAVING c > 1 ORDER BY a DESC");
  for (ExprId id = 0; id < plan->exprs.size(); ++id) {
    ForEachArgument(plan->exprs[id],
                    [id](ExprId argument) { EXPECT_LT(argument, id); });
  }
}

TEST_F(ViewPlanTest, ATypedLeafNamesTheResultColumn) {
  const Schema table({{"Size", Type::kMulti}});
  binding_.destination = &table;
  EXPECT_THAT(Plan("SELECT GlossDef.size AS size FROM kafka")->leaves,
              ElementsAre(Leaf{"Size", "glossdef", {"size"}, Type::kMulti}));
  EXPECT_THAT(
      Plan("SELECT GlossDef.size AS size FROM kafka WHERE id > 1")->leaves,
      testing::Contains(Leaf{"GlossDef", "glossdef", {"size"}, Type::kJson}));
  binding_.typed_leaves = false;
  EXPECT_THAT(Plan("SELECT GlossDef.size AS size FROM kafka")->leaves,
              ElementsAre(Leaf{"GlossDef", "glossdef", {"size"}, Type::kJson}));
}

TEST_F(ViewPlanTest, TheResultHasTheNamesOfTheTable) {
  const Schema table({{"ID", Type::kInt, false},
                      {"Name", Type::kText},
                      {"other", Type::kInt}});
  binding_.destination = &table;
  EXPECT_EQ(*Plan("SELECT term AS name, id FROM kafka")->schema,
            Schema({{"Name", Type::kText}, {"ID", Type::kInt, false}}));
}

TEST_F(ViewPlanTest, ErrorsHaveTheirPlace) {
  const auto plan = TryPlan("SELECT id,\n  UPPER(trem) AS x\nFROM kafka");
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(plan.status().message(),
            "Column not found: 'trem', did you mean 'Term'? [at 2:9]");
  EXPECT_EQ(ErrorPlace(plan.status()), (TextPlace{2, 9}));
}

// Each level uses the one before it twice: 2^40 nodes if they were not shared.
TEST_F(ViewPlanTest, AliasesThatDoubleStaySmall) {
  std::string text = "SELECT id AS a0";
  for (int i = 1; i <= 40; ++i) {
    const std::string before = "a" + std::to_string(i - 1);
    text += ", " + before + " + " + before + " AS a" + std::to_string(i);
  }
  const auto plan = Plan(text + " FROM kafka");
  EXPECT_EQ(plan->exprs.size(), 41u);
  for (const auto& [step, detail] : Explain(*plan)) {
    EXPECT_LT(detail.size(), 10000u);
  }
}

// Recursion over what aliases pile up is limited, in whatever order.
TEST_F(ViewPlanTest, RefusesAliasesThatPileUp) {
  const auto chain = [](int count, bool ascending) {
    std::string text = "SELECT ";
    for (int i = 0; i < count; ++i) {
      const int n = ascending ? i : count - 1 - i;
      const std::string before = n == 0 ? "id" : "a" + std::to_string(n - 1);
      text += (i == 0 ? "" : ", ") + std::string("ABS(-(") + before +
              " + 1)) AS a" + std::to_string(n);
    }
    return text + " FROM kafka";
  };
  for (const bool ascending : {true, false}) {
    EXPECT_TRUE(TryPlan(chain(200, ascending)).ok());
    const auto plan = TryPlan(chain(900, ascending));
    EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(
        std::string(plan.status().message()),
        testing::HasSubstr(
            "Expression has more than 1000 levels, aliases included [at 1:"));
  }
}

}  // namespace
}  // namespace rowfall::plan
