// SPDX-License-Identifier: Apache-2.0
// Statements and expressions as they were written: names and texts, no types.
#ifndef ROWFALL_SQL_AST_H_
#define ROWFALL_SQL_AST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/path.h"
#include "rowfall/error.h"

namespace rowfall::sql {

// --- Expressions -----------------------------------------------------------

struct Expr;
// Trees are unchanging and shared. They may be as deep as kMaxDepth, and stacks
// are as small as 64 KB: walks over them keep a stack of their own.
using ExprPtr = std::shared_ptr<const Expr>;

// An integer, decimal or string literal, TRUE, FALSE or NULL. Integers that
// do not fit 64 bits are doubles.
struct Literal {
  std::variant<std::monostate, bool, int64_t, double, std::string> value;
};

// A column or alias, with a path into it: `GlossDef.size`, `tags[0]`. Whether
// the first of `a.b` is the source's name or a column, the binder decides.
struct NameRef {
  std::string name;  // Lower case.
  base::Path path;
};

struct Unary {
  enum class Op : uint8_t { kNegate, kNot };
  Op op;
  ExprPtr operand;
};

struct Binary {
  enum class Op : uint8_t {
    kAdd, kSubtract, kMultiply, kDivide,
    kIntegerDivide,  // DIV
    kModulo,         // % and MOD
    kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual,
    kAnd, kOr,
  };
  Op op;
  ExprPtr left;
  ExprPtr right;
};

struct IsNull {
  ExprPtr operand;
  bool negated = false;
};

struct Between {
  ExprPtr operand;
  ExprPtr low;
  ExprPtr high;
  bool negated = false;
};

// `x IN (1, 2)`; the function form `IN(x, 1, 2)` gives the same node.
struct In {
  ExprPtr operand;
  std::vector<ExprPtr> items;
  bool negated = false;
};

// CAST(x AS bigint).
struct Cast {
  ExprPtr operand;
  std::string type;  // Lower case, as written.
  TextPlace type_place;
};

// A function or aggregate. `{in=degrees, out=m}` at the end of the arguments
// becomes `options`.
struct Call {
  std::string name;  // Lower case.
  std::vector<ExprPtr> arguments;
  bool star = false;      // COUNT(*)
  bool distinct = false;  // COUNT(DISTINCT x)
  std::vector<std::pair<std::string, std::string>> options;  // Lower case.
};

struct Expr {
  Expr() = default;
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;
  // Destroys what only it owns one after the other.
  ~Expr();

  TextPlace place;   // Of the first token (operators: of the operator).
  std::string text;  // As written, white space and comments folded to a blank.
  std::variant<Literal, NameRef, Unary, Binary, IsNull, Between, In, Cast, Call>
      node;

 private:
  // Adds what `expr` alone owns to `doomed`.
  static void Doom(Expr& expr, ExprPtr& doomed);

  // The next one that is to be destroyed: a list that needs no memory.
  ExprPtr next_;
};

// Calls `visit` with a reference to the pointer of each operand, in order.
template <typename Expr, typename Visit>
void ForEachOperand(Expr& expr, Visit visit) {
  std::visit(
      [&visit](auto& node) {
        using Node = std::remove_cvref_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, Binary>) {
          visit(node.left);
          visit(node.right);
        } else if constexpr (std::is_same_v<Node, Call>) {
          for (auto& argument : node.arguments) visit(argument);
        } else if constexpr (!std::is_same_v<Node, Literal> &&
                             !std::is_same_v<Node, NameRef>) {
          visit(node.operand);
        }
        if constexpr (std::is_same_v<Node, Between>) {
          visit(node.low);
          visit(node.high);
        } else if constexpr (std::is_same_v<Node, In>) {
          for (auto& item : node.items) visit(item);
        }
      },
      expr.node);
}

// --- SELECT ----------------------------------------------------------------

struct SelectItem {
  // Null: `*`.
  ExprPtr expr;
  // What the result column is called: the alias, else the name of a column
  // without backticks, else the text: `GlossDef.size`, `id + 1`. Spelled as
  // written; matched in any case. `*` for all columns.
  std::string name;
  bool has_alias = false;
  TextPlace place;
};

struct OrderItem {
  ExprPtr expr;
  bool descending = false;
};

struct Select {
  bool distinct = false;
  std::vector<SelectItem> items;
  std::string from;  // Lower case. Empty only for a bare SELECT without FROM.
  TextPlace from_place;
  ExprPtr where;  // Null: none.
  std::vector<ExprPtr> group_by;
  ExprPtr having;  // Null: none.
  std::vector<OrderItem> order_by;
  // The clauses as SHOW prints them, one a line: "SELECT ...", "FROM kafka",
  // "WHERE ...": as written, white space and comments folded to one blank.
  std::vector<std::string> lines;
};

// --- Statements ------------------------------------------------------------

struct ColumnDef {
  std::string name;      // Lower case.
  std::string json_key;  // As written; empty: the name.
  std::string type;      // Lower case, as written; checked by the planner.
  TextPlace place;
  TextPlace type_place;
};

struct Option {
  std::string key;    // Lower case.
  std::string value;  // Without quotes, unescaped.
  TextPlace place;
  TextPlace value_place;
};

struct CreateSource {
  std::string name;
  TextPlace name_place;
  bool if_not_exists = false;
  // Nothing: no column list was given.
  std::optional<std::vector<ColumnDef>> columns;
  std::vector<Option> options;
  // The statement as SHOW SOURCE prints it (design of the lines in
  // grammar.md): names and values spelled as written.
  std::string show_text;
};

struct CreateView {
  std::string name;
  TextPlace name_place;
  bool if_not_exists = false;
  std::string table;  // Spelled as written, unquoted.
  TextPlace table_place;
  std::vector<Option> options;
  Select select;
  std::string show_text;  // As SHOW MV prints it.
};

struct AlterView {
  std::string name;
  TextPlace name_place;
  bool suspended = false;
};

enum class ObjectKind : uint8_t { kSource, kView };

struct Drop {
  ObjectKind kind = ObjectKind::kSource;
  std::string name;
  TextPlace name_place;
  bool if_exists = false;
};

// SHOW SOURCES, SHOW MVS.
struct ShowList {
  ObjectKind kind = ObjectKind::kSource;
};

// SHOW SOURCE name, SHOW MV name.
struct ShowObject {
  ObjectKind kind = ObjectKind::kSource;
  std::string name;
  TextPlace name_place;
};

// SHOW MV STATUS name.
struct ShowStatus {
  std::string name;
  TextPlace name_place;
};

struct Explain {
  CreateView view;
};

using Statement = std::variant<CreateSource, CreateView, AlterView, Drop,
                               ShowList, ShowObject, ShowStatus, Explain>;

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_AST_H_
