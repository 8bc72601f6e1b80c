// SPDX-License-Identifier: Apache-2.0
// Groups and order of rows by keys of every type.
#include "eval/group_table.h"

#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "eval/row_compare.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eval/random_view.h"

namespace rowfall::eval {
namespace {

using testing::ElementsAre;

Column MakeColumn(Type type, const std::vector<Value>& values) {
  Column column(type);
  for (const Value& value : values) column.AppendValue(value);
  return column;
}

std::vector<uint32_t> AllRows(size_t count) {
  std::vector<uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

std::vector<uint32_t> GroupsOf(const Column& column) {
  GroupTable table;
  const function::Argument key = {&column, false};
  table.Assign({&key, 1}, AllRows(column.size()));
  return table.groups();
}

TEST(GroupTableTest, GroupsEachType) {
  const Value null;
  EXPECT_THAT(
      GroupsOf(MakeColumn(Type::kBool, {true, null, false, true, null})),
      ElementsAre(0, 1, 2, 0, 1));
  for (const Type type : {Type::kInt, Type::kBigint, Type::kTimestamp}) {
    EXPECT_THAT(GroupsOf(MakeColumn(type, {int64_t{7}, int64_t{0}, null,
                                           int64_t{7}, int64_t{0}})),
                ElementsAre(0, 1, 2, 0, 1));
  }
  for (const Type type : {Type::kText, Type::kJson}) {
    EXPECT_THAT(GroupsOf(MakeColumn(type, {std::string("1"), std::string("1.0"),
                                           null, std::string("1")})),
                ElementsAre(0, 1, 2, 0));
  }
  EXPECT_THAT(GroupsOf(MakeColumn(Type::kMulti, {std::vector<int64_t>{2, 1},
                                                 std::vector<int64_t>{}, null,
                                                 std::vector<int64_t>{1, 2}})),
              ElementsAre(0, 1, 2, 0));
  EXPECT_THAT(
      GroupsOf(MakeColumn(Type::kFloatVector,
                          {std::vector<float>{2, 1}, std::vector<float>{1, 2},
                           null, std::vector<float>{2, 1}})),
      ElementsAre(0, 1, 2, 0));
}

TEST(GroupTableTest, ZerosAreOneGroupAndNansAreOne) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Type type : {Type::kFloat, Type::kDouble}) {
    EXPECT_THAT(GroupsOf(MakeColumn(type, {0.0, nan, -0.0, -nan, 1.0})),
                ElementsAre(0, 1, 0, 1, 2));
  }
}

TEST(GroupTableTest, NullIsNotTheDefault) {
  EXPECT_THAT(GroupsOf(MakeColumn(Type::kText, {std::string(), Value()})),
              ElementsAre(0, 1));
  EXPECT_THAT(GroupsOf(MakeColumn(Type::kJson, {std::string("null"), Value()})),
              ElementsAre(0, 1));
}

TEST(GroupTableTest, WithoutKeysAllRowsAreOneGroup) {
  GroupTable table;
  table.Assign({}, AllRows(3));
  EXPECT_THAT(table.groups(), ElementsAre(0, 0, 0));
  EXPECT_THAT(table.first_rows(), ElementsAre(0));
}

TEST(GroupTableTest, GroupsSomeRowsAndForgetsEarlierBatches) {
  const Column column = MakeColumn(
      Type::kBigint, {int64_t{1}, int64_t{2}, int64_t{1}, int64_t{2}});
  const function::Argument key = {&column, false};
  GroupTable table;
  table.Assign({&key, 1}, AllRows(4));
  const std::vector<uint32_t> rows = {3, 1, 2};
  table.Assign({&key, 1}, rows);
  EXPECT_THAT(table.groups(), ElementsAre(0, 0, 1));
  EXPECT_THAT(table.first_rows(), ElementsAre(3, 2));
}

TEST(GroupTableTest, AgreesWithAMapOnRandomKeys) {
  std::mt19937_64 random(TestSeed());
  GroupTable table;
  for (int round = 0; round < 50; ++round) {
    Column a(Type::kBigint);
    Column b(Type::kText);
    const size_t count = random() % 3000;
    for (size_t row = 0; row < count; ++row) {
      a.AppendValue(random() % 5 == 0 ? Value()
                                      : Value(int64_t(random() % 100) << 32));
      b.AppendValue(std::string(random() % 4, 'x'));
    }
    const function::Argument keys[] = {{&a, false}, {&b, false}};
    table.Assign(keys, AllRows(count));
    std::map<std::pair<Value, Value>, uint32_t> groups;
    for (size_t row = 0; row < count; ++row) {
      const auto next = static_cast<uint32_t>(groups.size());
      const auto [found, added] =
          groups.try_emplace({a.ValueAt(row), b.ValueAt(row)}, next);
      ASSERT_EQ(table.groups()[row], found->second);
      if (added) {
        ASSERT_EQ(table.first_rows()[next], row);
      }
    }
    ASSERT_EQ(table.first_rows().size(), groups.size());
  }
}

// The inverse of an odd number modulo 2^64.
constexpr uint64_t Inverse(uint64_t odd) {
  uint64_t inverse = odd;
  for (int i = 0; i < 6; ++i) inverse *= 2 - odd * inverse;
  return inverse;
}

// The number that the hash of old made `hash` of.
uint64_t OldPreimage(uint64_t hash) {
  uint64_t value = hash * Inverse(0xd6e8feb86659fd93u);
  value ^= value >> 32;
  return value * Inverse(0x9e3779b97f4a7c15u);
}

// Issue 11: a hash that everybody can compute put ids of a message into one
// slot, each behind all before it.
TEST(GroupTableTest, NobodyChoosesTheSlotsOfValues) {
  constexpr uint64_t kCount = 20'000;
  Column ids(Type::kBigint);
  Column reals(Type::kDouble);
  for (uint64_t i = 1; i <= kCount; ++i) {
    ids.AppendBigint(static_cast<int64_t>(OldPreimage(i << 32)));
    reals.AppendDouble(std::bit_cast<double>(i << 40));
  }
  for (const Column* column : {&ids, &reals}) {
    GroupTable table;
    const function::Argument key = {column, false};
    table.Assign({&key, 1}, AllRows(column->size()));
    EXPECT_EQ(table.first_rows().size(), kCount);
    EXPECT_LT(table.num_comparisons(), 4 * kCount);
  }
}

TEST(GroupTableTest, TwoTablesHashDifferently) {
  Column column(Type::kText);
  column.AppendText("a");
  uint64_t hashes[2] = {};
  for (uint64_t& hash : hashes) {
    HashRows(data::KeyedHash(), column, AllRows(1), {&hash, 1});
  }
  EXPECT_NE(hashes[0], hashes[1]);
}

// Values in their order: each row is less than the next.
void ExpectAscending(const Column& column) {
  for (size_t a = 0; a < column.size(); ++a) {
    for (size_t b = 0; b < column.size(); ++b) {
      const int order = CompareRows(column, a, b);
      EXPECT_EQ(order < 0, a < b) << a << " " << b;
      EXPECT_EQ(order == 0, a == b) << a << " " << b;
      EXPECT_EQ(EqualRows(column, a, b), a == b) << a << " " << b;
    }
  }
}

TEST(RowCompareTest, OrdersEachType) {
  const Value null;
  ExpectAscending(MakeColumn(Type::kBool, {null, false, true}));
  ExpectAscending(
      MakeColumn(Type::kInt, {null, int64_t{0}, int64_t{4294967295}}));
  ExpectAscending(MakeColumn(
      Type::kBigint, {null, std::numeric_limits<int64_t>::min(), int64_t{-1},
                      int64_t{0}, std::numeric_limits<int64_t>::max()}));
  ExpectAscending(MakeColumn(
      Type::kDouble, {null, std::numeric_limits<double>::quiet_NaN(), -1e300,
                      0.0, 1e-300, std::numeric_limits<double>::infinity()}));
  ExpectAscending(MakeColumn(
      Type::kText, {null, std::string(), std::string("A"), std::string("a"),
                    std::string("aa"), std::string("\xc3\xa4")}));
  ExpectAscending(
      MakeColumn(Type::kMulti64,
                 {null, std::vector<int64_t>{}, std::vector<int64_t>{-2, 5},
                  std::vector<int64_t>{1}, std::vector<int64_t>{1, 2}}));
  ExpectAscending(MakeColumn(Type::kFloatVector, {null, std::vector<float>{},
                                                  std::vector<float>{-0.5f},
                                                  std::vector<float>{1, -1}}));
  ExpectAscending(MakeColumn(
      Type::kJson,
      {null, std::string("null"), std::string("false"), std::string("true"),
       std::string("-1e300"), std::string("9"), std::string("10"),
       std::string("9007199254740993"), std::string("9007199254740994.0"),
       std::string("1e400"), std::string("\"\""), std::string("\"a\\u0041\""),
       std::string("\"b\""), std::string("[1]"), std::string("{}")}));
}

}  // namespace
}  // namespace rowfall::eval
