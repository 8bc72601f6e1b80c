// SPDX-License-Identifier: Apache-2.0
// The one pass against the slow way: each value found with json::Find in the
// whole message and converted by coerce::AppendJson.
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "coerce/coerce.h"
#include "gtest/gtest.h"
#include "json/value.h"
#include "tests/json/random_json.h"
#include "tests/map/map_text.h"

namespace rowfall::map {
namespace {

constexpr std::string_view kLeaves =
    "id bigint, n int, f float, d double, b bool, t text, j json, m multi, "
    "m64 multi64, ts timestamp, v float_vector, o.a bigint, o.a text, o json, "
    "o.b.c text, o.l[1] json, o.l[0].k bigint, l[0] json, l[2] text, l text, "
    "id text, n json, o.l int";

// Finds the last top-level key that equals `key` in any case.
std::optional<std::string> FindTop(std::string_view object,
                                   std::string_view key) {
  // As an array of keys and values, read by the functions for stored values.
  std::optional<std::string> found;
  std::string members(object);
  bool in_string = false;
  int depth = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    const char c = members[i];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') ++i;
    if (in_string) continue;
    depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    if (c == ':' && depth == 1) members[i] = ',';
  }
  members.front() = '[';
  members.back() = ']';
  json::ArrayReader reader(members);
  while (const auto quoted = reader.Next()) {
    std::string name;
    json::AppendDecoded(*quoted, name);
    const auto value = reader.Next();
    if (base::EqualsIgnoreCase(name, key)) found = std::string(*value);
  }
  return found;
}

// What the row should be, or the column that does not fit.
std::string SlowRow(const std::vector<data::Leaf>& leaves,
                    std::string_view object) {
  std::string compact;
  json::AppendCompact(object, compact);
  std::string row;
  for (const data::Leaf& leaf : leaves) {
    Column column(leaf.type);
    std::string reason;
    std::optional<std::string_view> value;
    const auto top = FindTop(compact, leaf.key);
    if (top.has_value()) value = json::Find(*top, leaf.path);
    if (!value.has_value()) {
      column.AppendNull();
    } else if (!coerce::AppendJson(*value, column, reason)) {
      return "does not fit";
    }
    AppendJson(column.ValueAt(0), leaf.type, row);
    row += ' ';
  }
  return row;
}

std::string FastRow(const Mapped& mapped, size_t row) {
  std::string text;
  for (size_t i = 0; i < mapped.batch.num_columns(); ++i) {
    const Column& column = mapped.batch.column(i);
    AppendJson(column.ValueAt(row), column.type(), text);
    text += ' ';
  }
  return text;
}

class RandomMessage {
 public:
  explicit RandomMessage(uint64_t seed) : random_(seed) {}

  json::RandomJson& random() { return random_; }

  std::string Object() {
    std::string text = "{";
    const size_t count = random_.Below(10);
    for (size_t i = 0; i < count; ++i) {
      if (i > 0) text += random_.OneIn(3) ? " , " : ",";
      text += Member();
    }
    return text + "}";
  }

 private:
  std::string Member() {
    constexpr const char* kKeys[] = {"id", "n",  "f",   "d",       "b", "t",
                                     "j",  "m",  "m64", "ts",      "v", "o",
                                     "l",  "ID", "O",   "\\u0069d"};
    const std::string key =
        random_.OneIn(8) ? random_.String()
                         : "\"" + std::string(kKeys[random_.Below(16)]) + "\"";
    return key + (random_.OneIn(2) ? ":" : ": ") + Value(key);
  }

  // Mostly what fits the key, so that whole rows succeed.
  std::string Value(const std::string& key) {
    if (random_.OneIn(12)) return random_.Value(3);
    if (random_.OneIn(12)) return "null";
    if (key == "\"t\"" || key == "\"j\"") return random_.String();
    if (key == "\"b\"") {
      return random_.OneIn(3)   ? "true"
             : random_.OneIn(2) ? "false"
                                : "\"false\"";
    }
    if (key == "\"f\"" || key == "\"d\"") return Decimal();
    if (key == "\"v\"") return Decimals();
    if (key == "\"m\"" || key == "\"m64\"") return Numbers();
    if (key == "\"o\"" || key == "\"O\"") return Inner();
    if (key == "\"l\"") return Numbers();
    return std::to_string(random_.Below(100000));
  }

  std::string Numbers() {
    std::string text = "[";
    const size_t count = random_.Below(6);
    for (size_t i = 0; i < count; ++i) {
      text += (i > 0 ? (random_.OneIn(2) ? ", " : ",") : "") +
              std::to_string(random_.Below(50));
    }
    return text + "]";
  }

  // Of all lengths around those that a quick way might take.
  std::string Decimal() {
    std::string text = random_.OneIn(3) ? "-" : "";
    text += std::to_string(random_.Below(random_.OneIn(3) ? 1 : 9) *
                           random_.Below(100));
    for (size_t i = random_.Below(random_.OneIn(4) ? 20 : 6); i > 0; --i) {
      if (text.back() != '0' || text.size() > 2) text += Digit();
    }
    if (random_.OneIn(4)) return text;
    text += '.';
    for (size_t i = random_.Below(random_.OneIn(4) ? 24 : 6) + 1; i > 0; --i) {
      text += Digit();
    }
    if (random_.OneIn(8)) text += "e" + std::to_string(random_.Below(30));
    return text;
  }
  std::string Digit() { return std::to_string(random_.Below(10)); }

  std::string Decimals() {
    std::string text = "[";
    for (size_t i = random_.Below(6); i > 0; --i) {
      text += Decimal() + (i > 1 ? random_.OneIn(2) ? ", " : "," : "");
    }
    return text + "]";
  }

  std::string Inner() {
    constexpr const char* kMembers[] = {"\"a\":1",
                                        "\"a\": \"2\"",
                                        "\"b\":{\"c\":\"x\"}",
                                        "\"b\":{}",
                                        "\"b\": {\"c\": [1], \"c\": \"y\"}",
                                        "\"l\":null",
                                        "\"A\":3",
                                        "\"\\u0061\":4",
                                        "\"z\":[{}]",
                                        "\"a\":null"};
    std::string text = "{";
    const size_t count = random_.Below(5);
    for (size_t i = 0; i < count; ++i) {
      text += (i > 0 ? "," : "") + std::string(kMembers[random_.Below(10)]);
    }
    return text + "}";
  }

  json::RandomJson random_;
};

TEST(AgreementTest, MapsLikeTheSlowWay) {
  RandomMessage messages(json::TestSeed());
  const std::vector<data::Leaf> leaves = ParseLeaves(kLeaves);
  const auto mapper = MakeMapper(kLeaves);
  int fitting = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string payload = messages.Object();
    const Mapped mapped = MapPayloads(*mapper, {payload});
    ASSERT_EQ(mapped.batch.num_rows() + mapped.errors.size(), 1u) << payload;
    const std::string expected = SlowRow(leaves, payload);
    if (mapped.errors.empty()) {
      ++fitting;
      ASSERT_EQ(FastRow(mapped, 0), expected) << payload;
    } else {
      ASSERT_EQ(mapped.errors[0].stage, RejectStage::kType) << payload;
      ASSERT_EQ(expected, "does not fit") << payload;
    }
  }
  EXPECT_GT(fitting, 5000);
  EXPECT_LT(fitting, 18000);
}

TEST(AgreementTest, ResultsDoNotDependOnBatchBorders) {
  RandomMessage random(json::TestSeed());
  for (int round = 0; round < 100; ++round) {
    std::vector<std::string> payloads;
    for (size_t i = random.random().Below(30); i > 0; --i) {
      std::string payload = random.Object();
      if (random.random().OneIn(4)) payload += "\n" + random.Object();
      if (random.random().OneIn(5)) {
        payload = random.random().Damaged(payload);
      }
      payloads.push_back(payload);
    }
    // All at once, in pieces by one mapper, and each by a new one.
    const std::string whole = MapToText(kLeaves, payloads);
    std::string pieces, alone;
    const auto mapper = MakeMapper(kLeaves);
    const auto add = [](const Mapped& mapped, size_t first, std::string& out) {
      Mapped moved = mapped;
      for (MapError& error : moved.errors) {
        error.message += static_cast<uint32_t>(first);
      }
      std::vector<uint32_t> origins(mapped.batch.origins().begin(),
                                    mapped.batch.origins().end());
      for (uint32_t& origin : origins) origin += static_cast<uint32_t>(first);
      std::vector<std::shared_ptr<const Column>> columns;
      for (size_t i = 0; i < mapped.batch.num_columns(); ++i) {
        columns.push_back(mapped.batch.column_ptr(i));
      }
      moved.batch = Batch(mapped.batch.schema_ptr(), columns,
                          mapped.batch.num_rows(), origins);
      out += ToText(moved);
    };
    for (size_t first = 0; first < payloads.size();) {
      const size_t count =
          std::min(payloads.size() - first, 1 + random.random().Below(7));
      const auto begin = payloads.begin() + static_cast<ptrdiff_t>(first);
      add(MapPayloads(*mapper, {begin, begin + static_cast<ptrdiff_t>(count)}),
          first, pieces);
      first += count;
    }
    for (size_t i = 0; i < payloads.size(); ++i) {
      add(MapPayloads(*MakeMapper(kLeaves), {payloads[i]}), i, alone);
    }
    ASSERT_EQ(whole, pieces);
    ASSERT_EQ(whole, alone);
  }
}

TEST(AgreementTest, AcceptsExactlyWhatIsValid) {
  RandomMessage random(json::TestSeed());
  const auto mapper = MakeMapper(kLeaves);
  for (int i = 0; i < 30000; ++i) {
    const std::string payload = random.random().Damaged(random.Object());
    const Mapped mapped = MapPayloads(*mapper, {payload});
    const bool parsed =
        mapped.errors.empty() || mapped.errors[0].stage != RejectStage::kParse;
    // A damaged object may have become several ones, or an array of them.
    if (json::Validate(payload).ok()) {
      const size_t first = payload.find_first_not_of(" \n\r\t");
      ASSERT_EQ(parsed, payload[first] == '{' || mapped.errors.empty())
          << payload;
    } else if (parsed) {
      ASSERT_TRUE(json::Validate("[" + payload + "]").ok() ||
                  mapped.batch.num_rows() + mapped.errors.size() > 1)
          << payload;
    }
  }
}

}  // namespace
}  // namespace rowfall::map
