// SPDX-License-Identifier: Apache-2.0
// Tests of type names and of values as JSON.
#include "rowfall/value.h"

#include <limits>

#include "gtest/gtest.h"
#include "rowfall/schema.h"

namespace rowfall {
namespace {

std::string Json(const Value& value, Type type) {
  std::string out;
  AppendJson(value, type, out);
  return out;
}

TEST(TypeTest, EveryNameReadsBack) {
  for (int i = 0; i <= static_cast<int>(Type::kFloatVector); ++i) {
    const Type type = static_cast<Type>(i);
    EXPECT_EQ(TypeFromName(TypeName(type)), type);
  }
  EXPECT_EQ(TypeFromName("BigInt"), Type::kBigint);
  EXPECT_EQ(TypeFromName("integer"), Type::kInt);
  EXPECT_EQ(TypeFromName("UINT"), Type::kInt);
  EXPECT_EQ(TypeFromName("string"), Type::kText);
  EXPECT_EQ(TypeFromName("varchar"), std::nullopt);
}

TEST(AppendJsonTest, WritesEachKindOfValue) {
  EXPECT_EQ(Json({}, Type::kText), "null");
  EXPECT_EQ(Json(true, Type::kBool), "true");
  EXPECT_EQ(Json(std::numeric_limits<int64_t>::min(), Type::kBigint),
            "-9223372036854775808");
  EXPECT_EQ(Json(0.1, Type::kDouble), "0.1");
  EXPECT_EQ(Json(double{0.1f}, Type::kFloat), "0.1");
  EXPECT_EQ(Json(100000.0, Type::kDouble), "100000");
  EXPECT_EQ(Json(1e300, Type::kDouble), "1e+300");
  EXPECT_EQ(Json(std::numeric_limits<double>::infinity(), Type::kDouble),
            "null");
  EXPECT_EQ(Json(std::string("a\"\\\n\x01\xc3\xa9"), Type::kText),
            "\"a\\\"\\\\\\n\\u0001\xc3\xa9\"");
  EXPECT_EQ(Json(std::string("{\"a\": 1}"), Type::kJson), "{\"a\": 1}");
  EXPECT_EQ(Json(std::vector<int64_t>{2, 3, 20}, Type::kMulti), "[2,3,20]");
  EXPECT_EQ(Json(std::vector<float>{0.5f, 2}, Type::kFloatVector), "[0.5,2]");
}

TEST(SchemaTest, FindsFieldsInAnyCase) {
  const Schema schema({{.name = "id", .type = Type::kBigint, .nullable = false},
                       {.name = "Term", .type = Type::kText}});
  EXPECT_EQ(schema.IndexOf("ID"), 0u);
  EXPECT_EQ(schema.IndexOf("term"), 1u);
  EXPECT_EQ(schema.IndexOf("terms"), std::nullopt);
  EXPECT_EQ(schema.ToString(), "id bigint not null, Term text");
}

}  // namespace
}  // namespace rowfall
