// SPDX-License-Identifier: Apache-2.0
// Gives the columns of a CREATE TABLE what SQLite needs.
#include "examples/shell/create_table.h"

#include <algorithm>
#include <cctype>
#include <utility>
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
  if (c != '\'' && c != '"' && c != '`' && c != '[') return at + 1;
  const size_t end = sql.find(c == '[' ? ']' : c, at + 1);
  return end == sql.npos ? sql.size() : end + 1;
}

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = std::tolower(static_cast<unsigned char>(c));
  return lower;
}

// Returns the word at `at`, or what stands in quotes there, in lower case, and
// moves `at` behind it.
std::string TakeWord(std::string_view sql, size_t& at) {
  at = SkipBlank(sql, at);
  const size_t begin = at;
  if (at < sql.size() && std::string_view("`\"[").find(sql[at]) != sql.npos) {
    at = Skip(sql, at);
    return ToLower(sql.substr(begin + 1, std::max(at, begin + 2) - begin - 2));
  }
  while (at < sql.size() && IsWordCharacter(sql[at])) ++at;
  return ToLower(sql.substr(begin, at - begin));
}

// Moves `at` behind the bare word, the quoted text, the comment or the
// character that stands there; returns the word.
std::string TakeToken(std::string_view sql, size_t& at) {
  if (IsWordCharacter(sql[at])) return TakeWord(sql, at);
  at = Skip(sql, at);
  return "";
}

bool HasPrimaryKey(std::string_view sql) {
  std::string last;
  for (size_t at = 0; at < sql.size();) {
    const std::string word = TakeToken(sql, at);
    if (last == "primary" && word == "key") return true;
    if (!word.empty()) last = word;
  }
  return false;
}

// Returns where the first parenthesis opens; the end of `sql` where the columns
// come from a SELECT.
size_t FindColumns(std::string_view sql) {
  size_t at = 0;
  while (at < sql.size() && sql[at] != '(') {
    if (TakeToken(sql, at) == "as") return sql.size();
  }
  return at;
}

struct Definition {
  size_t begin;
  size_t end;
};

// Returns the items of the parenthesis; none where it does not close.
std::vector<Definition> Definitions(std::string_view sql) {
  std::vector<Definition> items;
  int depth = 0;
  size_t begin = 0;
  for (size_t at = FindColumns(sql); at < sql.size(); at = Skip(sql, at)) {
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

// SQLite would turn text of these types that looks like a number into one; a
// second word keeps it as it is.
bool NeedsTextAffinity(std::string_view type) {
  for (const std::string_view name :
       {"string", "json", "multi", "multi64", "float_vector"}) {
    if (type == name) return true;
  }
  return false;
}

}  // namespace

std::string ToSqliteTable(std::string_view sql) {
  std::string text(sql);
  if (!IsCreateTable(sql)) return text;
  bool wants_key = !HasPrimaryKey(sql);
  std::vector<std::pair<size_t, std::string_view>> additions;
  for (const Definition& item : Definitions(sql)) {
    const std::string_view definition = sql.substr(0, item.end);
    size_t at = item.begin;
    const std::string name = TakeWord(definition, at);
    if (NeedsTextAffinity(TakeWord(definition, at))) {
      size_t next = at;
      if (TakeWord(definition, next) != "text")
        additions.push_back({at, " text"});
    }
    if (wants_key && name == "id") {
      additions.push_back({item.end, " PRIMARY KEY"});
      wants_key = false;
    }
  }
  for (auto it = additions.rbegin(); it != additions.rend(); ++it) {
    text.insert(it->first, it->second);
  }
  return text;
}

}  // namespace rowfall::shell
