// SPDX-License-Identifier: Apache-2.0
// Hostile messages: rejected with a reason, the others unharmed.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/map/map_text.h"

namespace rowfall::map {
namespace {

constexpr std::string_view kLeaves =
    "id bigint, term text, glossdef.size multi, glossdef json, tags[1] text, "
    "price double, ok bool, at timestamp, v float_vector";

const std::string& Sample() {
  static const std::string* const sample = new std::string(
      R"({"id": 1, "term": "S\u00e4\n \ud83d\ude00 )"
      "\xc3\xa4"
      R"(", "skip": [true, {"x": -1.5e3}], "GlossDef": {"size": [2, 3, 20],)"
      R"( "title": "t"}, "tags": ["a", "b"], "price": "1.25", "ok": true,)"
      R"( "at": "2024-01-02T03:04:05Z", "v": [1, 2.5], "n": null})");
  return *sample;
}

std::string LastRow(const Mapped& mapped) {
  std::string row;
  mapped.batch.AppendRowJson(mapped.batch.num_rows() - 1, row);
  return row;
}

std::string Good(int message) {
  return std::to_string(message) + ": {\"id\":7,\"term\":\"good\"}\n";
}

// Maps `payload` between two good messages; returns what is said of it.
std::string MapBetween(const std::string& payload) {
  const std::string good = R"({"id":7,"term":"good"})";
  std::string text = MapToText("id bigint, term text", {good, payload, good});
  EXPECT_EQ(text.substr(0, Good(0).size()), Good(0));
  EXPECT_THAT(text, ::testing::EndsWith(Good(2)));
  return text.substr(Good(0).size(),
                     text.size() - Good(0).size() - Good(2).size());
}

TEST(RobustnessTest, MapsTheSample) {
  EXPECT_EQ(MapToText(kLeaves, {Sample()}),
            "0: {\"id\":1,\"term\":\"S\xc3\xa4\\n \xf0\x9f\x98\x80 \xc3\xa4\","
            "\"glossdef.size\":[2,3,20],"
            "\"glossdef\":{\"size\":[2,3,20],\"title\":\"t\"},"
            "\"tags[1]\":\"b\",\"price\":1.25,\"ok\":true,"
            "\"at\":1704164645,\"v\":[1,2.5]}\n");
}

TEST(RobustnessTest, RejectsEveryTruncation) {
  const auto mapper = MakeMapper(kLeaves);
  const std::string good = LastRow(MapPayloads(*mapper, {Sample()}));
  for (size_t size = 0; size < Sample().size(); ++size) {
    const Mapped mapped =
        MapPayloads(*mapper, {Sample(), Sample().substr(0, size), Sample()});
    ASSERT_EQ(mapped.batch.num_rows(), 2u) << size;
    ASSERT_EQ(LastRow(mapped), good) << size;
    ASSERT_EQ(mapped.errors.size(), 1u) << size;
    ASSERT_EQ(mapped.errors[0].stage, RejectStage::kParse);
    ASSERT_LE(mapped.errors[0].payload_offset, static_cast<int64_t>(size));
  }
}

TEST(RobustnessTest, RejectsEveryTruncationAsTheFirstMessage) {
  // Columns without memory yet.
  for (size_t size = 0; size < Sample().size(); ++size) {
    const Mapped mapped =
        MapPayloads(*MakeMapper(kLeaves), {Sample().substr(0, size)});
    ASSERT_EQ(mapped.errors.size(), 1u) << size;
  }
  for (const std::string type : {"text", "json", "multi", "bigint", "double"}) {
    const std::string leaves = "v " + type;
    const std::string payload = R"({"v":"x", "v":[1], "v":1})";
    for (size_t size = 0; size < payload.size(); ++size) {
      const Mapped mapped =
          MapPayloads(*MakeMapper(leaves), {payload.substr(0, size)});
      ASSERT_EQ(mapped.errors.size(), 1u) << size;
    }
  }
}

TEST(RobustnessTest, SurvivesEveryChangedByte) {
  const auto mapper = MakeMapper(kLeaves);
  const std::string good = LastRow(MapPayloads(*mapper, {Sample()}));
  for (size_t at = 0; at < Sample().size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string payload = Sample();
      payload[at] = static_cast<char>(byte);
      const Mapped mapped = MapPayloads(*mapper, {payload, Sample()});
      ASSERT_EQ(mapped.batch.num_rows() + mapped.errors.size(), 2u) << payload;
      ASSERT_EQ(mapped.batch.origins().back(), 1u);
      ASSERT_EQ(LastRow(mapped), good) << payload;
      for (const MapError& error : mapped.errors) {
        ASSERT_FALSE(error.reason.empty());
        ASSERT_GE(error.payload_offset, 0);
        ASSERT_LE(error.payload_offset, static_cast<int64_t>(payload.size()));
      }
    }
  }
}

TEST(RobustnessTest, RejectsDeepNesting) {
  EXPECT_EQ(MapBetween(std::string(100000, '[')),
            "1: parse: Expected an object in the array, not '[' [byte 1]\n");
  EXPECT_EQ(MapBetween("{\"id\":" + std::string(100000, '[')),
            "1: parse: JSON is nested too deep [byte 517]\n");
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"x\":";
  EXPECT_EQ(MapBetween(objects),
            "1: parse: JSON is nested too deep [byte 2560]\n");
}

TEST(RobustnessTest, MapsLongStrings) {
  const std::string text(10 << 20, 'x');
  const auto mapper = MakeMapper("term text, j json, id bigint");
  const Mapped mapped =
      MapPayloads(*mapper, {"{\"term\":\"" + text + "\\n\",\"j\":\"" + text +
                            "\",\"other\":\"" + text + "\"}"});
  ASSERT_EQ(mapped.batch.num_rows(), 1u);
  EXPECT_TRUE(mapped.batch.column(0).Text(0) == text + "\n");
  EXPECT_TRUE(mapped.batch.column(1).Text(0) == "\"" + text + "\"");
  // The value in a reason is cut.
  const Mapped wrong = MapPayloads(*mapper, {"{\"id\":\"" + text + "\"}"});
  ASSERT_EQ(wrong.errors.size(), 1u);
  EXPECT_LT(wrong.errors[0].reason.size(), 200u);
}

TEST(RobustnessTest, MapsAMillionKeys) {
  std::string payload = "{\"id\":1";
  for (int i = 0; i < 1000000; ++i) {
    payload += ",\"key" + std::to_string(i) + "\":" + std::to_string(i);
  }
  payload += ",\"term\":\"end\"}";
  EXPECT_EQ(MapBetween(payload), "1: {\"id\":1,\"term\":\"end\"}\n");
}

TEST(RobustnessTest, MapsAMillionDuplicates) {
  std::string payload = "{\"id\":0";
  for (int i = 0; i < 1000000; ++i) {
    payload += i % 2 == 0 ? ",\"id\":\"x\"" : ",\"ID\":5";
  }
  payload += "}";
  EXPECT_EQ(MapBetween(payload), "1: {\"id\":5,\"term\":null}\n");
}

TEST(RobustnessTest, MapsLongNumbers) {
  const std::string digits(1000000, '9');
  EXPECT_THAT(
      MapBetween("{\"id\":" + digits + "}"),
      ::testing::StartsWith("1: type: Number does not fit BIGINT: 999"));
  EXPECT_EQ(MapBetween("{\"id\":1." + std::string(1000000, '0') + "}"),
            "1: {\"id\":1,\"term\":null}\n");
  const auto mapper = MakeMapper("d double");
  const Mapped mapped = MapPayloads(
      *mapper, {"{\"d\":0." + digits + "}", "{\"d\":" + digits + "e-999999}"});
  ASSERT_EQ(mapped.batch.num_rows(), 2u);
  EXPECT_EQ(mapped.batch.column(0).doubles()[0], 1.0);
  EXPECT_EQ(mapped.batch.column(0).doubles()[1], 10.0);
}

TEST(RobustnessTest, RejectsOtherEncodings) {
  using std::string_literals::operator""s;
  EXPECT_EQ(MapBetween("\xef\xbb\xbf{\"id\":1}"),
            "1: parse: Expected UTF-8 without a byte order mark [byte 0]\n");
  EXPECT_EQ(MapBetween("\xff\xfe{\0}\0"s),
            "1: parse: Expected an object or an array of objects, "
            "not the byte 0xff [byte 0]\n");
  EXPECT_EQ(MapBetween("\0{\0}"s),
            "1: parse: Expected an object or an array of objects, "
            "not '\\x00' [byte 0]\n");
  EXPECT_EQ(MapBetween("{\"id\":1}\0"s),
            "1: parse: Expected the end of the text, not '\\x00' [byte 8]\n");
}

}  // namespace
}  // namespace rowfall::map
