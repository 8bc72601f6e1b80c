// SPDX-License-Identifier: Apache-2.0
// The grammar of random views.
#include "tests/eval/random_view.h"

#include <cstdio>
#include <cstdlib>

#include "base/text.h"

namespace rowfall::eval {

using base::Cat;

uint64_t TestSeed() {
  const char* text = std::getenv("ROWFALL_SEED");
  const uint64_t seed =
      text == nullptr ? 20240817 : std::strtoull(text, nullptr, 10);
  std::printf("seed: %llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

Schema RandomSchema() {
  return Schema({{"id", Type::kBigint},
                 {"i", Type::kBigint},
                 {"n", Type::kBigint},
                 {"d", Type::kDouble},
                 {"t", Type::kText},
                 {"u", Type::kText},
                 {"b", Type::kBool}});
}

std::vector<std::string> RandomView::Rows(size_t count) {
  const bool small = dialect_ == Dialect::kSqlite;
  std::vector<std::string> rows;
  for (size_t id = 0; id < count; ++id) {
    std::string row = Cat("{\"id\":", id);
    const auto add = [&](std::string_view key, std::string value) {
      if (!Chance(20)) base::AppendCat(row, ",\"", key, "\":", value);
    };
    add("i", Chance(5) && !small
                 ? Pick({"9223372036854775807", "-9223372036854775808"})
                 : Cat(static_cast<int>(Below(9)) - 4));
    add("n", Cat(static_cast<int>(Below(30)) - 10));
    add("d", Pick({"0", "0.5", "-1.25", "3", "2.75"}));
    add("t", Pick({"\"\"", "\"a\"", "\"10\"", "\"-3\"", "\"B\"", "\"x9\""}));
    add("u", Pick({"\"a\"", "\"b\"", "\"7\""}));
    add("b", Pick({"true", "false"}));
    rows.push_back(row + "}");
  }
  return rows;
}

std::string RandomView::Integer(int depth) {
  if (depth <= 0 || Chance(20)) return Pick({"i", "n", "id", "kafka.i"});
  const bool sqlite = dialect_ == Dialect::kSqlite;
  const auto integer = [&] { return Integer(depth - 1); };
  switch (Below(sqlite ? 9 : 11)) {
    case 0:
      return Cat("(", integer(), " + ", integer(), ")");
    case 1:
      return Cat("(", integer(), " - ", Below(5), ")");
    case 2:
      return Cat("(", integer(), " * ", Below(4), ")");
    case 3:
      return Cat("(", integer(), " % ", integer(), ")");
    case 4:
      return Cat("COALESCE(", integer(), ", ", integer(), ", 7)");
    case 5:
      return Cat("IFNULL(", integer(), ", ", integer(), ")");
    case 6:
      return Cat("IF(", Truth(depth - 1), ", ", integer(), ", ", integer(),
                 ")");
    case 7:
      return Cat("LENGTH(", Text(depth - 1), ")");
    case 8:
      return Cat("(- ", integer(), ")");
    case 9:
      return Cat("CAST(", Text(depth - 1), " AS bigint)");
    default:
      return Cat("(", integer(), " DIV ", integer(), ")");
  }
}

std::string RandomView::Real(int depth) {
  if (depth <= 0 || Chance(30)) return "d";
  const auto real = [&] { return Real(depth - 1); };
  switch (Below(4)) {
    case 0:
      return Cat("(", real(), " + ", real(), ")");
    case 1:
      return Cat("(", real(), " - 0.25)");
    case 2:
      return Cat("(", real(), " * 2.0)");
    default:
      return Cat("IF(", Truth(depth - 1), ", ", real(), ", ", real(), ")");
  }
}

std::string RandomView::Text(int depth) {
  if (depth <= 0 || Chance(30)) return Pick({"t", "u"});
  const auto text = [&] { return Text(depth - 1); };
  switch (Below(dialect_ == Dialect::kSqlite ? 4 : 6)) {
    case 0:
      return Cat("UPPER(", text(), ")");
    case 1:
      return Cat("LOWER(", text(), ")");
    case 2:
      return Cat("COALESCE(", text(), ", ", text(), ", 'none')");
    case 3:
      return Cat("IF(", Truth(depth - 1), ", ", text(), ", ", text(), ")");
    case 4:
      return Cat("CONCAT(", text(), ", '-', ", text(), ")");
    default:
      return Cat("CAST(", Integer(depth - 1), " AS text)");
  }
}

std::string RandomView::Truth(int depth) {
  if (depth <= 0) return Cat("i > ", Below(4));
  const std::string compare =
      Pick({" = ", " <> ", " < ", " <= ", " > ", " >= "});
  const std::string no = Chance(30) ? " NOT" : "";
  const auto truth = [&] { return Truth(depth - 1); };
  const auto integer = [&] { return Integer(depth - 1); };
  switch (Below(10)) {
    case 0:
      return Cat("(", integer(), compare, integer(), ")");
    case 1:
      return Cat("(", Text(depth - 1), compare, Text(depth - 1), ")");
    case 2:
      return Cat("(", Real(depth - 1), compare, "0.5)");
    case 3:
      return Cat("(", truth(), " AND ", truth(), ")");
    case 4:
      return Cat("(", truth(), " OR ", truth(), ")");
    case 5:
      return Cat("(NOT ", truth(), ")");
    case 6:
      return Cat("(", Any(depth - 1), " IS", no, " NULL)");
    case 7:
      return Cat("(", integer(), no, " BETWEEN ", integer(), " AND ", Below(9),
                 ")");
    case 8:
      return Cat("(", integer(), no, " IN (1, ", Chance(20) ? "NULL, " : "",
                 integer(), ", 5))");
    default:
      return "b";
  }
}

std::string RandomView::Any(int depth) {
  switch (Below(4)) {
    case 0:
      return Integer(depth);
    case 1:
      return Real(depth);
    case 2:
      return Text(depth);
    default:
      return Truth(depth);
  }
}

std::string RandomView::Aggregate() {
  switch (Below(7)) {
    case 0:
      return "COUNT(*)";
    case 1:
      return Cat("COUNT(", Any(2), ")");
    case 2:
      return Cat("SUM(", Integer(2), ")");
    case 3:
      return Cat("MIN(", Integer(2), ")");
    case 4:
      return Cat("MAX(", Text(1), ")");
    case 5:
      return Cat("COUNT(DISTINCT ", Integer(1), ")");
    default:
      return Cat("AVG(", Integer(1), ")");
  }
}

std::string RandomView::Where() {
  if (Chance(40)) return "";
  return Cat(" WHERE ", Chance(20) ? "x2 > 3 AND " : "", Truth(3));
}

std::string RandomView::RowSelect() {
  return Cat("SELECT id, n + 1 AS x1, ", Integer(2), " AS x2, ", Any(3),
             " AS x3, IF(", Truth(2),
             // SQLite knows no alias of another item.
             dialect_ == Dialect::kOurs ? ", x2, x1)" : ", id, n)",
             " AS x4 FROM kafka", Where());
}

std::string RandomView::Select() {
  if (Chance(40)) return GroupedSelect();
  if (Chance(50)) {
    return RowSelect() + (Chance(50)
                              ? Cat(" ORDER BY ", Any(2), Pick({"", " DESC"}),
                                    ", x4, ", Any(1), ", id DESC")
                              : "");
  }
  return Cat("SELECT DISTINCT ", Integer(1), " AS x2, ", Any(2),
             " AS x3 FROM kafka", Where());
}

std::string RandomView::GroupedSelect() {
  const std::string key = Any(2);
  std::string out = Cat("SELECT ", key, " AS x1, ", Integer(1), " AS x2, ",
                        Aggregate(), " AS x3, ", Aggregate(), " AS x4");
  if (dialect_ == Dialect::kOurs) base::AppendCat(out, ", ", Any(2), " AS x5");
  out += Cat(" FROM kafka", Where());
  if (dialect_ == Dialect::kSqlite || Chance(85)) {
    base::AppendCat(out, " GROUP BY ", Pick({"x1", "1", key}), ", ",
                    dialect_ == Dialect::kSqlite ? "x2" : Pick({"x2", "b"}));
  }
  if (Chance(40)) {
    base::AppendCat(out, " HAVING COUNT(*) > 1 OR ",
                    Pick({"x3 IS NULL", "MAX(n) > 3", "x1 IS NOT NULL"}));
  }
  if (dialect_ == Dialect::kOurs && Chance(40)) {
    base::AppendCat(out, " ORDER BY x3 DESC, MIN(id)");
  }
  return out;
}

}  // namespace rowfall::eval
