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

// Issue 11, 19.
TEST(EscapeControlTest, EscapesControlsBeyondAscii) {
  // A terminal's CSI, a new line, a mark that turns text round, a tag.
  EXPECT_EQ(EscapeControl("a\xc2\x9b"
                          "31m"),
            "a\\u009b31m");
  EXPECT_EQ(EscapeControl("\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6"),
            "\\u2028\\u202e\\u2066");
  EXPECT_EQ(EscapeControl("\xef\xbb\xbf\xf3\xa0\x80\x81"),
            "\\ufeff\\U000e0001");
  EXPECT_EQ(EscapeControl("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
            "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(Quote("\xe2\x80\xae"), "'\\u202e'");
}

TEST(EscapeControlTest, EscapesWhatIsNoUtf8) {
  // A lone CSI of 8 bits, a cut character, overlong ones, half of a pair.
  EXPECT_EQ(EscapeControl("\x9b"
                          "1m"),
            "\\x9b1m");
  EXPECT_EQ(EscapeControl("a\xe2\x82"), "a\\xe2\\x82");
  EXPECT_EQ(EscapeControl("\xc0\x9b\xe0\x80\x8a"), "\\xc0\\x9b\\xe0\\x80\\x8a");
  EXPECT_EQ(EscapeControl("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(EscapeControl("\xf4\x90\x80\x80\xff"), "\\xf4\\x90\\x80\\x80\\xff");
}

// Whatever comes in, what comes out is UTF-8 without controls, and the same
// when it is escaped again.
TEST(EscapeControlTest, IsSafeForAllPairsOfBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b)};
      const std::string safe = EscapeControl(text);
      ASSERT_EQ(EscapeControl(safe), safe) << a << " " << b;
      for (const char c : safe) ASSERT_FALSE(c >= 0 && c < 0x20);
    }
  }
}

}  // namespace
}  // namespace rowfall::base
