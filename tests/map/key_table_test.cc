// SPDX-License-Identifier: Apache-2.0
// Finding wanted keys.
#include "map/key_table.h"

#include <string>

#include "base/text.h"
#include "gtest/gtest.h"

namespace rowfall::map {
namespace {

TEST(KeyTableTest, FindsNothingInAnEmptyTable) {
  EXPECT_EQ(KeyTable().Find("x"), kNoNode);
  EXPECT_EQ(KeyTable().Find(""), kNoNode);
}

TEST(KeyTableTest, FindsEachOfMany) {
  for (const KeyCase key_case : {KeyCase::kExact, KeyCase::kIgnore}) {
    KeyTable table(key_case);
    // Equal ends and lengths.
    const auto key = [](uint32_t i) {
      return "a_long_prefix_" + std::to_string(10000 + i) + "_a_long_suffix";
    };
    for (uint32_t i = 0; i < 4096; ++i) table.Add(key(i), i);
    for (uint32_t i = 0; i < 4096; ++i) ASSERT_EQ(table.Find(key(i)), i);
    EXPECT_EQ(table.Find(key(5000)), kNoNode);
    EXPECT_EQ(table.Find("a_long_prefix"), kNoNode);
  }
}

TEST(KeyTableTest, KeepsCaseApartWhereItCounts) {
  KeyTable exact(KeyCase::kExact);
  exact.Add("size", 1);
  exact.Add("Size", 2);
  exact.Add("", 3);
  EXPECT_EQ(exact.Find("size"), 1u);
  EXPECT_EQ(exact.Find("Size"), 2u);
  EXPECT_EQ(exact.Find("SIZE"), kNoNode);
  EXPECT_EQ(exact.Find(""), 3u);
}

TEST(KeyTableTest, IgnoresTheCaseOfAsciiLettersOnly) {
  KeyTable table(KeyCase::kIgnore);
  table.Add("a[\xc3\xa4", 1);
  EXPECT_EQ(table.Find("A[\xc3\xa4"), 1u);
  // 0x20 apart, but no letters.
  EXPECT_EQ(table.Find("a{\xc3\xa4"), kNoNode);
  EXPECT_EQ(table.Find("a[\xc3\x84"), kNoNode);
}

}  // namespace
}  // namespace rowfall::map
