// SPDX-License-Identifier: Apache-2.0
// Walks the grammar at random.
#include "tests/sql/random_statement.h"

#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace rowfall::sql {
namespace {

class Writer {
 public:
  explicit Writer(std::mt19937_64& random) : random_(random) {}

  std::string Source() {
    std::string out = Join({"create", "source", Name()});
    if (Chance(4)) {
      out += Blank() + "(" + List([&] { return Column(); }) + ")";
    }
    for (size_t n = Below(6); n > 0; --n) {
      out += OneOf({" ", "\n", " , ", ",\n"}, out.back() == ')' || IsFirst());
      out += Option();
    }
    return out + End();
  }

  std::string View() {
    std::string out =
        Join({OneOf({"create mv", "CREATE  MATERIALIZED\nVIEW",
                     "explain create mv"}),
              Chance(3) ? "if not exists" : "", Name(), "TO", Name(),
              Chance(2) ? "as" : "", "select", Chance(4) ? "DISTINCT" : ""});
    out += " " + List([&] { return Item(); });
    out += Join({"", "FROM", Name()});
    if (Chance(2)) out += Join({"", "where", Expr(3)});
    if (Chance(3)) {
      out += Join({"", "group by", List([&] { return Expr(2); })});
    }
    if (Chance(3)) out += Join({"", "HAVING", Expr(2)});
    if (Chance(3)) {
      out += Join({"", "order  BY", List([&] {
                     return Expr(2) + OneOf({"", " desc", " ASC"});
                   })});
    }
    return out + End();
  }

 private:
  size_t Below(size_t n) { return random_() % n; }
  bool Chance(size_t n) { return Below(n) == 0; }
  // The first option must not follow a comma.
  bool IsFirst() { return !std::exchange(has_option_, true); }

  std::string OneOf(std::initializer_list<std::string_view> texts,
                    bool first_only = false) {
    return std::string(texts.begin()[first_only ? 0 : Below(texts.size())]);
  }
  std::string Blank() {
    return OneOf({" ", "  ", "\n", "\t", " /* x */ ", " -- y\n"});
  }
  std::string End() { return OneOf({"", ";", " ; -- z"}); }

  std::string Join(std::initializer_list<std::string> parts) {
    std::string out;
    bool is_first = true;
    for (const std::string& part : parts) {
      if (!is_first) out += Blank();
      out += part;
      is_first = false;
    }
    return out;
  }

  template <typename Make>
  std::string List(Make make) {
    std::string out = make();
    for (size_t n = Below(3); n > 0; --n) {
      out += OneOf({",", " , ", ",\n "}) + make();
    }
    return out;
  }

  std::string Name() {
    return OneOf({"a", "Kafka", "`b`", "x_1", "_y", "`select`", "view_table",
                  "`Order`", "if", "mv"});
  }
  std::string ColumnName() {
    return OneOf({"a", "GlossDef", "`a b`", "`$x`", "`q``r`", "x_1", "`from`",
                  "type", "offset"});
  }
  std::string String() {
    return OneOf({"'x'", "\"y\"", "''", "'it''s'", "\"a\"\"b\"", "'\\n\\\\'",
                  "'line\nline'", "'\xc3\xa9 \\x01'", "'-- no'", "\"/*'\"",
                  "'\t'", "'`'"});
  }
  std::string Number() {
    return OneOf({"0", "1", "42", "1.5", ".5", "1e3", "9223372036854775807",
                  "9223372036854775808", "2.", "1E-3"});
  }
  std::string Column() {
    return ColumnName() + " " + (Chance(3) ? "'k\"''\\n' " : "") +
           OneOf({"int", "BIGINT", "text", "json", "float_vector"});
  }
  std::string Option() {
    return OneOf({"type", "Batch", "`x`", "security.protocol", "a.b.C"}) +
           OneOf({"=", " = ", "\n="}) +
           (Chance(2)   ? String()
            : Chance(2) ? OneOf({"", "-"}) + Number()
                        : OneOf({"word", "SASL_SSL"}));
  }
  std::string Item() {
    if (Chance(8)) return "*";
    return Expr(3) + (Chance(2) ? OneOf({" as ", " AS\n"}) + ColumnName() : "");
  }

  // Everything that could bind otherwise stands in parentheses or does not,
  // at random: the law is about printing, not about precedence.
  std::string Expr(int depth) {
    if (depth == 0) return Leaf();
    const auto sub = [&] { return Operand(depth - 1); };
    switch (Below(12)) {
      case 0:
        return Leaf();
      case 1:
        return sub() + OneOf({"+", " - ", "*", " / ", "%"}) + sub();
      case 2:
        return sub() + OneOf({" DIV ", " mod "}) + sub();
      case 3:
        return sub() + OneOf({"=", " <> ", "!=", "<", "<=", ">", ">="}) + sub();
      case 4:
        return sub() + OneOf({" and ", "\nOR "}) + sub();
      case 5:
        return "NOT " + sub();
      case 6:
        return OneOf({"- ", "+", "-\n"}) + sub();
      case 7:
        return sub() + OneOf({" is null", " IS  NOT NULL"});
      case 8:
        return sub() + OneOf({" in (", " not in\n("}) + List(sub) + ")";
      case 9:
        return sub() + " between " + sub() + " and " + sub();
      case 10:
        return "CAST(" + sub() + " as bigint)";
      default:
        return Call(depth - 1);
    }
  }
  std::string Operand(int depth) { return "(" + Expr(depth) + ")"; }
  std::string Call(int depth) {
    if (Chance(4)) return OneOf({"COUNT(*)", "now()", "count( distinct a)"});
    const auto sub = [&] { return Expr(depth); };
    if (Chance(4)) return "IN(" + sub() + "," + List(sub) + ")";
    return OneOf({"concat(", "F (", "IF("}) + List(sub) +
           OneOf({")", ", {in=degrees, `out`='M'} )", " )"});
  }
  std::string Leaf() {
    switch (Below(6)) {
      case 0:
        return String();
      case 1:
        return OneOf({"", "-", "- "}) + Number();
      case 2:
        return OneOf({"NULL", "true", "False"});
      case 3:
        return ColumnName() + OneOf({".b", "[0]", "['x y']", ".`c d`[1]"});
      default:
        return ColumnName();
    }
  }

  std::mt19937_64& random_;
  bool has_option_ = false;
};

}  // namespace

std::string RandomStatement(std::mt19937_64& random) {
  Writer writer(random);
  return random() % 4 == 0 ? writer.Source() : writer.View();
}

}  // namespace rowfall::sql
