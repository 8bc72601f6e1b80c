// SPDX-License-Identifier: Apache-2.0
// Nothing secret and no control character leaves with a foreign text.
#include "source/redactor.h"

#include <string>

#include "gtest/gtest.h"

namespace rowfall::source {
namespace {

TEST(RedactorTest, HidesEverySecret) {
  Redactor redactor({"hunter2", "other"});
  EXPECT_EQ(redactor.Clean("Invalid value \"hunter2\", not other, hunter2"),
            "Invalid value \"[HIDDEN]\", not [HIDDEN], [HIDDEN]");
}

TEST(RedactorTest, HidesTheLongerSecretFirst) {
  Redactor redactor({"pass", "password"});
  EXPECT_EQ(redactor.Clean("password pass"), "[HIDDEN] [HIDDEN]");
}

TEST(RedactorTest, ShortSecretDoesNotMatchInTheMark) {
  EXPECT_EQ(Redactor({"D", "HID"}).Clean("a HID b D"), "a [HIDDEN] b [HIDDEN]");
}

TEST(RedactorTest, EmptySecretMatchesNothing) {
  EXPECT_EQ(Redactor({""}).Clean("text"), "text");
}

TEST(RedactorTest, EscapesControlCharacters) {
  EXPECT_EQ(Redactor().Clean("a\nb\x1b[31m"), "a\\x0ab\\x1b[31m");
}

TEST(RedactorTest, CutsLongTextBeforeACharacter) {
  std::string text = std::string(999, 'a') + "\xc3\xa4" + "tail";
  EXPECT_EQ(Redactor().Clean(text), std::string(999, 'a') + "...");
}

}  // namespace
}  // namespace rowfall::source
