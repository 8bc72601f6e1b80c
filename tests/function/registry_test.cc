// SPDX-License-Identifier: Apache-2.0
// Registering the host's functions.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/function.h"

namespace rowfall {
namespace {

ScalarFunction Named(const std::string& name) {
  ScalarFunction function;
  function.name = name;
  function.max_arguments = 1;
  function.result_type = [](std::span<const Type>) { return Type::kText; };
  function.evaluate = [](std::span<const Value>) { return Value("x"); };
  return function;
}

std::string TextOf(const absl::Status& status) {
  return std::string(status.message());
}

TEST(FunctionRegistryTest, FindsInAnyCase) {
  FunctionRegistry registry;
  ASSERT_TRUE(registry.Register(Named("Domain")).ok());
  ASSERT_NE(registry.Find("DOMAIN"), nullptr);
  EXPECT_EQ(registry.Find("domain"), registry.Find("DoMain"));
  EXPECT_EQ(registry.Find("domains"), nullptr);
}

TEST(FunctionRegistryTest, NamesAreSortedAndLower) {
  FunctionRegistry registry;
  ASSERT_TRUE(registry.Register(Named("Zeta_2")).ok());
  ASSERT_TRUE(registry.Register(Named("alpha")).ok());
  EXPECT_THAT(registry.Names(), testing::ElementsAre("alpha", "zeta_2"));
}

TEST(FunctionRegistryTest, RefusesTakenNames) {
  FunctionRegistry registry;
  ASSERT_TRUE(registry.Register(Named("domain")).ok());
  for (const std::string name : {"DOMAIN", "Upper", "if", "count", "and", "in"}) {
    const absl::Status status = registry.Register(Named(name));
    EXPECT_TRUE(absl::IsAlreadyExists(status)) << name;
  }
  EXPECT_EQ(TextOf(registry.Register(Named("UPPER"))),
            "Function exists already: 'upper'");
}

TEST(FunctionRegistryTest, RefusesUnfitNames) {
  FunctionRegistry registry;
  for (const std::string name : {"", "1st", "a b", "a-b", "é"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(registry.Register(Named(name)))) << name;
  }
  EXPECT_EQ(TextOf(registry.Register(Named("a b"))),
            "Function name needs letters, digits and underscores, not starting "
            "with a digit: 'a b'");
}

TEST(FunctionRegistryTest, RefusesMissingCallbacks) {
  FunctionRegistry registry;
  ScalarFunction no_type = Named("f"), no_evaluate = Named("f");
  no_type.result_type = nullptr;
  no_evaluate.evaluate = nullptr;
  EXPECT_TRUE(absl::IsInvalidArgument(registry.Register(no_type)));
  EXPECT_EQ(TextOf(registry.Register(no_evaluate)),
            "Function lacks result_type or evaluate: 'f'");
}

TEST(FunctionRegistryTest, RefusesMinAboveMax) {
  FunctionRegistry registry;
  ScalarFunction function = Named("f");
  function.min_arguments = 2;
  const absl::Status status = registry.Register(function);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(TextOf(status), "Function has min_arguments above max_arguments: 'f'");
}

}  // namespace
}  // namespace rowfall
