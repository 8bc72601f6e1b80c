// SPDX-License-Identifier: Apache-2.0
// Checks that every test named in src/commit/delivery.md exists.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "gtest/gtest.h"

namespace rowfall::commit {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::stringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::set<std::string> TestsOf(const fs::path& folder) {
  static const std::regex pattern(R"(TEST(?:_F)?\(\s*(\w+)\s*,\s*(\w+)\s*\))");
  std::set<std::string> tests;
  for (const auto& file : fs::directory_iterator(folder)) {
    const std::string text = ReadFile(file.path());
    for (std::sregex_iterator it(text.begin(), text.end(), pattern), end;
         it != end; ++it) {
      tests.insert((*it)[1].str() + "." + (*it)[2].str());
    }
  }
  return tests;
}

TEST(DeliveryRulesTest, EachRuleIsHeldByATestThatExists) {
  const fs::path root = ROWFALL_SOURCE_DIR;
  std::set<std::string> tests = TestsOf(root / "tests/commit");
  tests.merge(TestsOf(root / "tests/sink"));
  const std::string text = ReadFile(root / "src/commit/delivery.md");
  // A name without a suite belongs to the suite that was named before.
  static const std::regex pattern(R"(`(?:(\w+Test)\.)?([A-Z]\w+)`)");
  std::string suite;
  int num_names = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end;
       it != end; ++it) {
    if ((*it)[1].matched) suite = (*it)[1].str();
    if ((*it)[2].str() == "DeliveryRulesTest") continue;
    const std::string name = suite + "." + (*it)[2].str();
    EXPECT_EQ(tests.count(name), 1u) << name;
    ++num_names;
  }
  EXPECT_GT(num_names, 30);
}

}  // namespace
}  // namespace rowfall::commit
