// SPDX-License-Identifier: Apache-2.0
// Names that are found and those that are not.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

std::string ErrorOf(const std::string& name,
                    const FunctionRegistry* host = nullptr) {
  const std::vector<ArgumentType> one = {Type::kText};
  const auto resolved = Resolve(name, one, {}, host);
  EXPECT_TRUE(absl::IsInvalidArgument(resolved.status())) << name;
  return std::string(resolved.status().message());
}

TEST(ResolveTest, FindsNamesInAnyCase) {
  EXPECT_EQ(CallRow("Upper", {Type::kText}, {"\"a\""}), "\"A\"");
  EXPECT_EQ(CallRow("UPPER", {Type::kText}, {"\"a\""}), "\"A\"");
}

TEST(ResolveTest, NamesTheNearestFunction) {
  EXPECT_EQ(ErrorOf("uper"), "Function not found: 'uper', did you mean 'upper'?");
  EXPECT_EQ(ErrorOf("cocat"), "Function not found: 'cocat', did you mean 'concat'?");
  EXPECT_EQ(ErrorOf("xyzzy_plugh"), "Function not found: 'xyzzy_plugh'");
}

TEST(ResolveTest, NamesTheHostsFunctionsToo) {
  FunctionRegistry host;
  ScalarFunction function;
  function.name = "domain";
  function.result_type = [](std::span<const Type>) { return Type::kText; };
  function.evaluate = [](std::span<const Value>) { return Value(); };
  ASSERT_TRUE(host.Register(function).ok());
  EXPECT_EQ(ErrorOf("domian", &host),
            "Function not found: 'domian', did you mean 'domain'?");
}

TEST(ResolveTest, RefusesWhatIsNoScalarFunction) {
  EXPECT_EQ(ErrorOf("count"), "COUNT is no scalar function");
  EXPECT_EQ(ErrorOf("if"), "IF is no scalar function");
}

}  // namespace
}  // namespace rowfall::function::testing
