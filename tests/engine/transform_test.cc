// SPDX-License-Identifier: Apache-2.0
// Tests of a mapping and a view without an engine.
#include "rowfall/transform.h"

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
  EXPECT_EQ(rows->ToString(),
            "a | b | k\n2 | \"2\" | 2\nnull | null | null");
}

TEST(TransformTest, SaysWhereAStatementIsWrong) {
  const auto no_source = Transform::Compile("SHOW SOURCES", kView);
  EXPECT_EQ(no_source.status().code(), absl::StatusCode::kInvalidArgument);
  const auto no_view = Transform::Compile(kSource, "SHOW MVS");
  EXPECT_EQ(no_view.status().code(), absl::StatusCode::kInvalidArgument);
  const auto other = Transform::Compile(
      kSource, "CREATE MV v TO t AS SELECT id FROM other");
  EXPECT_EQ(other.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorPlace(other.status()), (TextPlace{1, 36}));
  const auto property = Transform::Compile(
      "CREATE SOURCE s (id int) plugin.library.paths='x'", kView);
  EXPECT_EQ(property.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorPlace(property.status()), (TextPlace{1, 26}));
}

}  // namespace
}  // namespace rowfall
