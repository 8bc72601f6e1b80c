// SPDX-License-Identifier: Apache-2.0
// Checks that tests/scenarios.md has every scenario and names tests that exist.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace rowfall {
namespace {

namespace fs = std::filesystem;

const fs::path kTests = fs::path(ROWFALL_SOURCE_DIR) / "tests";

std::string ReadFile(const fs::path& path) {
  std::stringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::vector<std::smatch> Matches(const std::string& text,
                                 const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern),
          std::sregex_iterator()};
}

// Returns "Suite.Case" of every test, and the names of the golden files.
std::set<std::string> AllTests() {
  static const std::regex pattern(
      R"(\nTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\))");
  std::set<std::string> tests;
  for (const auto& file : fs::recursive_directory_iterator(kTests)) {
    if (file.path().extension() == ".test") {
      tests.insert(file.path().filename());
    }
    if (file.path().extension() != ".cc") continue;
    const std::string text = ReadFile(file.path());
    for (const std::smatch& match : Matches(text, pattern)) {
      tests.insert(match[1].str() + "." + match[2].str());
    }
  }
  return tests;
}

// Returns "A1" to "Q5".
std::set<std::string> AllIds() {
  const std::pair<char, int> groups[] = {
      {'A', 21}, {'B', 15}, {'C', 16}, {'D', 16}, {'E', 13}, {'F', 8},
      {'G', 14}, {'H', 13}, {'I', 7},  {'J', 6},  {'K', 9},  {'L', 11},
      {'M', 11}, {'N', 6},  {'O', 7},  {'P', 10}, {'Q', 5}};
  std::set<std::string> ids = {"C16a"};
  for (const auto& [group, count] : groups) {
    for (int i = 1; i <= count; ++i) ids.insert(group + std::to_string(i));
  }
  return ids;
}

TEST(ScenariosTest, EachIsHeldByATestThatExists) {
  const std::set<std::string> tests = AllTests();
  const std::string map = ReadFile(kTests / "scenarios.md");
  static const std::regex row(R"(\n\| ([A-Z]\d+a?) \| .* \| (.+) \|)");
  static const std::regex name(R"(`(?:(\w+)\.)?([A-Z]\w+|test)`)");
  std::set<std::string> ids;
  for (const std::smatch& line : Matches(map, row)) {
    EXPECT_TRUE(ids.insert(line[1]).second) << line[1] << " twice";
    const std::string held_by = line[2];
    // Either tests, or why there are none.
    EXPECT_TRUE(held_by.find('`') != std::string::npos ||
                held_by.starts_with("none: "))
        << line[1];
    std::string suite;
    for (const std::smatch& test : Matches(held_by, name)) {
      if (test[1].matched) suite = test[1];
      const std::string full = suite + "." + test[2].str();
      EXPECT_EQ(tests.count(full), 1u) << line[1] << ": " << full;
    }
  }
  EXPECT_EQ(ids, AllIds());
}

}  // namespace
}  // namespace rowfall
