// SPDX-License-Identifier: Apache-2.0
// Tests of the operations on text.
#include "base/text.h"

#include <string>

#include "gtest/gtest.h"

namespace rowfall::base {
namespace {

TEST(CatTest, TakesTextsAndNumbers) {
  EXPECT_EQ(
      Cat("a", std::string("b"), std::string_view("c"), 1, int64_t{-2}, 1.5),
      "abc1-21.5");
  std::string out = "x";
  AppendCat(out, "y", 3);
  EXPECT_EQ(out, "xy3");
}

TEST(ToLowerTest, ChangesAsciiLettersOnly) {
  EXPECT_EQ(ToLower("AZaz09_\xc3\x89@[`{"), "azaz09_\xc3\x89@[`{");
}

TEST(EqualsIgnoreCaseTest, ComparesAsciiLetters) {
  EXPECT_TRUE(EqualsIgnoreCase("PrOdUcTs", "products"));
  EXPECT_TRUE(EqualsIgnoreCase("", ""));
  EXPECT_FALSE(EqualsIgnoreCase("a", "ab"));
  EXPECT_FALSE(EqualsIgnoreCase("\xc3\x89", "\xc3\xa9"));
  EXPECT_FALSE(EqualsIgnoreCase("@", "`"));
}

TEST(QuoteTest, EscapesControlCharacters) {
  EXPECT_EQ(Quote("a\nb\x7f"), "'a\\x0ab\\x7f'");
  EXPECT_EQ(Quote(std::string_view("\0", 1)), "'\\x00'");
  EXPECT_EQ(Quote("it's"), "'it's'");
}

TEST(QuoteTest, CutsAtACharacter) {
  EXPECT_EQ(Quote("abc", 3), "'abc'");
  EXPECT_EQ(Quote("abcd", 3), "'abc'...");
  EXPECT_EQ(Quote("ab\xc3\xa9", 3), "'ab'...");
  EXPECT_EQ(Quote("\xf0\x9f\x98\x80x", 3), "''...");
}

TEST(EscapeControlTest, KeepsWhatItIsTold) {
  EXPECT_EQ(EscapeControl("a\tb\n\x01", "\t"), "a\tb\\x0a\\x01");
}

}  // namespace
}  // namespace rowfall::base
