// SPDX-License-Identifier: Apache-2.0
// Tests of errors with a place, and of the caret under it.
#include "base/error.h"

#include <string>

#include "gtest/gtest.h"

namespace rowfall {
namespace {

using base::ErrorAt;
using base::InvalidAt;
using base::PlaceOf;

TEST(PlaceOfTest, CountsLinesAndBytes) {
  constexpr std::string_view kText = "ab\n\xc3\xa9x\n\nz";
  EXPECT_EQ(PlaceOf(kText, 0), (TextPlace{1, 1}));
  EXPECT_EQ(PlaceOf(kText, 2), (TextPlace{1, 3}));
  EXPECT_EQ(PlaceOf(kText, 3), (TextPlace{2, 1}));
  EXPECT_EQ(PlaceOf(kText, 5), (TextPlace{2, 3}));  // Behind a two-byte letter.
  EXPECT_EQ(PlaceOf(kText, 7), (TextPlace{3, 1}));
  EXPECT_EQ(PlaceOf(kText, 8), (TextPlace{4, 1}));
  EXPECT_EQ(PlaceOf(kText, 9), (TextPlace{4, 2}));
  EXPECT_EQ(PlaceOf(kText, 1000), (TextPlace{4, 2}));
  EXPECT_EQ(PlaceOf("", 0), (TextPlace{1, 1}));
}

TEST(ErrorAtTest, KeepsCodeTextAndPlace) {
  const absl::Status status =
      ErrorAt(absl::StatusCode::kNotFound, {3, 14}, "Column not found: 'x'");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "Column not found: 'x' [at 3:14]");
  EXPECT_EQ(ErrorPlace(status), (TextPlace{3, 14}));
}

TEST(ErrorAtTest, ShortFormsHaveTheirCodes) {
  EXPECT_EQ(InvalidAt({1, 1}, "X").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(base::UnimplementedAt({1, 1}, "X").code(),
            absl::StatusCode::kUnimplemented);
}

TEST(ErrorPlaceTest, OtherErrorsHaveNone) {
  EXPECT_EQ(ErrorPlace(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(ErrorPlace(absl::NotFoundError("X [at 1:2]")), std::nullopt);
}

TEST(ErrorWithCaretTest, PointsAtThePlace) {
  EXPECT_EQ(ErrorWithCaret(InvalidAt({2, 3}, "Bad"), "one\n  two\nthree"),
            "Bad [at 2:3]\n  two\n  ^");
  EXPECT_EQ(ErrorWithCaret(InvalidAt({1, 1}, "Bad"), "one"),
            "Bad [at 1:1]\none\n^");
}

TEST(ErrorWithCaretTest, PointsBehindTheEnd) {
  EXPECT_EQ(ErrorWithCaret(InvalidAt({1, 4}, "Bad"), "one"),
            "Bad [at 1:4]\none\n   ^");
  EXPECT_EQ(ErrorWithCaret(InvalidAt({1, 400}, "Bad"), "one"),
            "Bad [at 1:400]\none\n   ^");
  EXPECT_EQ(ErrorWithCaret(InvalidAt({1, 1}, "Bad"), ""), "Bad [at 1:1]\n\n^");
}

TEST(ErrorWithCaretTest, CountsCharactersAndKeepsTabs) {
  EXPECT_EQ(ErrorWithCaret(InvalidAt({1, 7}, "Bad"), "\t\xc3\xa9 \xc3\xa9x"),
            "Bad [at 1:7]\n\t\xc3\xa9 \xc3\xa9x\n\t   ^");
}

TEST(ErrorWithCaretTest, IsTheTextAloneWithoutPlaceOrLine) {
  EXPECT_EQ(ErrorWithCaret(absl::NotFoundError("None"), "one"), "None");
  EXPECT_EQ(ErrorWithCaret(InvalidAt({3, 1}, "Bad"), "one\ntwo"),
            "Bad [at 3:1]");
}

TEST(ErrorWithCaretTest, EscapesControlCharacters) {
  const std::string text = ErrorWithCaret(InvalidAt({1, 1}, "Bad"), "a\x1b[1m");
  EXPECT_EQ(text, "Bad [at 1:1]\na\\x1b[1m\n^");
  EXPECT_EQ(ErrorWithCaret(InvalidAt({1, 3}, "Bad"), "\x01 x"),
            "Bad [at 1:3]\n\\x01 x\n     ^");
}
TEST(ErrorWithCaretTest, LeavesOutTheReturnOfALineEnd) {
  EXPECT_EQ(ErrorWithCaret(InvalidAt({1, 1}, "Bad"), "one\r\ntwo"),
            "Bad [at 1:1]\none\n^");
}

}  // namespace
}  // namespace rowfall
