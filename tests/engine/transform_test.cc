// SPDX-License-Identifier: Apache-2.0
// Tests of a mapping and a view without an engine.
#include "rowfall/transform.h"

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/error.h"

namespace rowfall {
namespace {

constexpr char kSource[] =
    "CREATE SOURCE kafka (id bigint, term text, GlossDef json) type='kafka'";
constexpr char kView[] =
    "CREATE MV v TO t AS SELECT id, UPPER(term) AS name, "
    "UTC_TIMESTAMP() AS at, GlossDef.size AS size FROM kafka WHERE id > 0";

MessageBatch Messages(const std::vector<std::string>& payloads) {
  MessageBatch messages;
  for (const std::string& payload : payloads) {
    Message message;
    message.topic = "t";
    message.offset = static_cast<int64_t>(messages.size());
    message.payload = payload;
    messages.Append(message);
  }
  return messages;
}

TEST(TransformTest, GivesRowsAndRejectsOfABatch) {
  auto transform = Transform::Compile(kSource, kView);
  ASSERT_TRUE(transform.ok()) << transform.status();
  std::vector<RejectedMessage> rejected;
  const auto rows = transform->Apply(
      Messages({R"({"id": 1, "term": "a", "GlossDef": {"size": [2, 3]}})",
                R"({"id": 2)", R"({"id": "x"})", R"({"id": -1})",
                R"([{"id": 3}, {"ID": 4, "term": "b"}])"}),
      rejected, absl::FromUnixSeconds(1700000000));
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->ToString(),
            "id | name | at | size\n"
            "1 | \"A\" | 1700000000 | [2,3]\n"
            "3 | null | 1700000000 | null\n"
            "4 | \"B\" | 1700000000 | null");
  EXPECT_THAT(rows->origins(), testing::ElementsAre(0, 4, 4));
  ASSERT_EQ(rejected.size(), 2u);
  EXPECT_EQ(rejected[0].message, 1u);
  EXPECT_EQ(rejected[0].stage, RejectStage::kParse);
  EXPECT_EQ(rejected[1].message, 2u);
  EXPECT_EQ(rejected[1].stage, RejectStage::kType);
  EXPECT_EQ(rejected[1].column, "id");
}

// What on_error='null' replaces, and what it must not.
TEST(TransformTest, ReplacesByNullWhatDoesNotDecideAboutRows) {
  auto transform = Transform::Compile(
      "CREATE SOURCE s (id bigint, n int, j json) type='kafka' "
      "on_error='null'",
      "CREATE MV v TO t AS SELECT id, n, BIGINT(j.big) + 1 AS big, "
      "COALESCE(BIGINT(j.big), 7) AS other, n + id AS sum FROM s");
  ASSERT_TRUE(transform.ok()) << transform.status();
  std::vector<RejectedMessage> rejected;
  const auto rows = transform->Apply(
      Messages({R"({"id": 1, "n": 2, "j": {"big": "3"}})",
                R"({"id": 2, "n": "x", "j": {"big": "y"}})",
                R"([{"id": "x", "n": "y"}, {"id": 3, "n": -1}])",
                R"({"id": 4, "n": "x"}{)"}),
      rejected);
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->ToString(),
            "id | n | big | other | sum\n"
            "1 | 2 | 4 | 3 | 3\n"
            "2 | null | null | 7 | null\n"
            "3 | null | null | 7 | null");
  EXPECT_THAT(rows->origins(), testing::ElementsAre(0, 1, 2));
  std::vector<std::string> texts;
  for (const RejectedMessage& error : rejected) {
    texts.push_back(std::to_string(error.message) + "#" +
                    std::to_string(error.row_number) + " " + error.column +
                    (error.replaced ? " null: " : " left out: ") +
                    error.reason);
  }
  EXPECT_THAT(texts, testing::ElementsAre(
                         "1#0 big null: Cannot read string as a number: 'y'",
                         "1#0 n null: Cannot read string as INTEGER: 'x'",
                         "2#0 id left out: Cannot read string as BIGINT: 'x'",
                         "2#1 n null: Number does not fit INTEGER: -1",
                         "3#-1  left out: JSON ends before it is complete"));
}

// Values that do not fit give the rows that JSON null in their place gives,
// whatever the view makes of them.
TEST(TransformTest, ReplacedValuesAreAsIfTheMessageHadNull) {
  const char* const given = std::getenv("ROWFALL_SEED");
  const uint64_t seed =
      given != nullptr ? std::stoull(given) : std::random_device{}();
  std::cout << "ROWFALL_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  const auto pick = [&random](const auto& from) {
    return std::string(from[random() % std::size(from)]);
  };
  // Good ones, then as many bad ones.
  const char* const values[][4] = {{"3", "\"4\"", "-1", "{}"},
                                   {"[2,1]", "\"5\"", "true", "[\"x\"]"},
                                   {"17", "\"2024-01-02\"", "[]", "\"late\""},
                                   {"\"8\"", "9", "\"many\"", "{\"a\":1}"}};
  const char* const items[] = {"n",
                               "m",
                               "at",
                               "n + 1",
                               "IF(n > 3, 'x', 'y')",
                               "IFNULL(n, 7)",
                               "COALESCE(BIGINT(j.x), n, 0)",
                               "BIGINT(j.x)",
                               "CAST(j.x AS int)",
                               "LENGTH(m)",
                               "n IS NULL AND at > 17",
                               "BIGINT(j.x) * 2 > n OR n = 4"};
  size_t replaced = 0;
  for (int round = 0; round < 200; ++round) {
    std::string view = "CREATE MV v TO t AS SELECT id";
    for (int i = 0; i < 4; ++i) {
      view += ", " + pick(items) + " AS c" + std::to_string(i);
    }
    view += " FROM s";
    if (random() % 4 == 0) view += " ORDER BY n, id";
    std::vector<std::string> bad, mended;
    for (int row = 0; row < 8; ++row) {
      std::string texts[2];
      for (std::string& text : texts) {
        text = "{\"id\":" + std::to_string(row);
      }
      for (size_t column = 0; column < 4; ++column) {
        const size_t value = random() % 4;
        const char* const keys[] = {
            ",\"n\":", ",\"m\":", ",\"at\":", ",\"j\":{\"x\":"};
        const std::string end = column == 3 ? "}" : "";
        texts[0] += keys[column] + std::string(values[column][value]) + end;
        texts[1] += keys[column] +
                    std::string(value < 2 ? values[column][value] : "null") +
                    end;
      }
      bad.push_back(texts[0] + "}");
      mended.push_back(texts[1] + "}");
    }
    const std::string source =
        "CREATE SOURCE s (id bigint, n int, m multi, at timestamp, j json) "
        "type='kafka' ";
    auto nulls = Transform::Compile(source + "on_error='null'", view);
    auto stops = Transform::Compile(source, view);
    ASSERT_TRUE(nulls.ok()) << nulls.status() << view;
    ASSERT_TRUE(stops.ok()) << stops.status();
    std::vector<RejectedMessage> errors, none;
    const auto now = absl::FromUnixSeconds(0);
    const auto rows = nulls->Apply(Messages(bad), errors, now);
    const auto expected = stops->Apply(Messages(mended), none, now);
    ASSERT_TRUE(rows.ok() && expected.ok());
    ASSERT_EQ(rows->ToString(), expected->ToString()) << view;
    ASSERT_TRUE(none.empty()) << view;
    for (const RejectedMessage& error : errors) {
      ASSERT_TRUE(error.replaced) << error.reason << view;
    }
    replaced += errors.size();
  }
  EXPECT_GT(replaced, 100u);
}

// A value that both a key and another column read rejects the row.
TEST(TransformTest, DoesNotReplaceWhatTheKeyIsMadeOf) {
  for (const char* select :
       {"SELECT n + 1 AS v, n AS id FROM s",
        "SELECT n AS id, n + 1 AS v FROM s",
        "SELECT BIGINT(j) AS v, BIGINT(j) AS ID FROM s",
        "SELECT n AS v, n AS w FROM s WHERE n IS NULL OR n > 0",
        "SELECT n AS v FROM s WHERE BIGINT(j) > 0",
        "SELECT COUNT(*) AS v FROM s GROUP BY n",
        "SELECT COUNT(*) AS v FROM s GROUP BY BIGINT(j)",
        "SELECT SUM(n) AS v FROM s", "SELECT MAX(BIGINT(j)) AS v FROM s",
        "SELECT COUNT(*) AS v FROM s HAVING MIN(n) IS NULL"}) {
    auto transform = Transform::Compile(
        "CREATE SOURCE s (n bigint, j json) type='kafka' on_error='null'",
        std::string("CREATE MV v TO t AS ") + select);
    ASSERT_TRUE(transform.ok()) << transform.status();
    std::vector<RejectedMessage> rejected;
    const auto rows =
        transform->Apply(Messages({R"({"n": "x", "j": "x"})"}), rejected);
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_EQ(rows->num_rows(), 0u) << select;
    ASSERT_EQ(rejected.size(), 1u) << select;
    EXPECT_FALSE(rejected[0].replaced) << select;
  }
}

TEST(TransformTest, ConvertsToTheColumnsOfATable) {
  const Schema table({{.name = "id", .type = Type::kBigint},
                      {.name = "name", .type = Type::kText, .nullable = false},
                      {.name = "at", .type = Type::kText},
                      {.name = "size", .type = Type::kMulti}});
  MaterializedView::Options options;
  options.destination = &table;
  auto transform = Transform::Compile(kSource, kView, options);
  ASSERT_TRUE(transform.ok()) << transform.status();
  std::vector<RejectedMessage> rejected;
  const auto rows = transform->Apply(
      Messages({R"({"id": 1, "GlossDef": {"size": [20, 3, 3]}})"}), rejected,
      absl::FromUnixSeconds(1700000000));
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->ToString(),
            "id | name | at | size\n"
            "1 | \"\" | \"2023-11-14 22:13:20\" | [3,20]");
  EXPECT_TRUE(rejected.empty());
}

TEST(TransformTest, OneKeyMayFillSeveralColumns) {
  auto transform = Transform::Compile(
      "CREATE SOURCE s (a 'k' bigint, b 'K' text, k json) type='kafka'",
      "CREATE MV v TO t AS SELECT a, b, k FROM s");
  ASSERT_TRUE(transform.ok()) << transform.status();
  std::vector<RejectedMessage> rejected;
  const auto rows =
      transform->Apply(Messages({R"({"k": 1, "K": 2})", R"({})"}), rejected);
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->ToString(), "a | b | k\n2 | \"2\" | 2\nnull | null | null");
}

TEST(TransformTest, SaysWhereAStatementIsWrong) {
  const auto no_source = Transform::Compile("SHOW SOURCES", kView);
  EXPECT_EQ(no_source.status().code(), absl::StatusCode::kInvalidArgument);
  const auto no_view = Transform::Compile(kSource, "SHOW MVS");
  EXPECT_EQ(no_view.status().code(), absl::StatusCode::kInvalidArgument);
  const auto other =
      Transform::Compile(kSource, "CREATE MV v TO t AS SELECT id FROM other");
  EXPECT_EQ(other.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorPlace(other.status()), (TextPlace{1, 36}));
  const auto property = Transform::Compile(
      "CREATE SOURCE s (id int) plugin.library.paths='x'", kView);
  EXPECT_EQ(property.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorPlace(property.status()), (TextPlace{1, 26}));
}

}  // namespace
}  // namespace rowfall
