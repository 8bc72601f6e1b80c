// SPDX-License-Identifier: Apache-2.0
// Runs golden files: blocks of an input, a line ----, and the expected output.
#ifndef ROWFALL_TESTS_SUPPORT_GOLDEN_H_
#define ROWFALL_TESTS_SUPPORT_GOLDEN_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

// A golden file holds blocks, with blank lines between them:
//
//     # Lines that start with # before a block are comments and are kept.
//     input, any number of lines, blank ones too
//     ----
//     expected output, up to a blank line or the file's end
//
// An output with blank lines in it stands between doubled marks:
//
//     input
//     ----
//     ----
//     first
//
//     third
//     ----
//     ----
//
// With ROWFALL_REWRITE=1 in the environment the expected outputs are replaced
// by the actual ones, in place; read the diff before you commit it.
namespace rowfall::golden {

struct Block {
  std::string comment;   // With its line ends; blank lines in it too.
  std::string input;     // Lines joined by \n, none at the end.
  std::string expected;  // The same.
  int line = 0;          // Of the input's first line.
};

// Parses the text of a golden file; a block without ---- is an error, which
// fails the running test and gives no blocks.
std::vector<Block> ParseBlocks(std::string_view text, const std::string& path);
// Returns the text that ParseBlocks gives `blocks` for.
std::string PrintBlocks(const std::vector<Block>& blocks);

// Maps a block's input to its output. \n at the output's end do not count.
using Handler = std::function<std::string(const std::string& input)>;

// Runs each block of the file at `path` through `handler`, in order, and
// reports a failure at the block's line where the output differs.
void RunFile(const std::string& path, const Handler& handler);

// Returns the paths of tests/golden/<folder>/*.test, sorted; fails the running
// test where there is none.
std::vector<std::string> Files(const std::string& folder);

// Runs all files of tests/golden/<folder>, each with a new handler.
void RunFolder(const std::string& folder,
               const std::function<Handler()>& make_handler);

// The name of a file as a test's parameter, for
//   INSTANTIATE_TEST_SUITE_P(Golden, MyTest,
//                            testing::ValuesIn(golden::Files("sql")),
//                            golden::FileName);
std::string FileName(const ::testing::TestParamInfo<std::string>& info);

}  // namespace rowfall::golden

#endif  // ROWFALL_TESTS_SUPPORT_GOLDEN_H_
