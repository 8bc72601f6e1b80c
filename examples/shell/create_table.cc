// SPDX-License-Identifier: Apache-2.0
// Finds the column `id` of a CREATE TABLE and makes it the key.
#include "examples/shell/create_table.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "examples/shell/words.h"

namespace rowfall::shell {
namespace {

bool IsCreateTable(std::string_view sql) {
  std::vector<std::string> words = FirstWords(sql, 3);
  words.resize(3);
  const bool temporary = words[1] == "temp" || words[1] == "temporary";
  return words[0] == "create" && words[temporary ? 2 : 1] == "table";
}

// Returns the position behind the quoted text or comment at `at`, or behind
// the one character that stands there.
size_t Skip(std::string_view sql, size_t at) {
  const size_t blank = SkipBlank(sql, at);
  if (blank > at) return blank;
  const char c = sql[at];
  if (c != '\'' && c != '"' && c != '`') return at + 1;
  const size_t end = sql.find(c, at + 1);
  return end == sql.npos ? sql.size() : end + 1;
}

struct Definition {
  size_t begin;
  size_t end;
};

// Returns the items of the first parenthesis; none where it does not close.
std::vector<Definition> Definitions(std::string_view sql) {
  std::vector<Definition> items;
  int depth = 0;
  size_t begin = 0;
  for (size_t at = 0; at < sql.size(); at = Skip(sql, at)) {
    const char c = sql[at];
    if (c == '(' && ++depth == 1) begin = at + 1;
    if (c == ')') --depth;
    if ((c == ',' && depth == 1) || (c == ')' && depth == 0)) {
      items.push_back({begin, at});
      begin = at + 1;
      if (depth == 0) return items;
    }
  }
  return {};
}

bool IsIdColumn(std::string_view definition) {
  const size_t at = SkipBlank(definition);
  if (at == definition.size()) return false;
  const char quote = definition[at];
  if (quote == '`' || quote == '"') {
    const std::string_view rest = definition.substr(at + 1);
    const auto words = FirstWords(rest.substr(0, rest.find(quote)), 1);
    return words.size() == 1 && words[0] == "id";
  }
  const auto words = FirstWords(definition, 1);
  return words.size() == 1 && words[0] == "id";
}

bool HasPrimaryKey(std::string_view sql) {
  std::string lower(sql);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  const size_t at = lower.find("primary");
  return at != lower.npos &&
         lower.compare(SkipBlank(lower, at + 7), 3, "key") == 0;
}

}  // namespace

std::string AddPrimaryKey(std::string_view sql) {
  std::string text(sql);
  if (!IsCreateTable(sql) || HasPrimaryKey(sql)) return text;
  for (const Definition& item : Definitions(sql)) {
    if (!IsIdColumn(sql.substr(item.begin, item.end - item.begin))) continue;
    text.insert(item.end, " PRIMARY KEY");
    break;
  }
  return text;
}

}  // namespace rowfall::shell
