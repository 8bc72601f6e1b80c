// SPDX-License-Identifier: Apache-2.0
// Checks that every test named in src/commit/delivery.md exists.
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/test_names.h"

namespace rowfall::commit {
namespace {

TEST(DeliveryRulesTest, EachRuleIsHeldByATestThatExists) {
  const std::set<std::string> tests = tests::TestsIn("tests");
  int num_names = 0;
  for (const std::string& name :
       tests::TestsNamedIn(tests::ReadProjectFile("src/commit/delivery.md"))) {
    if (name.ends_with(".DeliveryRulesTest")) continue;
    EXPECT_EQ(tests.count(name), 1u) << name;
    ++num_names;
  }
  EXPECT_GT(num_names, 30);
}

}  // namespace
}  // namespace rowfall::commit
