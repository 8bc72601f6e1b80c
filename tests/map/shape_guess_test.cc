// SPDX-License-Identifier: Apache-2.0
// A guess skips exactly what json::SkipValue() skips.
#include "map/shape_guess.h"

#include <string>

#include "gtest/gtest.h"
#include "json/scanner.h"
#include "tests/json/padded.h"
#include "tests/json/random_json.h"

namespace rowfall::map {
namespace {

using json::Padded;

json::ScanContext ContextOf(const Padded& text, int max_depth) {
  json::ScanContext context;
  context.end = text.end();
  context.max_depth = max_depth;
  return context;
}

// Skips `text` by `guess` and without; returns whether it is valid.
bool SkipsAlike(ShapeGuess& guess, std::string_view text, int depth = 1,
                int max_depth = 100) {
  const Padded padded(text);
  json::ScanContext slow = ContextOf(padded, max_depth);
  json::ScanContext fast = ContextOf(padded, max_depth);
  const char* const end = json::SkipValue(padded.begin(), depth, slow);
  EXPECT_EQ(guess.Skip(padded.begin(), depth, fast), end) << text;
  if (end == nullptr) {
    EXPECT_EQ(fast.error, slow.error) << text;
    EXPECT_EQ(fast.error_at, slow.error_at) << text;
  }
  return end != nullptr;
}

TEST(ShapeGuessTest, SkipsTheSameShapeWithOtherValues) {
  ShapeGuess guess;
  for (const char* const text :
       {R"({"a": 1, "b": ["x", true]} )", R"({"a": -20.5e1, "b": ["", true]},)",
        R"({"a": 0, "b": ["\u00e4\n", true]})",
        R"({"a": 1, "b": ["]}", true]})", R"({"a": 1, "b": ["x", null]})",
        R"({"a": 1, "b": ["x", true, 1]})", R"({"a": "1", "b": ["x", true]})",
        R"({})", R"([])", R"([1])", R"({"c": 1, "b": ["x", true]})"}) {
    EXPECT_TRUE(SkipsAlike(guess, text));
    EXPECT_TRUE(SkipsAlike(guess, text));
  }
}

TEST(ShapeGuessTest, AcceptsNoBadText) {
  const std::string good = R"({"a": 1, "b": ["x", true, 2]})";
  for (const char* const bad :
       {R"({"a": 01, "b": ["x", true, 2]})", R"({"a": , "b": ["x", true, 2]})",
        R"({"a": 1., "b": ["x", true, 2]})", R"({"a": 1 "b": ["x", true, 2]})",
        R"({"a": 1, "b": ["x, true, 2]})", R"({"a": 1, "b": ["\x", true, 2]})",
        "{\"a\": 1, \"b\": [\"\xff\", true, 2]}",
        "{\"a\": 1, \"b\": [\"\n\", true, 2]}",
        R"({"a": 1, "b": ["x", true, 2)", R"({"a": 1, "b": ["x", true, 2})",
        R"({"a": 1, "b": ["x", tru)", R"({"a": 1, "b": ["x)", R"({"a": 1)"}) {
    ShapeGuess guess;
    EXPECT_TRUE(SkipsAlike(guess, good));
    EXPECT_TRUE(SkipsAlike(guess, good));
    EXPECT_FALSE(SkipsAlike(guess, bad));
  }
}

TEST(ShapeGuessTest, LimitsDepth) {
  ShapeGuess guess;
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(SkipsAlike(guess, "[[[1]]]", 1, 4));
    EXPECT_FALSE(SkipsAlike(guess, "[[[1]]]", 2, 4));
    EXPECT_TRUE(SkipsAlike(guess, "[[[2]]]", 1, 4));
  }
}

TEST(ShapeGuessTest, SkipsValuesOfAllSizes) {
  ShapeGuess guess;
  std::string numbers = "[1", key = "{\"";
  for (int size = 1; size < 80; ++size) {
    numbers += ", 1";
    key += 'k';
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(SkipsAlike(guess, numbers + "]"));
      EXPECT_TRUE(SkipsAlike(guess, key + "\": [0.5]}"));
    }
  }
}

TEST(ShapeGuessTest, SkipsRandomValuesAndDamagedOnes) {
  json::RandomJson random(json::TestSeed());
  for (int i = 0; i < 2000; ++i) {
    ShapeGuess guess;
    const std::string value = "[" + random.Value(3) + "]";
    ASSERT_TRUE(SkipsAlike(guess, value));
    for (int j = 0; j < 10; ++j) {
      SkipsAlike(guess, "[" + random.Damaged(value.substr(1)));
      ASSERT_TRUE(SkipsAlike(guess, value));
      if (HasFailure()) return;
    }
  }
}

TEST(ShapeGuessTest, LearnsAgainAfterAPause) {
  ShapeGuess guess;
  for (int i = 0; i < 3000; ++i) {
    // All shapes differ, then all are alike.
    const std::string zeros(i < 1500 ? static_cast<size_t>(i % 37) * 3 : 3,
                            ' ');
    ASSERT_TRUE(SkipsAlike(guess, "[" + zeros + std::to_string(i) + "]"));
  }
}

}  // namespace
}  // namespace rowfall::map
