// SPDX-License-Identifier: Apache-2.0
// Tests of columns against a plain vector of values.
#include "rowfall/column.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace rowfall {
namespace {

constexpr Type kAllTypes[] = {
    Type::kInt,     Type::kBigint,    Type::kFloat,      Type::kDouble,
    Type::kBool,    Type::kText,      Type::kJson,       Type::kMulti,
    Type::kMulti64, Type::kTimestamp, Type::kFloatVector};

uint64_t Seed() {
  const char* given = std::getenv("ROWFALL_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  std::cout << "ROWFALL_SEED=" << seed << "\n";
  return seed;
}

Value RandomValue(Type type, std::mt19937_64& random) {
  if (random() % 4 == 0) return {};
  std::vector<int64_t> set;
  for (uint64_t i = random() % 4; i > 0; --i) {
    set.push_back(static_cast<int64_t>(random() % 1000));
  }
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  switch (type) {
    case Type::kInt:
      return static_cast<int64_t>(random() % 4294967296);
    case Type::kBigint:
    case Type::kTimestamp:
      return static_cast<int64_t>(random());
    case Type::kFloat:
      return double{static_cast<float>(random() % 1000) / 8};
    case Type::kDouble:
      return static_cast<double>(random()) / 3;
    case Type::kBool:
      return random() % 2 == 0;
    case Type::kText:
      return std::string(random() % 20, 'x');
    case Type::kJson:
      return std::string("{\"a\":1}");
    case Type::kMulti:
    case Type::kMulti64:
      return set;
    case Type::kFloatVector:
      return std::vector<float>(random() % 4, 0.5f);
  }
  return {};
}

std::vector<Value> ValuesOf(const Column& column) {
  std::vector<Value> values;
  for (size_t i = 0; i < column.size(); ++i)
    values.push_back(column.ValueAt(i));
  return values;
}

class ColumnTest : public testing::TestWithParam<Type> {};

TEST_P(ColumnTest, DoesWhatAVectorOfValuesDoes) {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 200; ++round) {
    Column column(GetParam());
    std::vector<Value> model;
    for (int i = 0; i < 40; ++i) {
      const Value value = RandomValue(GetParam(), random);
      column.AppendValue(value);
      model.push_back(value);
      if (random() % 20 == 0) {
        const size_t rows = random() % (model.size() + 1);
        column.Truncate(rows);
        model.resize(rows);
      }
    }
    ASSERT_EQ(ValuesOf(column), model);
    size_t nulls = 0;
    for (const Value& value : model) nulls += IsNull(value);
    ASSERT_EQ(column.null_count(), nulls);
    ASSERT_EQ(column.validity().size() == 0, nulls == 0);
  }
}

TEST_P(ColumnTest, NoRowsOfAColumnWithNullsChangeNothing) {
  Column nulls(GetParam());
  nulls.AppendNull();
  Column taken(GetParam());
  taken.AppendRows(nulls, {});
  EXPECT_EQ(taken.size(), 0u);
  EXPECT_EQ(taken.null_count(), 0u);
}

TEST_P(ColumnTest, CopiesRowsInAnyOrder) {
  std::mt19937_64 random(Seed());
  Column column(GetParam());
  for (int i = 0; i < 50; ++i) {
    column.AppendValue(RandomValue(GetParam(), random));
  }
  const std::vector<uint32_t> rows = {7, 7, 0, 49, 13};
  Column taken(GetParam());
  taken.AppendRows(column, rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(taken.ValueAt(i), column.ValueAt(rows[i]));
  }
}

TEST_P(ColumnTest, CopiesRowsAsIfOneByOne) {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 50; ++round) {
    Column column(GetParam());
    // In some rounds nothing is NULL, in others all is.
    const uint64_t nulls = random() % 4;
    for (int i = 0; i < 40; ++i) {
      const bool null = nulls == 3 || (nulls == 2 && random() % 8 == 0);
      Value value;
      while (!null && IsNull(value)) value = RandomValue(GetParam(), random);
      column.AppendValue(value);
    }
    Column expected(GetParam());
    Column taken(GetParam());
    for (int part = 0; part < 3; ++part) {
      std::vector<uint32_t> rows(random() % 20);
      for (uint32_t& row : rows) row = static_cast<uint32_t>(random() % 40);
      for (const uint32_t row : rows) expected.AppendRow(column, row);
      taken.AppendRows(column, rows);
      ASSERT_EQ(taken, expected);
      if (random() % 3 == 0) {
        taken.AppendNull();
        expected.AppendNull();
      }
    }
  }
}

TEST_P(ColumnTest, IsEqualHoweverItWasMade) {
  std::mt19937_64 random(Seed());
  Column a(GetParam());
  Column b(GetParam());
  // b has longer rows first and is cleared: nothing of them may remain.
  for (int i = 0; i < 30; ++i) b.AppendValue(RandomValue(GetParam(), random));
  b.Clear();
  for (int i = 0; i < 20; ++i) {
    const Value value = RandomValue(GetParam(), random);
    a.AppendValue(value);
    b.AppendValue(value);
  }
  EXPECT_EQ(a, b);
  b.AppendNull();
  EXPECT_FALSE(a == b);
  b.Truncate(20);
  EXPECT_EQ(a, b);
}

INSTANTIATE_TEST_SUITE_P(AllTypes, ColumnTest, testing::ValuesIn(kAllTypes),
                         [](const auto& info) {
                           return std::string(TypeName(info.param));
                         });

TEST(ColumnFixedTest, SetNullZeroesTheValue) {
  Column column(Type::kBigint);
  column.ResizeFixed(10);
  for (auto& value : column.mutable_values().MutableAs<int64_t>()) value = 7;
  column.SetNull(3);
  column.SetNull(3);
  EXPECT_EQ(column.null_count(), 1u);
  EXPECT_TRUE(column.IsNull(3));
  EXPECT_EQ(column.bigints()[3], 0);
  EXPECT_EQ(column.ValueAt(9), Value(int64_t{7}));
}

// 4 GiB of addresses, of which no page is touched.
TEST(ColumnListTest, OffsetsAreNeverNarrowed) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "Sanitizers touch what is allocated";
#endif
  Column column(Type::kText);
  column.AppendText("a");
  column.mutable_values().Resize((size_t{1} << 32) - 1);
  column.FinishList();
  EXPECT_EQ(column.Text(1).size(), (size_t{1} << 32) - 2);
  column.AppendText("");
  EXPECT_THROW(column.AppendText("b"), std::bad_alloc);
  EXPECT_EQ(column.size(), 3u);
  EXPECT_THROW(column.mutable_values().Reserve(size_t{1} << 33),
               std::bad_alloc);
  column.Truncate(1);
  column.AppendText("c");
  EXPECT_EQ(column.Text(1), "c");
}

TEST(ColumnListTest, AbandonedPiecesLeaveNoTrace) {
  Column column(Type::kText);
  column.AppendText("a");
  column.mutable_values().Append("junk", 4);
  column.AbandonList();
  column.AppendText("b");
  EXPECT_EQ(column.Text(1), "b");
}

}  // namespace
}  // namespace rowfall
