// SPDX-License-Identifier: Apache-2.0
// UPPER and LOWER over all characters.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "json/utf8.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

// A column with each character up to `last`, but no surrogates.
Column AllCharacters(uint32_t last) {
  Column column(Type::kText);
  for (uint32_t code = 0; code <= last; ++code) {
    if (code >= 0xd800 && code < 0xe000) continue;
    char bytes[4];
    const char* end = json::EncodeUtf8(code, bytes);
    column.AppendText({bytes, static_cast<size_t>(end - bytes)});
  }
  return column;
}

Column Apply(const std::string& name, const Column& column) {
  const std::vector<ArgumentType> types = {Type::kText};
  const auto resolved = Resolve(name, types, {}, nullptr);
  EXPECT_TRUE(resolved.ok());
  Column out(Type::kText);
  RowErrors errors;
  const Argument argument{&column, false};
  resolved->kernel->Evaluate({}, {&argument, 1}, column.size(), out, errors);
  return out;
}

TEST(ChangeCaseTest, KeepsUtf8AndLengths) {
  const Column all = AllCharacters(0x10ffff);
  for (const std::string name : {"upper", "lower"}) {
    const Column out = Apply(name, all);
    ASSERT_EQ(out.size(), all.size());
    for (size_t row = 0; row < all.size(); ++row) {
      ASSERT_EQ(out.Text(row).size(), all.Text(row).size()) << row;
      ASSERT_TRUE(json::IsValidUtf8(out.Text(row))) << row;
    }
  }
}

TEST(ChangeCaseTest, LowerUndoesUpper) {
  const Column all = AllCharacters(0x7ff);
  const Column upper = Apply("upper", all);
  const Column lower = Apply("lower", all);
  const Column lower_of_upper = Apply("lower", upper);
  const Column upper_of_lower = Apply("upper", lower);
  for (size_t row = 0; row < all.size(); ++row) {
    // Both sigmas have one upper case.
    if (all.Text(row) == "ς") continue;
    ASSERT_EQ(lower_of_upper.Text(row), lower.Text(row)) << all.Text(row);
    ASSERT_EQ(upper_of_lower.Text(row), upper.Text(row)) << all.Text(row);
  }
}

TEST(ChangeCaseTest, IsItsOwnFixedPoint) {
  const Column all = AllCharacters(0x7ff);
  for (const std::string name : {"upper", "lower"}) {
    const Column once = Apply(name, all);
    EXPECT_TRUE(Apply(name, once) == once) << name;
  }
}

}  // namespace
}  // namespace rowfall::function::testing
