// SPDX-License-Identifier: Apache-2.0
// Tests of the golden file format and its runner.
#include "tests/support/golden.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest-spi.h"

namespace rowfall::golden {
namespace {

constexpr char kText[] =
    "# About one.\n\none\n\nmore\n----\nONE\nMORE\n\n"
    "two\n----\n----\nfirst\n\nthird\n----\n----\n\n"
    "three\n----\n\n# The end.\n";

class GoldenTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "rowfall_golden_" +
            testing::UnitTest::GetInstance()->current_test_info()->name() +
            ".test";
  }
  void TearDown() override { std::filesystem::remove(path_); }
  void Write(const std::string& text) { std::ofstream(path_) << text; }
  std::string Read() {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }
  std::string path_;
};

TEST_F(GoldenTest, ParsesBlocks) {
  const auto blocks = ParseBlocks(kText, "x");
  ASSERT_EQ(blocks.size(), 4u);
  EXPECT_EQ(blocks[0].comment, "# About one.\n\n");
  EXPECT_EQ(blocks[0].input, "one\n\nmore");
  EXPECT_EQ(blocks[0].expected, "ONE\nMORE");
  EXPECT_EQ(blocks[0].line, 3);
  EXPECT_EQ(blocks[1].expected, "first\n\nthird");
  EXPECT_EQ(blocks[2].expected, "");
  EXPECT_EQ(blocks[3].comment, "\n# The end.\n");
}

TEST_F(GoldenTest, PrintsWhatItParses) {
  EXPECT_EQ(PrintBlocks(ParseBlocks(kText, "x")), kText);
}

TEST_F(GoldenTest, FailsWithoutMark) {
  EXPECT_NONFATAL_FAILURE(ParseBlocks("input\n", "x"), "block without ----");
}

TEST_F(GoldenTest, FailsWhereTheOutputDiffers) {
  unsetenv("ROWFALL_REWRITE");
  Write("a\n----\nA\n");
  RunFile(path_, [](const std::string&) { return "A\n"; });
  static std::string path;
  path = path_;
  EXPECT_NONFATAL_FAILURE(RunFile(path, [](const std::string&) { return "B"; }),
                          "actual:\nB");
  EXPECT_EQ(Read(), "a\n----\nA\n");
}

TEST_F(GoldenTest, RewritesOnDemand) {
  Write("# Kept.\na\n----\nA\n\nb\n----\n");
  setenv("ROWFALL_REWRITE", "1", 1);
  RunFile(path_,
          [](const std::string& input) { return input + "\n\n" + input; });
  unsetenv("ROWFALL_REWRITE");
  const std::string rewritten = Read();
  EXPECT_EQ(rewritten,
            "# Kept.\na\n----\n----\na\n\na\n----\n----\n\n"
            "b\n----\n----\nb\n\nb\n----\n----\n");
  EXPECT_EQ(PrintBlocks(ParseBlocks(rewritten, path_)), rewritten);
}

}  // namespace
}  // namespace rowfall::golden
