// SPDX-License-Identifier: Apache-2.0
// Infinite numbers and NaN, which only a host's own batch can bring.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "function/aggregate.h"
#include "gtest/gtest.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string CallDoubles(const std::string& name, std::vector<double> values) {
  const std::vector<ArgumentType> types(values.size(), Type::kDouble);
  const auto resolved = Resolve(name, types, {}, nullptr);
  EXPECT_TRUE(resolved.ok()) << name;
  std::vector<Column> columns;
  for (const double value : values) {
    columns.emplace_back(Type::kDouble).AppendDouble(value);
  }
  std::vector<Argument> arguments;
  for (const Column& column : columns) arguments.push_back({&column, false});
  Column out(resolved->type);
  RowErrors errors;
  resolved->kernel->Evaluate({}, arguments, 1, out, errors);
  return ResultsOf(out, errors)[0];
}

TEST(InfinityTest, ArithmeticRejectsTheRow) {
  EXPECT_EQ(CallDoubles("+", {kInfinity, 1}),
            "error: DOUBLE out of range: inf + 1");
  EXPECT_EQ(CallDoubles("*", {kNaN, 0}), "error: DOUBLE out of range: nan * 0");
  EXPECT_EQ(CallDoubles("div", {kInfinity, 1}),
            "error: BIGINT out of range: inf DIV 1");
  EXPECT_EQ(CallDoubles("div", {kNaN, 1}),
            "error: BIGINT out of range: nan DIV 1");
  EXPECT_EQ(CallDoubles("%", {kInfinity, 2}),
            "error: DOUBLE out of range: inf % 2");
}

TEST(InfinityTest, NaNIsDifferentFromEverything) {
  EXPECT_EQ(CallDoubles("=", {kNaN, kNaN}), "false");
  EXPECT_EQ(CallDoubles("<>", {kNaN, kNaN}), "true");
  EXPECT_EQ(CallDoubles("<", {kNaN, 1}), "false");
  EXPECT_EQ(CallDoubles(">=", {kNaN, 1}), "false");
  EXPECT_EQ(CallDoubles("in", {kNaN, kNaN, 1}), "false");
  EXPECT_EQ(CallDoubles("<", {1, kInfinity}), "true");
}

TEST(InfinityTest, FunctionsRejectTheRow) {
  EXPECT_EQ(CallDoubles("ceil", {kNaN}), "error: BIGINT out of range: CEIL(nan)");
  EXPECT_EQ(CallDoubles("floor", {-kInfinity}),
            "error: BIGINT out of range: FLOOR(-inf)");
  EXPECT_EQ(CallDoubles("int", {kNaN}), "error: Number does not fit INTEGER: nan");
  EXPECT_EQ(CallDoubles("bigint", {kInfinity}),
            "error: Number does not fit BIGINT: inf");
  EXPECT_EQ(CallDoubles("round", {kInfinity}),
            "error: DOUBLE out of range: ROUND(inf)");
  EXPECT_EQ(CallDoubles("sqrt", {kInfinity}),
            "error: DOUBLE out of range: SQRT(inf)");
  EXPECT_EQ(CallDoubles("geodist", {kNaN, 0, 0, 0}),
            "error: DOUBLE out of range: GEODIST(nan, 0, 0, 0)");
  EXPECT_EQ(CallDoubles("json", {kInfinity}),
            "error: JSON has no infinite numbers and no NaN");
}

TEST(InfinityTest, SumRejectsTheGroup) {
  const ArgumentType type = Type::kDouble;
  const auto resolved = ResolveAggregate("sum", {&type, 1}, false, false);
  ASSERT_TRUE(resolved.ok());
  const auto state = resolved->make(*resolved);
  state->Resize(1);
  Column column(Type::kDouble);
  column.AppendDouble(kInfinity);
  const Argument argument{&column, false};
  const uint32_t group = 0;
  state->Update({&argument, 1}, {&group, 1});
  Column out(Type::kDouble);
  RowErrors errors;
  state->Finish(out, errors);
  EXPECT_EQ(ResultsOf(out, errors),
            std::vector<std::string>{"error: DOUBLE out of range: inf"});
}

}  // namespace
}  // namespace rowfall::function::testing
