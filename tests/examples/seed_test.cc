// SPDX-License-Identifier: Apache-2.0
// The manual's page, as a script for the shell, with all that it prints.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "gtest/gtest.h"
#include "tests/examples/program.h"

namespace rowfall {
namespace {

const std::string kFolder = ROWFALL_SEED_FOLDER;

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// Compares `text` with the file; ROWFALL_REWRITE=1 writes it anew.
void ExpectFile(const std::string& name, const std::string& text) {
  const std::string path = kFolder + "/" + name;
  if (std::getenv("ROWFALL_REWRITE") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
  }
  EXPECT_EQ(text, Read(path)) << path;
}

Outcome RunSeed(const std::string& format) {
  const std::string script = std::regex_replace(
      Read(kFolder + "/seed.sql"), std::regex("@/"), kFolder + "/");
  Outcome outcome = RunProgram({ROWFALL_SHELL, "--force", "--embedded-broker",
                                "my-data:4", "--format", format},
                               script);
  const std::regex seconds(R"(\(\d+\.\d\d sec\))");
  outcome.out = std::regex_replace(outcome.out, seconds, "(T sec)");
  return outcome;
}

TEST(Seed, PrintsItsTables) {
  const Outcome outcome = RunSeed("table");
  ExpectFile("table.out", outcome.out);
  ExpectFile("errors.out", outcome.err);
  EXPECT_EQ(outcome.exit_status, 1);  // For the errors that it makes.
}

TEST(Seed, PrintsTabSeparatedRows) {
  const Outcome outcome = RunSeed("tsv");
  ExpectFile("tsv.out", outcome.out);
  ExpectFile("errors.out", outcome.err);
  EXPECT_EQ(outcome.exit_status, 1);
}

}  // namespace
}  // namespace rowfall
