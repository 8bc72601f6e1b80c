// SPDX-License-Identifier: Apache-2.0
// Walking stored values.
#include "json/value.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "json/scanner.h"
#include "json/walk.h"
#include "tests/json/random_json.h"

namespace rowfall::json {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string FindText(std::string_view value, const base::Path& path) {
  const auto found = Find(value, path);
  return found.has_value() ? std::string(*found) : "nothing";
}

std::vector<std::string> Elements(std::string_view array) {
  std::vector<std::string> elements;
  ArrayReader reader(array);
  while (const auto element = reader.Next()) elements.emplace_back(*element);
  return elements;
}

std::string Quoted(std::string_view text) {
  std::string out;
  AppendQuoted(text, out);
  return out;
}

std::string Decoded(std::string_view quoted) {
  std::string out;
  AppendDecoded(quoted, out);
  return out;
}

std::string Compact(std::string_view value) {
  std::string out;
  AppendCompact(value, out);
  return out;
}

TEST(ValueTest, KnowsKinds) {
  EXPECT_EQ(KindOf("null"), Kind::kNull);
  EXPECT_EQ(KindOf("true"), Kind::kTrue);
  EXPECT_EQ(KindOf("false"), Kind::kFalse);
  EXPECT_EQ(KindOf("-1"), Kind::kNumber);
  EXPECT_EQ(KindOf("7"), Kind::kNumber);
  EXPECT_EQ(KindOf("\"n\""), Kind::kString);
  EXPECT_EQ(KindOf("[]"), Kind::kArray);
  EXPECT_EQ(KindOf("{}"), Kind::kObject);
}

TEST(ValueTest, FindsPaths) {
  constexpr std::string_view kValue =
      R"({"size":[2,3,20],"a b":{"x":"y"},"n":null,"t":[{"k":1},{"k":2}]})";
  EXPECT_EQ(FindText(kValue, {}), kValue);
  EXPECT_EQ(FindText(kValue, {"size"}), "[2,3,20]");
  EXPECT_EQ(FindText(kValue, {"size", 0}), "2");
  EXPECT_EQ(FindText(kValue, {"size", 2}), "20");
  EXPECT_EQ(FindText(kValue, {"a b", "x"}), "\"y\"");
  EXPECT_EQ(FindText(kValue, {"n"}), "null");
  EXPECT_EQ(FindText(kValue, {"t", 1, "k"}), "2");
}

TEST(ValueTest, FindsNothingWhereAPathLeadsNowhere) {
  constexpr std::string_view kValue = R"({"size":[2,3,20],"s":"text","o":{}})";
  for (const base::Path& path : std::vector<base::Path>{{"Size"},
                                                        {"siz"},
                                                        {"size", 3},
                                                        {"size", -1},
                                                        {"size", "0"},
                                                        {"s", 0},
                                                        {"s", "x"},
                                                        {"o", "x"},
                                                        {"o", 0},
                                                        {0},
                                                        {""}}) {
    EXPECT_EQ(FindText(kValue, path), "nothing") << base::PathText(path);
  }
}

TEST(ValueTest, TakesTheLastOfEqualKeys) {
  EXPECT_EQ(FindText(R"({"a":1,"b":2,"a":3})", {"a"}), "3");
  EXPECT_EQ(FindText(R"({"a":{"x":1},"a":{"y":2}})", {"a", "x"}), "nothing");
}

TEST(ValueTest, DecodesKeysBeforeComparing) {
  EXPECT_EQ(FindText(R"({"\u0061":1})", {"a"}), "1");
  EXPECT_EQ(FindText(R"({"a\"b":1})", {"a\"b"}), "1");
  EXPECT_EQ(FindText(R"({"\\":1})", {"\\"}), "1");
}

// \u00e9 and e with an accent look the same and are different keys.
TEST(ValueTest, KeepsComposedAndDecomposedKeysApart) {
  constexpr std::string_view kValue =
      "{\"e\xcc\x81\":1,\"\xc3\xa9\":2,\"x\":3}";
  EXPECT_EQ(FindText(kValue, {"e\xcc\x81"}), "1");
  EXPECT_EQ(FindText(kValue, {"\xc3\xa9"}), "2");
  EXPECT_EQ(FindText(R"({"\u00e9":1})", {"e\xcc\x81"}), "nothing");
}

TEST(ValueTest, WalksOverWhiteSpaceAndTrickyStrings) {
  constexpr std::string_view kValue =
      " { \"a\" : \"}]\\\"\" , \"b\\\\\" : [ \"\\\\\" , \"[\" ] , \"c\":1 } ";
  const std::string_view value = kValue.substr(1, kValue.size() - 2);
  EXPECT_EQ(FindText(value, {"a"}), R"("}]\"")");
  EXPECT_EQ(FindText(value, {"b\\", 0}), R"("\\")");
  EXPECT_EQ(FindText(value, {"b\\", 1}), R"("[")");
  EXPECT_EQ(FindText(value, {"c"}), "1");
}

TEST(ValueTest, GivesElementsOfArrays) {
  EXPECT_THAT(Elements("[]"), IsEmpty());
  EXPECT_THAT(Elements("[ ]"), IsEmpty());
  EXPECT_THAT(Elements("[1]"), ElementsAre("1"));
  EXPECT_THAT(Elements("[1, \"a,b\" ,[2,[3]],{\"k\":[4]},null]"),
              ElementsAre("1", "\"a,b\"", "[2,[3]]", "{\"k\":[4]}", "null"));
}

TEST(ValueTest, StaysInsideOfTextsThatAreCutOff) {
  const std::string value = R"({"a":[1,"x\"y",{"b":[true]}],"c":"\\"})";
  for (size_t size = 0; size < value.size(); ++size) {
    const std::string cut(value, 0, size);
    cut.size() > 0 ? (void)FindText(cut, {"a", 2, "b", 0}) : (void)0;
    if (size > 5) Elements(std::string_view(cut).substr(5));
    Compact(cut);
  }
}

TEST(ValueTest, DecodesStrings) {
  EXPECT_EQ(Decoded("\"\""), "");
  EXPECT_EQ(Decoded(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(Decoded(R"("\u0041\u00e4\u20AC\ud83d\ude00!")"),
            "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80!");
  EXPECT_EQ(Decoded(R"("a\u0000b")"), std::string("a\0b", 3));
}

TEST(ValueTest, QuotesStrings) {
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("\"\\/\b\f\n\r\t"), R"("\"\\/\b\f\n\r\t")");
  EXPECT_EQ(Quoted(std::string("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(Quoted("\xc3\xa4"), "\"\xc3\xa4\"");
}

TEST(ValueTest, QuotingIsUndoneByDecoding) {
  for (int first = 0; first < 128; ++first) {
    for (int second = 0; second < 128; ++second) {
      const std::string text = {static_cast<char>(first), 'x',
                                static_cast<char>(second)};
      const std::string quoted = Quoted(text);
      ASSERT_TRUE(Validate(quoted).ok()) << quoted;
      ASSERT_EQ(Decoded(quoted), text);
    }
  }
}

TEST(ValueTest, CompactsPaddedValuesAlikeWhateverIsBehindThem) {
  RandomJson random(TestSeed());
  for (int i = 0; i < 5000; ++i) {
    const std::string value = random.Value(4);
    for (const char behind : {'\0', ' ', '"', '1'}) {
      const std::string padded = value + std::string(kScanPadding, behind);
      std::string out(padded.size(), '\0');
      const char* const end =
          CompactPaddedTo({padded.data(), value.size()}, out.data());
      ASSERT_EQ(out.substr(0, static_cast<size_t>(end - out.data())),
                Compact(value));
    }
  }
}

TEST(ValueTest, CompactsBetweenTokensOnly) {
  EXPECT_EQ(Compact(" { \"a b\" : [ 1 ,\t2 ] ,\r\n\"c\\\" \" : \" x \" } "),
            R"({"a b":[1,2],"c\" ":" x "})");
  EXPECT_EQ(Compact("12"), "12");
  EXPECT_EQ(Compact(""), "");
}

}  // namespace
}  // namespace rowfall::json
