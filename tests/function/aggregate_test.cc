// SPDX-License-Identifier: Apache-2.0
// Aggregates over random groups against a slow reference, in one batch and in
// many.
#include "function/aggregate.h"

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

struct Row {
  uint32_t group;
  std::string value;
};

std::vector<Row> RandomRows(size_t count, size_t num_groups,
                            std::mt19937_64& random) {
  std::vector<Row> rows;
  for (size_t i = 0; i < count; ++i) {
    const auto value = static_cast<int64_t>(random() % 41) - 20;
    rows.push_back({static_cast<uint32_t>(random() % num_groups),
                    random() % 5 == 0 ? "null" : std::to_string(value)});
  }
  return rows;
}

void Feed(const std::vector<Row>& rows, Type type, AggregateState& state) {
  std::vector<std::string> values;
  std::vector<uint32_t> groups;
  for (const Row& row : rows) {
    values.push_back(row.value);
    groups.push_back(row.group);
  }
  const Column column = MakeColumn(type, values);
  const Argument argument{&column, false};
  state.Update({&argument, 1}, groups);
}

std::vector<std::string> Results(const ResolvedAggregate& resolved,
                                 const AggregateState& state) {
  Column out(resolved.type);
  RowErrors errors;
  state.Finish(out, errors);
  return ResultsOf(out, errors);
}

ResolvedAggregate ResolveOne(const std::string& name, Type type,
                             bool distinct) {
  const ArgumentType argument = type;
  const auto resolved = ResolveAggregate(name, {&argument, 1}, false, distinct);
  EXPECT_TRUE(resolved.ok());
  return *resolved;
}

std::string Reference(const std::string& name, bool distinct,
                      std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  if (distinct) {
    values.erase(std::unique(values.begin(), values.end()), values.end());
  }
  if (name == "count") return std::to_string(values.size());
  if (values.empty()) return "null";
  if (name == "min") return std::to_string(values.front());
  if (name == "max") return std::to_string(values.back());
  int64_t sum = 0;
  for (const int64_t value : values) sum += value;
  if (name == "sum") return std::to_string(sum);
  Column mean(Type::kDouble);
  mean.AppendDouble(static_cast<double>(sum) /
                    static_cast<double>(values.size()));
  return TextsOf(mean)[0];
}

std::vector<std::string> References(const std::string& name, bool distinct,
                                    const std::vector<Row>& rows,
                                    size_t num_groups) {
  std::vector<std::vector<int64_t>> groups(num_groups);
  for (const Row& row : rows) {
    if (row.value != "null") groups[row.group].push_back(std::stoll(row.value));
  }
  std::vector<std::string> results;
  for (auto& group : groups) {
    results.push_back(Reference(name, distinct, group));
  }
  return results;
}

TEST(AggregateTest, AgreesWithTheReferenceInOneBatchAndInMany) {
  auto random = MakeRandom();
  constexpr size_t kGroups = 7;
  const std::vector<Row> rows = RandomRows(1000, kGroups, random);
  for (const std::string name : {"count", "sum", "avg", "min", "max"}) {
    for (const bool distinct : {false, true}) {
      const auto resolved = ResolveOne(name, Type::kBigint, distinct);
      const auto expected = References(name, distinct, rows, kGroups);
      const auto state = resolved.make(resolved);
      state->Resize(kGroups);
      Feed(rows, Type::kBigint, *state);
      EXPECT_EQ(Results(resolved, *state), expected) << name << distinct;
      state->Clear();
      state->Resize(kGroups);
      for (size_t at = 0; at < rows.size(); at += 13) {
        const size_t end = std::min(rows.size(), at + 13);
        Feed({rows.begin() + at, rows.begin() + end}, Type::kBigint, *state);
      }
      EXPECT_EQ(Results(resolved, *state), expected) << name << distinct;
    }
  }
}

// Texts that all have one hash of the standard library (MurmurHash64A) behind
// the four bytes of group 0.
std::string CollidingText(uint32_t i) {
  constexpr uint64_t kMul = 0xc6a4a7935bd1e995u;
  const auto mix = [](uint64_t x) { return x ^ (x >> 47); };
  uint64_t inverse = kMul;
  for (int round = 0; round < 6; ++round) inverse *= 2 - kMul * inverse;
  const uint64_t first = uint64_t{i} << 32;
  const uint64_t hash =
      (0xc70f6907u ^ (16 * kMul) ^ (mix(first * kMul) * kMul)) * kMul;
  const uint64_t second = mix(hash * inverse) * inverse;
  std::string text(12, '\0');
  std::memcpy(text.data(), &i, 4);
  std::memcpy(text.data() + 4, &second, 8);
  return text;
}

absl::Duration ThreadTime() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return absl::DurationFromTimespec(time);
}

// Issue 11, 12: each would be compared with all before it.
TEST(AggregateTest, NobodyChoosesTheSlotsOfDistinctValues) {
  constexpr uint32_t kCount = 20'000;
  const std::hash<std::string> known;
  const std::string group(4, '\0');
  ASSERT_EQ(known(group + CollidingText(1)), known(group + CollidingText(2)));
  const auto resolved = ResolveOne("count", Type::kText, true);
  const auto time = [&](const auto& text_of) {
    Column column(Type::kText);
    for (uint32_t i = 0; i < kCount; ++i) column.AppendText(text_of(i));
    const auto state = resolved.make(resolved);
    state->Resize(1);
    const Argument argument{&column, false};
    const absl::Duration start = ThreadTime();
    state->Update({&argument, 1}, std::vector<uint32_t>(kCount, 0));
    const absl::Duration taken = ThreadTime() - start;
    EXPECT_EQ(Results(resolved, *state),
              std::vector<std::string>{std::to_string(kCount)});
    return taken;
  };
  const absl::Duration usual =
      time([](uint32_t i) { return std::to_string(100'000'000'000 + i); });
  EXPECT_LT(time(CollidingText), usual * 10);
}

TEST(AggregateTest, SumDoesNotDependOnTheOrderOfRows) {
  const auto resolved = ResolveOne("sum", Type::kBigint, false);
  const std::vector<Row> rows = {{0, "9223372036854775807"},
                                 {0, "9223372036854775807"},
                                 {0, "-9223372036854775808"},
                                 {0, "-9223372036854775808"},
                                 {0, "1"}};
  std::vector<size_t> order = {0, 1, 2, 3, 4};
  do {
    const auto state = resolved.make(resolved);
    state->Resize(1);
    for (const size_t i : order) Feed({rows[i]}, Type::kBigint, *state);
    ASSERT_EQ(Results(resolved, *state), std::vector<std::string>{"-1"});
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(AggregateTest, ManyBetterTextsDoNotPileUp) {
  const auto resolved = ResolveOne("max", Type::kText, false);
  const auto state = resolved.make(resolved);
  state->Resize(2);
  std::string best;
  for (int i = 0; i < 2000; ++i) {
    best = "\"" + std::to_string(1000000 + i) + "\"";
    Feed({{1, best}}, Type::kText, *state);
  }
  EXPECT_EQ(Results(resolved, *state),
            (std::vector<std::string>{"null", best}));
}

TEST(AggregateTest, ConstantArgumentStandsForAllRows) {
  for (const std::string name : {"count", "sum", "max"}) {
    const auto resolved = ResolveOne(name, Type::kBigint, false);
    const auto state = resolved.make(resolved);
    state->Resize(1);
    const Column column = MakeColumn(Type::kBigint, {"5"});
    const Argument argument{&column, true};
    const std::vector<uint32_t> groups(3, 0);
    state->Update({&argument, 1}, groups);
    const std::string expected =
        name == "count" ? "3" : name == "sum" ? "15" : "5";
    EXPECT_EQ(Results(resolved, *state), std::vector<std::string>{expected});
  }
}

TEST(AggregateTest, ClearForgetsAllGroups) {
  for (const std::string name : {"count", "sum", "avg", "min", "max"}) {
    for (const bool distinct : {false, true}) {
      const auto resolved = ResolveOne(name, Type::kBigint, distinct);
      const auto state = resolved.make(resolved);
      state->Resize(1);
      Feed({{0, "5"}}, Type::kBigint, *state);
      state->Clear();
      EXPECT_TRUE(Results(resolved, *state).empty());
      state->Resize(1);
      EXPECT_EQ(Results(resolved, *state)[0], name == "count" ? "0" : "null");
      Feed({{0, "5"}}, Type::kBigint, *state);
      EXPECT_EQ(Results(resolved, *state)[0], name == "count" ? "1" : "5");
    }
  }
}

TEST(AggregateTest, KnowsItsNames) {
  EXPECT_TRUE(IsAggregate("count"));
  EXPECT_TRUE(IsAggregate("avg"));
  EXPECT_FALSE(IsAggregate("COUNT"));
  EXPECT_FALSE(IsAggregate("abs"));
}

TEST(AggregateTest, RefusesStarAndDistinctTogether) {
  const auto resolved = ResolveAggregate("count", {}, true, true);
  EXPECT_TRUE(absl::IsInvalidArgument(resolved.status()));
  EXPECT_EQ(std::string(resolved.status().message()),
            "COUNT(DISTINCT *) does not exist");
}

}  // namespace
}  // namespace rowfall::function::testing
