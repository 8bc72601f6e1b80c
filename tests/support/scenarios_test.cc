// SPDX-License-Identifier: Apache-2.0
// Checks that tests/scenarios.md has every scenario and names tests that exist.
#include <regex>
#include <set>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "tests/support/test_names.h"

namespace rowfall {
namespace {

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
  const std::set<std::string> tests = tests::TestsIn("tests");
  const std::string map = tests::ReadProjectFile("tests/scenarios.md");
  static const std::regex row(R"(\n\| ([A-Z]\d+[a-z]?) \| .* \| (.+) \|)");
  std::set<std::string> ids;
  std::set<std::string> audited;
  for (std::sregex_iterator it(map.begin(), map.end(), row), end; it != end;
       ++it) {
    const std::string id = (*it)[1];
    const std::string held_by = (*it)[2];
    // R is what audits found; it grows.
    const bool is_new = id[0] == 'R' ? audited.insert(id).second
                                     : ids.insert(id).second;
    EXPECT_TRUE(is_new) << id << " twice";
    // Either tests, or why there are none.
    EXPECT_TRUE(held_by.find('`') != std::string::npos ||
                held_by.starts_with("none: "))
        << id;
    for (const std::string& name : tests::TestsNamedIn(held_by)) {
      EXPECT_EQ(tests.count(name), 1u) << id << ": " << name;
    }
  }
  EXPECT_EQ(ids, AllIds());
}

}  // namespace
}  // namespace rowfall
