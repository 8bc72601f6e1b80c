// SPDX-License-Identifier: Apache-2.0
// Tests of tokens: kinds, places, gaps, and text that is none.
#include "sql/lexer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/error.h"
#include "sql/utf8.h"

namespace rowfall::sql {
namespace {

using Kind = Token::Kind;

std::string ErrorOf(std::string_view text) {
  const auto tokens = Tokenize(text);
  if (tokens.ok()) return "";
  EXPECT_EQ(tokens.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(tokens.status().message());
}

TEST(LexerTest, TellsKindsPlacesAndGaps) {
  const auto tokens = Tokenize("a `b c`\n 'd\ne' 1.5<=");
  ASSERT_TRUE(tokens.ok());
  struct Row {
    Kind kind;
    std::string text;
    std::string value;
    TextPlace place;
    bool gap_before;
    bool operator==(const Row&) const = default;
  };
  std::vector<Row> rows;
  for (const Token& token : *tokens) {
    rows.push_back({token.kind, std::string(token.text), token.value,
                    token.place, token.gap_before});
  }
  const std::vector<Row> expected = {
      {Kind::kWord, "a", "", {1, 1}, true},
      {Kind::kQuotedName, "`b c`", "b c", {1, 3}, true},
      {Kind::kString, "'d\ne'", "d\ne", {2, 2}, true},
      {Kind::kNumber, "1.5", "", {3, 4}, true},
      {Kind::kSymbol, "<=", "", {3, 7}, false},
      {Kind::kEnd, "", "", {3, 9}, false},
  };
  EXPECT_TRUE(rows == expected);
}

TEST(LexerTest, EndIsBehindTheLastToken) {
  const auto tokens = Tokenize("a\n\n-- x\n");
  ASSERT_TRUE(tokens.ok());
  EXPECT_EQ(tokens->back().place, (TextPlace{1, 2}));
  EXPECT_EQ(Tokenize("")->back().place, (TextPlace{1, 1}));
}

TEST(LexerTest, RefusesNul) {
  EXPECT_EQ(ErrorOf(std::string_view("a\n\0b", 4)),
            "Statement has a NUL character [at 2:1]");
  EXPECT_EQ(ErrorOf(std::string_view("'\0'", 3)),
            "Statement has a NUL character [at 1:2]");
}

TEST(LexerTest, RefusesWhatIsNotUtf8) {
  for (const std::string_view bad :
       {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
        "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x82",
        "\xf0\x9f\x98", "\xff"}) {
    EXPECT_EQ(ErrorOf(std::string("a\n'") + std::string(bad) + "'"),
              "Statement is not UTF-8 [at 2:2]");
  }
}

TEST(LexerTest, RefusesControlCharactersInNames) {
  EXPECT_EQ(ErrorOf("`a\nb`"), "Quoted name has a control character [at 1:3]");
  EXPECT_EQ(ErrorOf("a\x01"), "Unexpected character: '\\x01' [at 1:2]");
}

TEST(LexerTest, KnowsEveryWhiteSpace) {
  const auto tokens = Tokenize("a \t\n\v\f\rb");
  ASSERT_TRUE(tokens.ok());
  EXPECT_EQ(tokens->size(), 3u);
}

TEST(Utf8Test, AgreesWithAPlainDecoderOnAllShortSequences) {
  // All pairs and triples that start with a lead byte near a border.
  for (int a = 0x7e; a < 0x100; ++a) {
    for (int b = 0x7e; b < 0x100; ++b) {
      for (const int c : {0x00, 0x7f, 0x80, 0xbf, 0xc0}) {
        const std::string text = {static_cast<char>(a), static_cast<char>(b),
                                  static_cast<char>(c), '\x80'};
        const bool second = b >= 0x80 && b <= 0xbf;
        const bool third = c >= 0x80 && c <= 0xbf;
        size_t expected = 0;
        if (a < 0x80) {
          expected = 1;
        } else if (a < 0xe0) {
          expected = ((a & 0x1f) << 6) >= 0x80 && a >= 0xc0 && second ? 2 : 0;
        } else if (a < 0xf0) {
          const int code = ((a & 0xf) << 12) | ((b & 0x3f) << 6) | (c & 0x3f);
          const bool fits = code >= 0x800 && (code < 0xd800 || code > 0xdfff);
          expected = second && third && fits ? 3 : 0;
        } else if (a < 0xf8) {
          const int code =
              ((a & 7) << 18) | ((b & 0x3f) << 12) | ((c & 0x3f) << 6);
          const bool fits = code >= 0x10000 && code <= 0x10ffff;
          expected = second && third && fits ? 4 : 0;
        }
        ASSERT_EQ(Utf8Length(text), expected) << a << " " << b << " " << c;
      }
    }
  }
}

}  // namespace
}  // namespace rowfall::sql
