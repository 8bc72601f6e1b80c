// SPDX-License-Identifier: Apache-2.0
// The golden file format and its runner.
#include "tests/support/golden.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rowfall::golden {
namespace {

constexpr std::string_view kMark = "----";

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string JoinLines(const std::vector<std::string>& lines, size_t begin,
                      size_t end) {
  std::string out;
  for (size_t i = begin; i < end; ++i) {
    if (i > begin) out += '\n';
    out += lines[i];
  }
  return out;
}

bool IsCommentOrBlank(const std::string& line) {
  return line.empty() || line[0] == '#';
}

bool IsDoubleMark(const std::vector<std::string>& lines, size_t i) {
  return i + 1 < lines.size() && lines[i] == kMark && lines[i + 1] == kMark;
}

// Reads the expected output that starts at line `i` and moves `i` behind it.
std::string ReadExpected(const std::vector<std::string>& lines, size_t& i) {
  if (i < lines.size() && lines[i] == kMark) {
    const size_t begin = ++i;
    while (i < lines.size() && !IsDoubleMark(lines, i)) ++i;
    std::string expected = JoinLines(lines, begin, i);
    i = std::min(i + 2, lines.size());
    return expected;
  }
  const size_t begin = i;
  while (i < lines.size() && !lines[i].empty()) ++i;
  return JoinLines(lines, begin, i);
}

// An output that the plain form cannot hold needs the doubled marks.
bool NeedsDoubleMark(const std::string& output) {
  return output.find("\n\n") != std::string::npos ||
         output.rfind('\n', 0) == 0 || output.rfind(kMark, 0) == 0;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << "cannot read " << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool IsRewriting() {
  const char* rewrite = std::getenv("ROWFALL_REWRITE");
  return rewrite != nullptr && *rewrite != '\0' && *rewrite != '0';
}

std::string WithoutEndingNewlines(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

std::vector<Block> ParseBlocks(std::string_view text, const std::string& path) {
  const std::vector<std::string> lines = SplitLines(text);
  std::vector<Block> blocks;
  size_t i = 0;
  while (true) {
    Block block;
    while (i < lines.size() && IsCommentOrBlank(lines[i])) {
      block.comment += lines[i++] + "\n";
    }
    if (i == lines.size()) {
      if (!block.comment.empty()) blocks.push_back(std::move(block));
      return blocks;
    }
    const size_t begin = i;
    block.line = static_cast<int>(begin) + 1;
    while (i < lines.size() && lines[i] != kMark) ++i;
    if (i == lines.size()) {
      ADD_FAILURE_AT(path.c_str(), block.line) << "block without " << kMark;
      return {};
    }
    block.input = JoinLines(lines, begin, i++);
    block.expected = ReadExpected(lines, i);
    blocks.push_back(std::move(block));
  }
}

std::string PrintBlocks(const std::vector<Block>& blocks) {
  std::string out;
  for (const Block& block : blocks) {
    out += block.comment;
    if (block.line == 0) continue;  // Comments at the file's end.
    out += block.input + "\n----\n";
    if (NeedsDoubleMark(block.expected)) {
      out += "----\n" + block.expected + "\n----\n----\n";
    } else if (!block.expected.empty()) {
      out += block.expected + "\n";
    }
  }
  return out;
}

void RunFile(const std::string& path, const Handler& handler) {
  const std::string text = ReadFile(path);
  std::vector<Block> blocks = ParseBlocks(text, path);
  EXPECT_FALSE(blocks.empty()) << path << " has no blocks";
  const bool rewriting = IsRewriting();
  for (Block& block : blocks) {
    if (block.line == 0) continue;
    const std::string output = WithoutEndingNewlines(handler(block.input));
    if (output == block.expected) continue;
    if (rewriting) {
      block.expected = output;
      continue;
    }
    ADD_FAILURE_AT(path.c_str(), block.line) << "input:\n"
                                             << block.input << "\nexpected:\n"
                                             << block.expected << "\nactual:\n"
                                             << output;
  }
  if (!rewriting) return;
  const std::string rewritten = PrintBlocks(blocks);
  if (rewritten == text) return;
  std::ofstream(path, std::ios::binary) << rewritten;
}

std::vector<std::string> Files(const std::string& folder) {
  const std::string root = ROWFALL_SOURCE_DIR "/tests/golden/" + folder;
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(root, error)) {
    if (entry.path().extension() == ".test") {
      paths.push_back(entry.path().string());
    }
  }
  EXPECT_FALSE(paths.empty()) << "no golden files in " << root;
  std::sort(paths.begin(), paths.end());
  return paths;
}

void RunFolder(const std::string& folder,
               const std::function<Handler()>& make_handler) {
  for (const std::string& path : Files(folder)) RunFile(path, make_handler());
}

std::string FileName(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem().string();
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

}  // namespace rowfall::golden
