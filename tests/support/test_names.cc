// SPDX-License-Identifier: Apache-2.0
// Finds tests by reading their sources.
#include "tests/support/test_names.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace rowfall::tests {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = ROWFALL_SOURCE_DIR;

std::string ReadFile(const fs::path& path) {
  std::stringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

}  // namespace

std::string ReadProjectFile(const std::string& path) {
  return ReadFile(kRoot / path);
}

std::set<std::string> TestsIn(const std::string& folder) {
  static const std::regex pattern(
      R"(\nTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\))");
  std::set<std::string> tests;
  for (const auto& file : fs::recursive_directory_iterator(kRoot / folder)) {
    if (file.path().extension() == ".test") {
      tests.insert(file.path().filename());
    }
    if (file.path().extension() != ".cc") continue;
    const std::string text = ReadFile(file.path());
    for (std::sregex_iterator it(text.begin(), text.end(), pattern), end;
         it != end; ++it) {
      tests.insert((*it)[1].str() + "." + (*it)[2].str());
    }
  }
  return tests;
}

std::vector<std::string> TestsNamedIn(const std::string& text) {
  static const std::regex pattern(R"(`(?:(\w+)\.)?([A-Z]\w+|test)`)");
  std::vector<std::string> names;
  std::string suite;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end;
       it != end; ++it) {
    if ((*it)[1].matched) suite = (*it)[1].str();
    names.push_back(suite + "." + (*it)[2].str());
  }
  return names;
}

}  // namespace rowfall::tests
