// SPDX-License-Identifier: Apache-2.0
// What must be accepted, what must be rejected, and what we decided where RFC
// 8259 leaves it open; each text alone and as a value in an object.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/json/padded.h"

namespace rowfall::json {
namespace {

using std::string_literals::operator""s;

std::vector<std::string> Accepted() {
  return {
      // Structure.
      "[]", "[ ]", "{}", "{ }", "[[]]", "[{}]", "{\"\":{}}", "[[],[[]],{}]",
      " [] ", "\n[\t]\r\n", "[1,2,3]", "[1 , 2]", "{\"a\":1}", "{\"a\" : 1}",
      "{\"a\":1,\"b\":2}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":1}",
      "{\"\":0}", "{\"a\\u0000b\":0}", "{\"\xc3\xa4\":1}",
      "{\"a\":{\"b\":{\"c\":[{\"d\":null}]}}}", "[null,1,\"1\",{}]",
      "[\n1\n,\n2\n]", "{\n\"a\"\n:\n1\n}",
      // Literals, and values alone.
      "true", "false", "null", " true ", "[true,false,null]", "\"\"", "\"a\"",
      "0", "-1",
      // Numbers.
      "-0", "0.0", "-0.0", "1", "10", "123", "-123", "1.5", "1.05", "0.1e1",
      "1e1", "1E1", "1e+1", "1e-1", "1E+01", "0e0", "0e+1", "-0e-1", "1e0005",
      "123456789012345678901234567890", "-9223372036854775808",
      "9223372036854775808", "1e400", "-1e400", "1e-400", "0.000000000000001",
      "1.7976931348623157e308", "1.00000000001e-2147483638",
      "0.184467440737095516159", "1e99999999999999999999", "[1e2 ]",
      // Strings.
      "\" \"", "\"\\\"\"", "\"\\\\\"", "\"\\/\"", "\"\\b\\f\\n\\r\\t\"",
      "\"\\u0000\"", "\"\\u0020\"", "\"\\uabcd\"", "\"\\uABCD\"",
      "\"\\uFFFF\"", "\"\\uFFFE\"", "\"\\uD834\\uDD1E\"", "\"\\ud83d\\ude39\"",
      "\"\\udbff\\udfff\"", "\"\\u005C\"", "\"\\u0022\"", "\"\\\\u0041\"",
      "\"\\\\\\\"\"", "\"a/b\"", "\"\x7f\"", "\"\xc2\x80\"", "\"\xe2\x80\xa8\"",
      "\"\xe2\x80\xa9\"", "\"\xef\xbb\xbf\"", "\"\xef\xbf\xbf\"",
      "\"\xf4\x8f\xbf\xbf\"", "\"\xf0\x90\x80\x80\"", "\"\xed\x9f\xbf\"",
      "\"\xee\x80\x80\"", "\"0123456789abcde\"", "\"0123456789abcdef\"",
      "\"0123456789abcdef0\"", "\"[{,:}]\"", "\"// no comment\"",
      "\"\xc3\xa4\\n\xe2\x82\xac\"",
  };
}

std::vector<std::string> Rejected() {
  return {
      // Structure.
      "", " ", "[", "]", "{", "}", "[}", "{]", "[1", "[1,", "[1,]", "[,1]",
      "[,]", "[1,,2]", "[1 2]", "[1:2]", "[\"a\":1]", "[1]]", "[1}", "[[]",
      "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}",
      "{\"a\"}", "{\"a\",1}", "{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}",
      "{\"a\"::1}", "{:1}", "{1:1}", "{a:1}", "{'a':1}", "{null:1}", "{[]:1}",
      "{\"a\":}", "{\"a\" \"b\"}", "{\"a\":1}}", "{\"a\":[}", "{{}}", "{[]}",
      "[1];", "[] []", "1 1", "{} x", "[1]x", "\"a\"\"b\"", "true false", ",",
      ":", "[1,\n1\n,1", "*", "&", "<", "(", "[(1)]",
      // Comments and other languages.
      "/**/1", "1 // x", "[1/**/]", "# x", "[1,...]", "undefined", "None",
      "[undefined]", "{\"a\":b}",
      // Literals.
      "t", "tru", "truth", "True", "TRUE", "f", "fals", "False", "n", "nul",
      "nulls", "NULL", "nan", "NaN", "-NaN", "Infinity", "-Infinity", "inf",
      "truefalse", "[truex]",
      // Numbers.
      "-", "+", "+1", "--1", "-+1", "+-1", "01", "-01", "00", "012", "-012",
      "1.", "-1.", ".1", "-.1", "1.e1", ".e1", "1e", "1E", "1e+", "1e-",
      "1e+-1", "1e1.5", "1e1e1", "0e", "0.e1", "0x1", "0xFF", "0b1", "0o7",
      "1_000", "1,000", "1a", "1.5x", "1.2.3", "- 1", "1 .5", "1 e5", "$1",
      "1L", "1f", "\xef\xbc\x91", "[1.]", "[1e]", "[-]", "[+1]", "[01]",
      // Strings.
      "\"", "\"a", "'a'", "\"\\\"", "\"\\", "\"\\u\"", "\"\\u1\"", "\"\\u12\"",
      "\"\\u123\"", "\"\\u123g\"", "\"\\U0041\"", "\"\\x41\"", "\"\\a\"",
      "\"\\v\"", "\"\\0\"", "\"\\'\"", "\"\\ \"", "\"\\\n\"", "\"\\\xc3\xa4\"",
      "\"a\nb\"", "\"a\rb\"", "\"a\tb\"", "\"\x01\"", "\"\x1f\"",
      "\"\\u00\x41\"", "\"\\u{41}\"", "abc", "\"a\"b", "\"a\" b\"",
      "\\u0022a\\u0022", "[\"a]", "[\"a", "\"\\ud800", "\"\\ud800\\u\"",
      "\"\\ud800\\u1\"", "\"0123456789abcde\\\"", "\"0123456789abcdef\n\"",
      // NUL and other bytes.
      "\0"s, "1\0"s, "\"a\0b\""s, "[\0]"s, "{}\0"s, "{\"a\"\0:1}"s, "[1\0,2]"s,
      "\x0b[]", "[\x0c]", "\xc2\xa0[]", "[\xe2\x81\xa0]", "\x85[]", "[\x7f]",
      // Encodings.
      "\xef\xbb\xbf{}", "\xff\xfe[\0]\0"s, "\xfe\xff\0[\0]"s, "[\0]\0"s,
      "\0[\0]"s, "\xe9", "[\xe9]", "\"\xe9\"", "\"\xff\"", "\"\xfe\"",
      "\"\x80\"", "\"\xbf\"", "\"\xc3\"", "\"\xc3(\"", "\"\xe2\x82\"",
      "\"\xe2\x28\xa1\"", "\"\xf0\x9f\x98\"", "\"\xf0\x28\x8c\xbc\"",
      "\"\xc0\xaf\"", "\"\xc1\xbf\"", "\"\xe0\x80\xaf\"", "\"\xe0\x9f\xbf\"",
      "\"\xf0\x80\x80\xaf\"", "\"\xf0\x8f\xbf\xbf\"", "\"\xf4\x90\x80\x80\"",
      "\"\xf5\x80\x80\x80\"", "\"\xf8\x88\x80\x80\x80\"",
      "\"\xfc\x84\x80\x80\x80\x80\"", "{\"\xe9\":1}", "{\"\xc0\x80\":1}",
  };
}

// RFC 8259 leaves these open. We reject what no UTF-8 can hold, and what is
// nested deeper than our limit.
std::vector<std::string> RejectedByChoice() {
  return {
      "\"\\ud800\"", "\"\\udbff\"", "\"\\udc00\"", "\"\\udfff\"",
      "\"\\ud800abc\"", "\"\\ud800\\n\"", "\"\\ud800\\ud800\"",
      "\"\\ud800\\u0041\"", "\"\\udc00\\ud800\"", "\"\\udd1e\\ud834\"",
      "\"\\udc00\\udc00\"",
      "\"\\ud83d\\ude0\"", "{\"\\ud800\":1}", "\"\xed\xa0\x80\"",
      "\"\xed\xbf\xbf\"", "\"\xed\xa0\xbd\xed\xb8\x80\"",
      std::string(513, '[') + std::string(513, ']'),
  };
}

std::string InObject(const std::string& text) { return "{\"v\":" + text + "}"; }

TEST(ConformanceTest, AcceptsJson) {
  for (const std::string& text : Accepted()) {
    EXPECT_EQ(ScanAll(text), ScanResult{}) << text;
    EXPECT_EQ(ScanAll(InObject(text)), ScanResult{}) << text;
    EXPECT_EQ(ScanAll("[" + text + "," + text + "]"), ScanResult{}) << text;
  }
}

TEST(ConformanceTest, RejectsWhatIsNoJson) {
  for (const std::string& text : Rejected()) {
    EXPECT_NE(ScanAll(text), ScanResult{}) << text;
    EXPECT_NE(ScanAll(InObject(text)), ScanResult{}) << text;
  }
}

TEST(ConformanceTest, RejectsByChoice) {
  for (const std::string& text : RejectedByChoice()) {
    EXPECT_NE(ScanAll(text), ScanResult{}) << text;
    EXPECT_NE(ScanAll(InObject(text)), ScanResult{}) << text;
  }
}

TEST(ConformanceTest, RejectsEveryTruncation) {
  for (const std::string& text : Accepted()) {
    const std::string whole = InObject(text);
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_NE(ScanAll(whole.substr(0, size)), ScanResult{}) << whole << size;
    }
  }
}

}  // namespace
}  // namespace rowfall::json
