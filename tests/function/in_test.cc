// SPDX-License-Identifier: Apache-2.0
// IN over lists that are longer than what is searched one by one.
#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

// Evaluates IN with constants for the list, as the evaluator does.
std::vector<std::string> InConstants(Type type,
                                     const std::vector<std::string>& needles,
                                     const std::vector<std::string>& list) {
  const std::vector<ArgumentType> types(list.size() + 1, type);
  const auto resolved = Resolve("in", types, {}, nullptr);
  EXPECT_TRUE(resolved.ok());
  std::vector<Column> columns = {MakeColumn(type, needles)};
  for (const auto& value : list) columns.push_back(MakeColumn(type, {value}));
  std::vector<Argument> arguments;
  for (size_t i = 0; i < columns.size(); ++i) {
    arguments.push_back({&columns[i], i != 0});
  }
  Column out(Type::kBool);
  RowErrors errors;
  resolved->kernel->Evaluate({}, arguments, needles.size(), out, errors);
  return ResultsOf(out, errors);
}

std::string Reference(const std::string& needle,
                      const std::vector<std::string>& list) {
  if (needle == "null") return "null";
  if (std::count(list.begin(), list.end(), needle) != 0) return "true";
  return std::count(list.begin(), list.end(), "null") != 0 ? "null" : "false";
}

void ExpectReference(Type type, const std::vector<std::string>& needles,
                     const std::vector<std::string>& list) {
  const auto results = InConstants(type, needles, list);
  for (size_t row = 0; row < needles.size(); ++row) {
    EXPECT_EQ(results[row], Reference(needles[row], list)) << needles[row];
  }
}

TEST(InTest, FindsInShortAndLongLists) {
  auto random = MakeRandom();
  for (const size_t size : {1, 8, 9, 100}) {
    std::vector<std::string> list, needles = {"null"};
    for (size_t i = 0; i < size; ++i) {
      list.push_back(std::to_string(random() % 200));
    }
    for (int i = 0; i < 200; ++i) needles.push_back(std::to_string(i));
    ExpectReference(Type::kBigint, needles, list);
    ExpectReference(Type::kDouble, needles, list);
    list.push_back("null");
    ExpectReference(Type::kBigint, needles, list);
    ExpectReference(Type::kJson, needles, list);
  }
}

TEST(InTest, FindsTextsInShortAndLongLists) {
  for (const int size : {3, 30}) {
    std::vector<std::string> list, needles;
    for (int i = 0; i < size; ++i) {
      list.push_back("\"" + std::to_string(i * 2) + "\"");
    }
    for (int i = 0; i < 70; ++i) {
      needles.push_back("\"" + std::to_string(i) + "\"");
    }
    ExpectReference(Type::kText, needles, list);
  }
}

TEST(InTest, ListMayBeConstantAndChangingAtOnce) {
  const auto resolved = Resolve(
      "in", std::vector<ArgumentType>(3, Type::kBigint), {}, nullptr);
  ASSERT_TRUE(resolved.ok());
  const Column needle = MakeColumn(Type::kBigint, {"1", "2", "3", "4"});
  const Column changing = MakeColumn(Type::kBigint, {"9", "2", "null", "9"});
  const Column constant = MakeColumn(Type::kBigint, {"1"});
  const Argument arguments[] = {
      {&needle, false}, {&changing, false}, {&constant, true}};
  Column out(Type::kBool);
  RowErrors errors;
  resolved->kernel->Evaluate({}, arguments, 4, out, errors);
  EXPECT_EQ(ResultsOf(out, errors),
            (std::vector<std::string>{"true", "true", "null", "false"}));
}

}  // namespace
}  // namespace rowfall::function::testing
