// SPDX-License-Identifier: Apache-2.0
// The mapper's interface: limits, errors, batches and their columns.
#include "map/mapper.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/buffer.h"
#include "tests/map/map_text.h"

namespace rowfall::map {

void PrintTo(const MapError& error, std::ostream* out) {
  *out << error.message << ": " << RejectStageName(error.stage) << ": "
       << error.reason << " [" << error.column << ", " << error.payload_offset
       << "]";
}

namespace {

using ::testing::ElementsAre;

TEST(MapperTest, ReportsErrorsWithColumnReasonAndPlace) {
  const auto mapper = MakeMapper("id bigint, g.n int");
  const Mapped mapped = MapPayloads(
      *mapper, {R"({"id": "x"})", R"({"id": 1)", R"({"g": {"n": -1}})"});
  EXPECT_THAT(mapped.errors,
              ElementsAre(MapError{0, RejectStage::kType, "id",
                                   "Cannot read string as BIGINT: 'x'", 7, 0},
                          MapError{1, RejectStage::kParse, "",
                                   "JSON ends before it is complete", 8},
                          MapError{2, RejectStage::kType, "g.n",
                                   "Number does not fit INTEGER: -1", 12, 0}));
  EXPECT_EQ(mapped.batch.num_rows(), 0u);
}

// on_error='null': only where all that is wrong may be replaced.
TEST(MapperTest, KeepsRowsWhoseBadValuesAreReplaceable) {
  auto leaves = ParseLeaves("id bigint, n int, g.m multi, t text");
  for (size_t i = 1; i < leaves.size(); ++i) leaves[i].replaceable = true;
  const auto mapper = Mapper::Make(leaves, {});
  ASSERT_TRUE(mapper.ok());
  const Mapped mapped = MapPayloads(
      **mapper,
      {R"({"g": {"m": {}}, "id": 1, "n": "x", "t": "a"})",
       R"({"n": "x", "id": "y", "g": {"m": {}}})",
       R"([{"id": "y"}, {"id": 2, "n": -1, "t": "b"}, {"n": 1, "n": 3}])",
       R"({"id": 5, "n": "x", "n": 4, "g": 0})", R"({"n": "x"}{)"});
  EXPECT_EQ(mapped.batch.ToString(),
            "id | n | g.m | t\n"
            "1 | null | null | \"a\"\n"
            "2 | null | null | \"b\"\n"
            "null | 3 | null | null\n"
            "5 | 4 | null | null");
  EXPECT_THAT(mapped.batch.origins(), ElementsAre(0, 2, 2, 3));
  EXPECT_THAT(
      mapped.errors,
      ElementsAre(MapError{0, RejectStage::kType, "g.m",
                           "Cannot read object as MULTI", 12, 0, true},
                  MapError{0, RejectStage::kType, "n",
                           "Cannot read string as INTEGER: 'x'", 31, 0, true},
                  MapError{1, RejectStage::kType, "id",
                           "Cannot read string as BIGINT: 'y'", 17, 0},
                  MapError{2, RejectStage::kType, "id",
                           "Cannot read string as BIGINT: 'y'", 8, 0},
                  MapError{2, RejectStage::kType, "n",
                           "Number does not fit INTEGER: -1", 29, 1, true},
                  MapError{4, RejectStage::kParse, "",
                           "JSON ends before it is complete", 11}));
}

TEST(MapperTest, RejectsTombstonesAndEmptyPayloads) {
  MessageBatch messages = MakeMessages({"", " \n"});
  Message tombstone;
  tombstone.topic = "orders";
  tombstone.has_payload = false;
  messages.Append(tombstone);
  std::vector<MapError> errors;
  const auto mapper = MakeMapper("id bigint");
  EXPECT_EQ(mapper->Map(messages, errors).num_rows(), 0u);
  EXPECT_THAT(
      errors,
      ElementsAre(
          MapError{0, RejectStage::kParse, "", "Message is empty", 0},
          MapError{1, RejectStage::kParse, "", "Message holds only white space",
                   0},
          MapError{2, RejectStage::kParse, "", "Message has no payload", -1}));
}

TEST(MapperTest, AppendsErrorsBehindThoseThatAreThere) {
  const auto mapper = MakeMapper("id bigint");
  std::vector<MapError> errors = {{7, RejectStage::kSink, "a", "b", 1}};
  mapper->Map(MakeMessages({"{\"id\":\"x\"}{"}), errors);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].message, 7u);
  EXPECT_EQ(errors[1].stage, RejectStage::kParse);
}

TEST(MapperTest, RejectsMessagesAboveTheLimitOfBytes) {
  const std::string payload = R"({"id": 1})";
  MapLimits limits;
  limits.max_message_bytes = payload.size();
  EXPECT_EQ(MapToText("id bigint", {payload, payload + " "}, limits),
            "0: {\"id\":1}\n"
            "1: parse: Message is larger than 9 bytes: 10 [byte -1]\n");
}

TEST(MapperTest, RejectsMessagesAboveTheLimitOfRows) {
  MapLimits limits;
  limits.max_message_rows = 2;
  EXPECT_EQ(MapToText("id bigint", {"{}{}", "{}{}{}", "[{},{},{}]"}, limits),
            "0: {\"id\":null}\n"
            "0: {\"id\":null}\n"
            "1: parse: Message holds too many objects [byte 4]\n"
            "2: parse: Message holds too many objects [byte 7]\n");
}

// With the limit that engines have: rows, their origins, and what stands beside
// a message that has one too many.
TEST(MapperTest, HoldsAsManyRowsAsTheLimitAndNotOneMore) {
  const size_t limit = MapLimits().max_message_rows;
  std::string largest;
  for (size_t i = 0; i < limit; ++i) largest += "{}";
  MessageBatch messages;
  const auto add = [&](const std::string& payload) {
    messages.Append({.topic = "t",
                     .partition = 0,
                     .offset = static_cast<int64_t>(messages.size()),
                     .payload = payload,
                     .has_payload = true});
  };
  add("{}");
  add(largest);
  add(largest + "{}");
  add("{}");
  data::Leaf leaf;
  leaf.column = leaf.key = "id";
  leaf.type = Type::kBigint;
  auto mapper = Mapper::Make({leaf}, {});
  ASSERT_TRUE(mapper.ok()) << mapper.status();
  std::vector<MapError> errors;
  const Batch batch = (*mapper)->Map(messages, errors);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].message, 2u);
  EXPECT_EQ(errors[0].reason, "Message holds too many objects");
  ASSERT_EQ(batch.num_rows(), limit + 2);
  EXPECT_EQ(batch.origins().front(), 0u);
  EXPECT_EQ(batch.origins()[1], 1u);
  EXPECT_EQ(batch.origins()[limit], 1u);
  EXPECT_EQ(batch.origins().back(), 3u);
}

TEST(MapperTest, RowsOfAllPartsCountTowardsTheLimit) {
  MapLimits limits;
  limits.max_message_rows = 5;
  const auto mapper = MakeMapper("id bigint", limits);
  const MessageBatch messages = MakeMessages({"{}{}{}{}{}", "{}{}{}{}{}{}"});
  std::vector<size_t> parts;
  std::vector<MapError> errors;
  const auto take = [&](const Batch& part) {
    parts.push_back(part.num_rows());
  };
  EXPECT_TRUE(mapper->MapInParts(messages, 0, 2, take, errors));
  EXPECT_THAT(parts, ElementsAre(2, 2, 1));
  EXPECT_TRUE(errors.empty());
  EXPECT_FALSE(mapper->MapInParts(messages, 1, 2, take, errors));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].reason, "Message holds too many objects");
}

TEST(MapperTest, LimitsDepthEverywhere) {
  MapLimits limits;
  limits.max_depth = 4;
  const auto text = [&](std::string_view leaves, const std::string& payload) {
    return MapToText(leaves, {payload}, limits);
  };
  // Level 1 is the object.
  EXPECT_EQ(text("a json", R"({"a":[[[]]]})"), "0: {\"a\":[[[]]]}\n");
  const std::string too_deep = "0: parse: JSON is nested too deep [byte 8]\n";
  EXPECT_EQ(text("a json", R"({"a":[[[[]]]]})"), too_deep);
  EXPECT_EQ(text("b json", R"({"a":[[[[]]]]})"), too_deep);
  EXPECT_EQ(text("a[0][0][0][0] json", R"({"a":[[[[]]]]})"), too_deep);
  EXPECT_EQ(text("a.b.c.d.e json", R"({"a":{"b":{"c":{"d":{}}}}})"),
            "0: parse: JSON is nested too deep [byte 20]\n");
  // The array around counts.
  EXPECT_EQ(text("a json", R"([{"a":[[]]}])"), "0: {\"a\":[[]]}\n");
  EXPECT_EQ(text("a json", R"([{"a":[[[]]]}])"), too_deep);
}

TEST(MapperTest, RefusesTooManyLeavesAndWrongLimits) {
  std::vector<data::Leaf> leaves(4097);
  for (size_t i = 0; i < leaves.size(); ++i) {
    leaves[i].column = leaves[i].key = "c" + std::to_string(i);
  }
  const absl::Status status = Mapper::Make(leaves, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "More than 4096 columns and paths to read: 4097");
  leaves.pop_back();
  EXPECT_TRUE(Mapper::Make(leaves, {}).ok());
  for (const int depth : {0, -1, 513}) {
    MapLimits limits;
    limits.max_depth = depth;
    EXPECT_EQ(Mapper::Make({}, limits).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(MapperTest, NamesColumnsAfterLeaves) {
  const auto mapper =
      MakeMapper("g.size json, g['a b'][0] text, g json, g.size text");
  const Batch batch = MapPayloads(*mapper, {}).batch;
  EXPECT_EQ(batch.schema().ToString(),
            "g.size json, g['a b'][0] text, g json, g.size#2 text");
}

TEST(MapperTest, GivesOriginsOfRows) {
  const auto mapper = MakeMapper("id bigint");
  const Mapped mapped = MapPayloads(
      *mapper, {"{}", "[{},{}]", "x", "{\"id\":\"x\"}{}", "[]", "{}"});
  EXPECT_THAT(mapped.batch.origins(), ElementsAre(0, 1, 1, 3, 5));
}

TEST(MapperTest, UsesColumnsAgainThatNobodyHolds) {
  const auto mapper = MakeMapper("id bigint, t text");
  const std::vector<std::string> payloads = {R"({"id":1,"t":"abc"})"};
  const Column* id;
  {
    const Batch batch = MapPayloads(*mapper, payloads).batch;
    id = &batch.column(0);
  }
  const Batch second = MapPayloads(*mapper, payloads).batch;
  EXPECT_EQ(&second.column(0), id);
}

TEST(MapperTest, LeavesBatchesAloneThatAreHeld) {
  const auto mapper = MakeMapper("id bigint, t text");
  const Batch first = MapPayloads(*mapper, {R"({"id":1,"t":"abc"})"}).batch;
  const Batch second =
      MapPayloads(*mapper, {R"({"id":2,"t":"xyz"})", "{}"}).batch;
  EXPECT_EQ(ToText({first, {}}), "0: {\"id\":1,\"t\":\"abc\"}\n");
  EXPECT_EQ(ToText({second, {}}),
            "0: {\"id\":2,\"t\":\"xyz\"}\n1: {\"id\":null,\"t\":null}\n");
}

TEST(MapperTest, GivesMemoryOfLargeBatchesBack) {
  const auto mapper = MakeMapper("t text");
  MapPayloads(*mapper, {"{\"t\":\"" + std::string(8 << 20, 'x') + "\"}"});
  MapPayloads(*mapper, {"{\"t\":\"small\"}"});
  const Batch batch = MapPayloads(*mapper, {"{\"t\":\"small\"}"}).batch;
  EXPECT_LT(batch.column(0).values().capacity(), size_t{1} << 20);
}

TEST(MapperTest, GuessesAreOnlyGuesses) {
  // Each message breaks what the one before made the mapper expect.
  const std::vector<std::string> payloads = {R"({"a": 1, "b": 2, "c": 3})",
                                             R"({"a": 1, "c": 3})",
                                             R"({"a": 1, "b": 2, "c": 3})",
                                             R"({"b": 2, "a": 1, "c": 3})",
                                             R"({"a":1,"b":2,"c":3})",
                                             R"({"a":  1,  "b" :2, "c": 3 })",
                                             R"({"x": 9, "a": 1, "b": 2})",
                                             R"({"a": 1, "x": 9, "b": 2})",
                                             R"({"A": 1, "B": 2, "C": 3})",
                                             R"({"a": 1, "a": 2, "b": 2})",
                                             R"({"a": 1})",
                                             R"({})",
                                             R"({"c": 3, "b": 2, "a": 1})",
                                             R"({"ab": 1, "bb": 2, "cb": 3})"};
  std::string alone;
  for (size_t i = 0; i < payloads.size(); ++i) {
    const std::string text =
        MapToText("a bigint, b bigint, c bigint", {payloads[i]});
    alone += std::to_string(i) + text.substr(1);
  }
  EXPECT_EQ(MapToText("a bigint, b bigint, c bigint", payloads), alone);
}

TEST(MapperTest, GuessesAcceptNoBadText) {
  // What was learned for a later key must not serve for the first one.
  const std::string good = R"({"a": 1, "b": 2})";
  for (const std::string bad :
       {R"({, "b": 2})", R"({"a": 1 "b": 2})", R"({"a": 1, , "b": 2})",
        R"({"a": 1, "b": })", R"({"a": 1, "b": ,)", R"({"a": 1, "b": 2, })"}) {
    EXPECT_THAT(MapToText("a bigint, b bigint", {good, good, bad}),
                ::testing::HasSubstr("2: parse: "))
        << bad;
  }
}

TEST(MapperTest, ReadsKeysOfAllLengths) {
  for (size_t size = 1; size < 80; ++size) {
    const std::string key(size, 'k');
    const std::string payload =
        "{\"" + key + "\": 1, \"" + key + "x\": 2, \"y\": 3}";
    // Another one of that length in its place.
    const std::string other = "{\"" + std::string(size, 'o') + "\": 4}";
    EXPECT_EQ(MapToText(key + " bigint", {payload, payload, other}),
              "0: {\"" + key + "\":1}\n1: {\"" + key + "\":1}\n2: {\"" + key +
                  "\":null}\n");
  }
}

TEST(MapperTest, ReadsTextsOfAllLengthsWithOddCharactersAnywhere) {
  const auto mapper = MakeMapper("t text");
  for (size_t size = 0; size < 70; ++size) {
    for (const std::string odd : {"", "\xc3\xa4", "\\n", "\\u20ac"}) {
      for (size_t at = 0; at <= size; ++at) {
        std::string content(size, 'x');
        content.insert(at, odd);
        std::string expected(size, 'x');
        expected.insert(at, odd == "\\n"       ? "\n"
                            : odd == "\\u20ac" ? "\xe2\x82\xac"
                                               : odd);
        const Mapped mapped =
            MapPayloads(*mapper, {"{\"t\":\"" + content + "\"}"});
        ASSERT_EQ(mapped.batch.num_rows(), 1u);
        ASSERT_EQ(mapped.batch.column(0).Text(0), expected);
      }
    }
  }
}

}  // namespace
}  // namespace rowfall::map
