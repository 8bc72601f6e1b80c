// SPDX-License-Identifier: Apache-2.0
// The tables of reserved and refused words.
#include "sql/words.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"

namespace rowfall::sql {
namespace {

constexpr std::array<std::string_view, 29> kReserved = {
    "all",      "and",  "as",     "between", "by",    "case",
    "distinct", "div",  "exists", "false",   "from",  "group",
    "having",   "in",   "is",     "join",    "like",  "limit",
    "mod",      "not",  "null",   "or",      "order", "regexp",
    "select",   "true", "union",  "where",   "xor"};

constexpr std::array<std::string_view, 26> kForeignStatements = {
    "select", "insert", "update", "delete",   "replace",  "truncate", "set",
    "use",    "begin",  "start",  "commit",   "rollback", "describe", "desc",
    "call",   "grant",  "revoke", "with",     "values",   "analyze",  "flush",
    "kill",   "lock",   "unlock", "optimize", "pragma"};

struct Refusal {
  std::string_view word;
  std::string_view reason;
};

constexpr std::string_view kBits = "Bit operators are not supported";
constexpr std::string_view kLogic = "AND, OR and NOT are written as words";
constexpr std::string_view kArrow =
    "The way into json is written j.key or j['key']";
constexpr std::string_view kPattern = "Pattern matching is not supported";
constexpr Refusal kOperators[] = {
    {"&&", kLogic},
    {"||", "OR is written as a word, and CONCAT() joins texts"},
    {"!", kLogic},
    {"xor", "XOR is not supported, use <> on conditions"},
    {"&", kBits},
    {"|", kBits},
    {"^", kBits},
    {"~", kBits},
    {"<<", kBits},
    {">>", kBits},
    {"<=>", "Comparison that accepts NULL is not supported, use IS NULL"},
    {"->", kArrow},
    {"->>", kArrow},
    {"::", "A cast is written CAST(x AS type)"},
    {":=", "Variables are not supported"},
    {"like", kPattern},
    {"ilike", kPattern},
    {"regexp", kPattern},
    {"rlike", kPattern},
    {"regex", kPattern},
    {"collate", "Collations are not supported"},
    {"over", "Window functions are not supported"},
};

constexpr std::string_view kJoin = "A view reads one source and joins nothing";
constexpr std::string_view kSets = "A view is one SELECT";
constexpr Refusal kClauses[] = {
    {"limit", "LIMIT is not supported, it would cut each batch"},
    {"offset", "OFFSET is not supported, it would cut each batch"},
    {"fetch", "FETCH is not supported, it would cut each batch"},
    {"join", kJoin},
    {"inner", kJoin},
    {"left", kJoin},
    {"right", kJoin},
    {"full", kJoin},
    {"cross", kJoin},
    {"natural", kJoin},
    {"straight_join", kJoin},
    {"union", kSets},
    {"intersect", kSets},
    {"except", kSets},
    {"minus", kSets},
    {"option", "OPTION is not supported"},
    {"facet", "FACET is not supported"},
    {"within", "WITHIN GROUP ORDER BY is not supported"},
    {"window", "Window functions are not supported"},
    {"for", "Locks are not supported"},
    {"into", "A view writes to the table behind TO"},
};

std::string_view ReasonOf(std::span<const Refusal> refusals,
                          std::string_view text) {
  for (const Refusal& refusal : refusals) {
    if (base::EqualsIgnoreCase(refusal.word, text)) return refusal.reason;
  }
  return {};
}

bool Contains(std::span<const std::string_view> words, std::string_view word) {
  return std::any_of(words.begin(), words.end(), [word](std::string_view w) {
    return base::EqualsIgnoreCase(w, word);
  });
}

}  // namespace

bool IsReserved(std::string_view word) { return Contains(kReserved, word); }

std::string_view RefusedOperator(std::string_view text) {
  return ReasonOf(kOperators, text);
}

std::string_view RefusedClause(std::string_view text) {
  return ReasonOf(kClauses, text);
}

bool IsForeignStatement(std::string_view word) {
  return Contains(kForeignStatements, word);
}

}  // namespace rowfall::sql
