// SPDX-License-Identifier: Apache-2.0
// Conversions by column type. The rules themselves are goldens
// (tests/golden/map/coercion.test); here is what every rule must keep to.
#include "coerce/coerce.h"

#include <string>
#include <vector>

#include "coerce/list.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "json/value.h"
#include "tests/json/random_json.h"

namespace rowfall::coerce {
namespace {

constexpr Type kTypes[] = {Type::kInt,       Type::kBigint,     Type::kFloat,
                           Type::kDouble,    Type::kBool,       Type::kText,
                           Type::kJson,      Type::kMulti,      Type::kMulti64,
                           Type::kTimestamp, Type::kFloatVector};

TEST(CoerceTest, LeavesTheColumnAloneWhenItFails) {
  json::RandomJson random(json::TestSeed());
  for (const Type type : kTypes) {
    Column column(type);
    size_t failures = 0;
    for (int i = 0; i < 3000; ++i) {
      const Column before = column;
      std::string reason;
      std::string value = random.Value(2);
      std::string compact;
      json::AppendCompact(value, compact);
      if (AppendJson(compact, column, reason)) {
        ASSERT_EQ(column.size(), before.size() + 1);
        ASSERT_EQ(reason, "");
        column.Truncate(before.size());
      } else {
        ++failures;
        ASSERT_NE(reason, "");
      }
      ASSERT_EQ(column, before) << compact;
      if (i % 500 == 0) column.AppendNull();
    }
    EXPECT_EQ(failures == 0, type == Type::kText || type == Type::kJson);
  }
}

TEST(CoerceTest, NullIsNullForEveryType) {
  for (const Type type : kTypes) {
    Column column(type);
    std::string reason;
    ASSERT_TRUE(AppendJson("null", column, reason));
    EXPECT_TRUE(column.IsNull(0));
  }
}

TEST(CoerceTest, PartsAgreeWithTheWhole) {
  // AppendNumber, -String and -Bool are what AppendJson uses.
  json::RandomJson random(json::TestSeed());
  for (const Type type : kTypes) {
    for (int i = 0; i < 2000; ++i) {
      Column by_json(type), by_part(type);
      std::string json_reason, part_reason;
      std::string value;
      bool part_ok;
      switch (random.Below(3)) {
        case 0:
          value = random.Number();
          part_ok = AppendNumber(value, by_part, part_reason);
          break;
        case 1: {
          value =
              random.OneIn(2) ? "\"" + random.Number() + "\"" : random.String();
          std::string text;
          json::AppendDecoded(value, text);
          part_ok = AppendString(text, by_part, part_reason);
          break;
        }
        default: {
          const bool yes = random.OneIn(2);
          value = yes ? "true" : "false";
          part_ok = AppendBool(yes, by_part, part_reason);
        }
      }
      ASSERT_EQ(AppendJson(value, by_json, json_reason), part_ok) << value;
      ASSERT_EQ(json_reason, part_reason);
      if (type == Type::kJson && part_ok) {
        // The spelling may differ: escapes are kept as they came.
        std::string a, b;
        json::AppendDecoded(by_json.Text(0), a);
        json::AppendDecoded(by_part.Text(0), b);
        ASSERT_EQ(a, b);
      } else {
        ASSERT_EQ(by_json, by_part) << value;
      }
    }
  }
}

TEST(CoerceTest, QuotesStringsForJson) {
  Column column(Type::kJson);
  std::string reason;
  ASSERT_TRUE(AppendString("say \"hi\"\n", column, reason));
  EXPECT_EQ(column.Text(0), R"("say \"hi\"\n")");
}

TEST(CoerceTest, CutsLongValuesInReasons) {
  Column column(Type::kBigint);
  std::string reason;
  ASSERT_FALSE(AppendString(std::string(1000, 'x'), column, reason));
  EXPECT_EQ(reason,
            "Cannot read string as BIGINT: '" + std::string(60, 'x') + "'...");
  ASSERT_FALSE(AppendNumber(std::string(1000, '9'), column, reason));
  EXPECT_EQ(reason,
            "Number does not fit BIGINT: " + std::string(60, '9') + "...");
}

TEST(CoerceTest, SortsSetsAndDropsRepeats) {
  Column column(Type::kMulti64);
  std::string reason;
  for (const std::string value :
       {"[3,1,2]", "[5,5,5]", "[]", "[-1,1,-1,0]", "\"9, 8 ,9\"", "\"\""}) {
    ASSERT_TRUE(AppendJson(value, column, reason)) << value;
  }
  using ::testing::ElementsAre;
  EXPECT_THAT(column.Multi64(0), ElementsAre(1, 2, 3));
  EXPECT_THAT(column.Multi64(1), ElementsAre(5));
  EXPECT_THAT(column.Multi64(2), ElementsAre());
  EXPECT_THAT(column.Multi64(3), ElementsAre(-1, 0, 1));
  EXPECT_THAT(column.Multi64(4), ElementsAre(8, 9));
  EXPECT_THAT(column.Multi64(5), ElementsAre());
}

}  // namespace
}  // namespace rowfall::coerce
