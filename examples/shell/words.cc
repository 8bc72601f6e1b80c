// SPDX-License-Identifier: Apache-2.0
// Reads the first words of a statement.
#include "examples/shell/words.h"

#include <algorithm>

namespace rowfall::shell {
namespace {

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
}

char ToLower(char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

bool IsObject(std::string_view word) {
  return word == "source" || word == "materialized" || word == "mv";
}

}  // namespace

size_t SkipBlank(std::string_view text, size_t from) {
  while (from < text.size()) {
    size_t end = from;
    if (std::string_view(" \t\r\n\f\v").find(text[from]) != text.npos) {
      end = from + 1;
    } else if (text.substr(from, 2) == "--") {
      end = text.find('\n', from);
    } else if (text.substr(from, 2) == "/*") {
      end = text.find("*/", from + 2);
      if (end != text.npos) end += 2;
    }
    if (end == from) return from;
    from = std::min(end, text.size());
  }
  return from;
}

std::vector<std::string> FirstWords(std::string_view text, size_t count) {
  std::vector<std::string> words;
  size_t at = SkipBlank(text);
  while (words.size() < count && at < text.size() &&
         IsWordCharacter(text[at])) {
    std::string word;
    while (at < text.size() && IsWordCharacter(text[at])) {
      word.push_back(ToLower(text[at++]));
    }
    words.push_back(std::move(word));
    at = SkipBlank(text, at);
  }
  return words;
}

bool IsEngineStatement(std::string_view statement) {
  std::vector<std::string> words = FirstWords(statement, 3);
  words.resize(3);
  if (words[0] == "show") return true;
  if (words[0] == "create" || words[0] == "alter" || words[0] == "drop") {
    return IsObject(words[1]);
  }
  return words[0] == "explain" && words[1] == "create" && IsObject(words[2]);
}

}  // namespace rowfall::shell
