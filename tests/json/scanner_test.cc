// SPDX-License-Identifier: Apache-2.0
// The scanner's reasons and places, its limits, its stops.
#include "json/scanner.h"

#include <string>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "json/value.h"
#include "tests/json/padded.h"

namespace rowfall::json {

namespace {

TEST(ScannerTest, NamesReasonAndPlace) {
  const struct {
    std::string text;
    std::string reason;
    ptrdiff_t offset;
  } kCases[] = {
      {"", "JSON ends before it is complete", 0},
      {"  ", "JSON ends before it is complete", 2},
      {"{", "JSON ends before it is complete", 1},
      {"{\"a\"", "JSON ends before it is complete", 4},
      {"{\"a\":", "JSON ends before it is complete", 5},
      {"{\"a\":1", "JSON ends before it is complete", 6},
      {"{\"a\":1,", "JSON ends before it is complete", 7},
      {"[1,", "JSON ends before it is complete", 3},
      {"-", "JSON ends before it is complete", 1},
      {"1.", "JSON ends before it is complete", 2},
      {"1e+", "JSON ends before it is complete", 3},
      {"\"abc", "JSON ends inside a string", 4},
      {"\"abc\\", "JSON ends inside a string", 5},
      {"\"abc\\u12", "JSON ends inside a string", 8},
      {"\"abc\\ud83d", "JSON ends inside a string", 10},
      {"{\"abc", "JSON ends inside a string", 5},
      {"[1 2]", "Expected ',' or ']' in an array, not '2'", 3},
      {"{\"a\":1 2}", "Expected ',' or '}' in an object, not '2'", 7},
      {"{\"a\":1]", "Expected ',' or '}' in an object, not ']'", 6},
      {"{a:1}", "Expected a key in double quotes, not 'a'", 1},
      {"{\"a\" 1}", "Expected ':' after a key, not '1'", 5},
      {"[1,]", "Expected a JSON value, not ']'", 3},
      {"{\"a\":1,}", "Expected a key in double quotes, not '}'", 7},
      {"tru", "Expected a JSON value, not 't'", 0},
      {"nan", "Expected a JSON value, not 'n'", 0},
      {"+1", "Expected a JSON value, not '+'", 0},
      {"-x", "Expected a digit in a number, not 'x'", 1},
      {"1.x", "Expected a digit in a number, not 'x'", 2},
      {"1ex", "Expected a digit in a number, not 'x'", 2},
      {"1 2", "Expected the end of the text, not '2'", 2},
      {"01", "Expected the end of the text, not '1'", 1},
      {"\xff", "Expected a JSON value, not the byte 0xff", 0},
      {"\"\x01\"",
       "Expected a control character in a string to be escaped, not '\\x01'",
       1},
      {"\"\\x\"", "Unknown escape in a string", 1},
      {"\"\\u12g4\"", "Unknown escape in a string", 1},
      {"\"\\ud800\"", "Expected surrogate escapes in a string to be a pair", 1},
      {"\"\\udc00\"", "Expected surrogate escapes in a string to be a pair", 1},
      {"\"ab\xc3\"", "Invalid UTF-8", 3},
      {"\"\\n\xc0\xaf\"", "Invalid UTF-8", 3},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ScanAll(c.text), (ScanResult{c.reason, c.offset})) << c.text;
  }
}

TEST(ScannerTest, StopsAtNulInsideOfTheText) {
  for (const std::string& text :
       {std::string("1\0", 2), std::string("{\0}", 3), std::string("{}\0x", 4),
        std::string("\"a\0b\"", 5), std::string("[1,\0 2]", 7)}) {
    EXPECT_NE(ScanAll(text), ScanResult{}) << text;
  }
}

TEST(ScannerTest, LimitsDepth) {
  for (const int levels : {1, 2, 63, 64, 65, 127, 128, 129, 511, 512}) {
    const size_t n = static_cast<size_t>(levels);
    const std::string arrays = std::string(n, '[') + std::string(n, ']');
    EXPECT_EQ(ScanAll(arrays), ScanResult{}) << levels;
    std::string mixed;
    for (size_t i = 0; i < n; ++i) mixed += i % 3 == 0 ? "[" : "{\"k\":";
    mixed += "1";
    for (size_t i = n; i-- > 0;) mixed += i % 3 == 0 ? "]" : "}";
    EXPECT_EQ(ScanAll(mixed), ScanResult{}) << levels;
    EXPECT_EQ(ScanAll(mixed, levels - 1).reason, "JSON is nested too deep");
  }
  EXPECT_EQ(ScanAll(std::string(513, '[') + std::string(513, ']')),
            (ScanResult{"JSON is nested too deep", 512}));
  EXPECT_EQ(ScanAll(std::string(100000, '[')).offset, 512);
}

TEST(ScannerTest, TellsContainersApartOverManyLevels) {
  // A wrong bracket at each level in turn must be seen.
  constexpr size_t kLevels = 200;
  std::string open, close;
  for (size_t i = 0; i < kLevels; ++i) {
    const bool object = i * 7 % 5 < 2;
    open += object ? "{\"k\":" : "[";
    close.insert(close.begin(), object ? '}' : ']');
  }
  ASSERT_EQ(ScanAll(open + "0" + close), ScanResult{});
  for (size_t i = 0; i < kLevels; ++i) {
    std::string wrong = close;
    wrong[i] = wrong[i] == '}' ? ']' : '}';
    EXPECT_EQ(ScanAll(open + "0" + wrong).offset,
              static_cast<ptrdiff_t>(open.size() + 1 + i));
  }
}

TEST(ScannerTest, ScansStringsOfAllLengthsAcrossBlocks) {
  for (size_t size = 0; size < 70; ++size) {
    const std::string plain = "\"" + std::string(size, 'x') + "\"";
    EXPECT_EQ(ScanAll(plain), ScanResult{}) << size;
    EXPECT_EQ(ScanAll(plain.substr(0, size + 1)).reason,
              "JSON ends inside a string");
    for (size_t at = 1; at <= size; ++at) {
      std::string bad = plain;
      bad[at] = '\x1f';
      EXPECT_EQ(ScanAll(bad).offset, static_cast<ptrdiff_t>(at));
      bad[at] = '\x80';
      EXPECT_EQ(ScanAll(bad),
                (ScanResult{"Invalid UTF-8", static_cast<ptrdiff_t>(at)}));
    }
  }
}

TEST(ScannerTest, ReadsPlainIntegersOnly) {
  const auto read = [](std::string_view text) {
    const Padded padded(text);
    int64_t value = 77;
    const char* const end = ReadPlainInteger(padded.begin(), value);
    return std::make_tuple(end == nullptr ? -1 : end - padded.begin(), value);
  };
  EXPECT_EQ(read("0"), std::make_tuple(1, 0));
  EXPECT_EQ(read("-0,"), std::make_tuple(2, 0));
  EXPECT_EQ(read("-12 "), std::make_tuple(3, -12));
  EXPECT_EQ(read("999999999999999999"),
            std::make_tuple(18, 999999999999999999));
  for (const char* text : {"", "-", "x", "01", "-01", "1.0", "1e2", "1E2",
                           "1234567890123456789", "\"1\""}) {
    EXPECT_EQ(read(text), std::make_tuple(-1, 77)) << text;
  }
}

TEST(ScannerTest, ValidatesTextWithoutPadding) {
  EXPECT_TRUE(Validate(" {\"a\": [1, \"\xc3\xa4\"]} ").ok());
  const absl::Status status = Validate("{\"a\": }");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "Expected a JSON value, not '}' [byte 6]");
  EXPECT_EQ(Validate("").message(), "JSON ends before it is complete [byte 0]");
  // Characters that are none, or that the end of the string cuts off.
  for (const std::string_view text :
       {"\"\xff\"", "\"\xc3\"", "\"\xe2\x82\"", "\"\xf0\x9f\x98\""}) {
    EXPECT_EQ(Validate(text).message(), "Invalid UTF-8 [byte 1]") << text;
  }
}

}  // namespace
}  // namespace rowfall::json
