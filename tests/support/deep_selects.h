// SPDX-License-Identifier: Apache-2.0
// SELECTs that are as deep, or as wide, as they may be.
#ifndef ROWFALL_TESTS_SUPPORT_DEEP_SELECTS_H_
#define ROWFALL_TESTS_SUPPORT_DEEP_SELECTS_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace rowfall::tests {

// sql::kMaxDepth, and what the binder says of aliases above one another.
inline constexpr size_t kDeepest = 200;
inline constexpr size_t kDeepestWithAliases = 1000;

struct DeepSelect {
  std::string name;
  std::string text;

  friend void PrintTo(const DeepSelect& select, std::ostream* out) {
    *out << select.name;
  }
};

inline std::string Repeat(const std::string& text, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out += text;
  return out;
}

// IF within IF, each with another condition, so that every level has rows of
// both kinds.
inline std::string DeepIf() {
  std::string text = "a";
  for (size_t i = kDeepest - 1; i > 0; --i) {
    const std::string level = std::to_string(i);
    text = "if(a > " + level + ", " + text + ", " + level + ")";
  }
  return text;
}

// AND and OR in turn, so that they do not become a chain.
inline std::string DeepLogic() {
  std::string text = "a = 0";
  for (size_t i = 1; i < kDeepest - 1; ++i) {
    const std::string level = std::to_string(i);
    text = i % 2 == 0 ? "a > " + level + " AND (" + text + ")"
                      : "a = " + level + " OR (" + text + ")";
  }
  return text;
}

// Each alias stands for a tree that is as deep as it may be, the first one is
// above all others.
inline std::string DeepAliases() {
  constexpr size_t kAliases = kDeepestWithAliases / kDeepest;
  std::string text;
  for (size_t i = 0; i < kAliases; ++i) {
    const std::string name = "y" + std::to_string(i);
    const bool is_last = i + 1 == kAliases;
    text += ", " + (is_last ? "a" : "y" + std::to_string(i + 1)) +
            Repeat(" + a", kDeepest - 5) + " AS " + name;
  }
  return text;
}

// Of a source s with a bigint, t text and j json. Each gives the columns id and
// x, or id and y0 to y4.
inline std::vector<DeepSelect> DeepSelects() {
  const auto nested = [](const std::string& open, const std::string& close,
                         size_t n = kDeepest) {
    return Repeat(open, n) + "a" + Repeat(close, n);
  };
  const std::vector<DeepSelect> exprs = {
      {"Parentheses", nested("(", ")")},
      {"Nots", nested("NOT ", "")},
      {"Minuses", nested("- ", "")},
      {"SignsAndParentheses", nested("-(", ")", kDeepest / 2)},
      {"Calls", nested("abs(", ")")},
      {"LaterArguments", nested("greatest(1, ", ")")},
      {"Casts", nested("CAST(CAST(", " AS text) AS bigint)", kDeepest / 2)},
      {"Ifs", DeepIf()},
      {"Coalesces",
       Repeat("coalesce(t, ", kDeepest) + "t" + Repeat(")", kDeepest)},
      {"Logic", DeepLogic()},
      {"LongSums", nested("", " + a")},
      {"RightSums", nested("1 + (", ")")},
      {"Products", nested("", " * 1")},
      {"IsNulls", nested("", " IS NULL")},
      {"Betweens", nested("", " BETWEEN 0 AND 1")},
      {"InLists", nested("1 IN (2, ", ")")},
      {"InFunctions", nested("IN(", ", 1)")},
      {"Paths", "j" + Repeat(".x", kDeepest)},
      {"Indexes", "j" + Repeat("[0]", kDeepest)},
      {"LongConditions", "a = 1" + Repeat(" OR a = 2", 5000)}};
  std::vector<DeepSelect> selects;
  for (const DeepSelect& expr : exprs) {
    selects.push_back(
        {expr.name, "SELECT a AS id, " + expr.text + " AS x FROM s"});
  }
  selects.push_back({"Aliases", "SELECT a AS id" + DeepAliases() + " FROM s"});
  const std::string sum = nested("1 + (", ")");
  selects.push_back(
      {"Clauses", "SELECT max(a) AS id, max(" +
                      nested("1 + (", ")", kDeepest - 1) +
                      ") AS x FROM s WHERE NOT (" +
                      nested("- ", "", kDeepest - 2) + " < 0) GROUP BY " + sum +
                      " HAVING max(a) + 1 > 0 ORDER BY " + sum});
  selects.push_back({"WideClauses", "SELECT a AS id, t AS x FROM s GROUP BY a" +
                                        Repeat(", a", 999) + " ORDER BY a" +
                                        Repeat(", a", 999)});
  return selects;
}

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SUPPORT_DEEP_SELECTS_H_
