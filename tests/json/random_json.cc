// SPDX-License-Identifier: Apache-2.0
// Random JSON texts, and damage to them.
#include "tests/json/random_json.h"

#include <cstdio>
#include <cstdlib>
#include <iterator>

namespace rowfall::json {

uint64_t TestSeed() {
  const char* const text = std::getenv("ROWFALL_SEED");
  const uint64_t seed =
      text == nullptr ? 4711 : std::strtoull(text, nullptr, 10);
  std::printf("ROWFALL_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

std::string RandomJson::Space() {
  if (!OneIn(4)) return "";
  constexpr const char* kSpaces[] = {" ", "\n", "\t", "\r\n", "  ", "    \n "};
  return kSpaces[Below(std::size(kSpaces))];
}

std::string RandomJson::Digits(size_t max_count) {
  std::string digits;
  for (size_t i = Below(max_count) + 1; i > 0; --i) {
    digits += static_cast<char>('0' + Below(10));
  }
  return digits;
}

std::string RandomJson::Number() {
  constexpr const char* kBorders[] = {"0",
                                      "-0",
                                      "1",
                                      "-1",
                                      "4294967295",
                                      "4294967296",
                                      "2147483648",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "-9223372036854775808",
                                      "-9223372036854775809",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "1e400",
                                      "1e-400",
                                      "1E+2",
                                      "1.0",
                                      "0.1",
                                      "3.5e38",
                                      "1e18",
                                      "1e19",
                                      "999999999999999999",
                                      "1000000000000000000",
                                      "0.184467440737095516159",
                                      "1.00000000001e-2147483638",
                                      "123456789012345678901234567890",
                                      "10e-1"};
  if (OneIn(3)) return kBorders[Below(std::size(kBorders))];
  std::string number = OneIn(3) ? "-" : "";
  number += OneIn(4) ? "0" : static_cast<char>('1' + Below(9)) + Digits(18);
  if (OneIn(4)) number += "." + Digits(20);
  if (OneIn(5)) {
    constexpr const char* kExponents[] = {"e", "E", "e+", "e-", "E-"};
    number += kExponents[Below(std::size(kExponents))] + Digits(3);
  }
  return number;
}

std::string RandomJson::String() {
  constexpr const char* kPieces[] = {"\\\"",
                                     "\\\\",
                                     "\\/",
                                     "\\b",
                                     "\\f",
                                     "\\n",
                                     "\\r",
                                     "\\t",
                                     "\\u0041",
                                     "\\u00E4",
                                     "\\u20ac",
                                     "\\ud83d\\ude00",
                                     "\\u0000",
                                     "\xc3\xa4",
                                     "\xe2\x82\xac",
                                     "\xf0\x9f\x98\x80",
                                     "\x7f",
                                     "0123456789abcdef",
                                     "{",
                                     "}",
                                     "[",
                                     "]",
                                     ",",
                                     ":",
                                     " ",
                                     "'",
                                     "true",
                                     "12"};
  std::string text = "\"";
  for (size_t i = Below(OneIn(8) ? 40 : 6); i > 0; --i) {
    if (OneIn(3)) {
      text += kPieces[Below(std::size(kPieces))];
    } else {
      text += static_cast<char>('a' + Below(26));
    }
  }
  return text + "\"";
}

std::string RandomJson::Array(int max_levels) {
  std::string text = "[" + Space();
  for (size_t i = Below(5); i > 0; --i) {
    text += Space() + Value(max_levels - 1) + Space();
    if (i > 1) text += ",";
  }
  return text + "]";
}

std::string RandomJson::Object(int max_levels) {
  std::string text = "{" + Space();
  for (size_t i = Below(5); i > 0; --i) {
    text += Space() + String() + Space() + ":" + Space() +
            Value(max_levels - 1) + Space();
    if (i > 1) text += ",";
  }
  return text + "}";
}

std::string RandomJson::Value(int max_levels) {
  switch (Below(max_levels > 0 ? 9 : 6)) {
    case 0: return "null";
    case 1: return OneIn(2) ? "true" : "false";
    case 2:
    case 3: return Number();
    case 4:
    case 5: return String();
    case 6: return Array(max_levels);
    default: return Object(max_levels);
  }
}

std::string RandomJson::Damaged(std::string text) {
  using std::string_view_literals::operator""sv;
  constexpr std::string_view kBytes = "{}[]\",:\\0-.eE \n\0\x01\x80\xff\xc3u"sv;
  for (size_t changes = 1 + Below(3); changes > 0 && !text.empty(); --changes) {
    const size_t at = Below(text.size());
    switch (Below(5)) {
      case 0: text[at] = static_cast<char>(Below(256)); break;
      case 1: text[at] = kBytes[Below(kBytes.size())]; break;
      case 2: text.insert(at, 1, kBytes[Below(kBytes.size())]); break;
      case 3: text.erase(at, 1 + Below(3)); break;
      default: text.resize(at); break;
    }
  }
  return text;
}

}  // namespace rowfall::json
