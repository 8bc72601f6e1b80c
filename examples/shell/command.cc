// SPDX-License-Identifier: Apache-2.0
// Splits dot commands and reads their arguments.
#include "examples/shell/command.h"

#include <charconv>
#include <map>

namespace rowfall::shell {
namespace {

template <typename T>
absl::StatusOr<T> Parse(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !(value >= 0)) {
    return absl::InvalidArgumentError("Expected a number: '" + text + "'");
  }
  return value;
}

const std::map<std::string_view, std::string_view>& CommandUsages() {
  static const auto& usages = *new std::map<std::string_view, std::string_view>{
      {".wait", ".wait TABLE ROWS SECONDS"},
      {".caughtup", ".caughtup SECONDS"},
      {".sleep", ".sleep SECONDS"},
      {".produce", ".produce [--keyed] TOPIC FILE"},
      {".restart", ".restart"},
      {".help", ".help"},
      {".quit", ".quit"},
      {".exit", ".exit"},
  };
  return usages;
}

}  // namespace

std::vector<std::string> SplitCommand(std::string_view line) {
  while (!line.empty() &&
         std::string_view(" \t\r\n;").find(line.back()) != line.npos) {
    line.remove_suffix(1);
  }
  std::vector<std::string> words;
  char quote = 0;
  bool in_word = false;
  for (const char c : line) {
    if (quote == 0 && (c == ' ' || c == '\t')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else {
      words.back().push_back(c);
    }
  }
  return words;
}

absl::StatusOr<int64_t> ParseNumber(const std::string& text) {
  return Parse<int64_t>(text);
}

absl::StatusOr<absl::Duration> ParseSeconds(const std::string& text) {
  const auto seconds = Parse<double>(text);
  if (!seconds.ok()) return seconds.status();
  return absl::Seconds(*seconds);
}

absl::Status CommandError(const std::vector<std::string>& words) {
  const auto usage = CommandUsages().find(words[0]);
  if (usage == CommandUsages().end()) {
    return absl::InvalidArgumentError("Unknown command, see .help: '" +
                                      words[0] + "'");
  }
  return absl::InvalidArgumentError("Expected " + std::string(usage->second));
}

}  // namespace rowfall::shell
