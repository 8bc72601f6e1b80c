// SPDX-License-Identifier: Apache-2.0
// What waits for an operand while an expression is parsed.
#ifndef ROWFALL_SQL_WAITING_H_
#define ROWFALL_SQL_WAITING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "sql/ast.h"

namespace rowfall::sql::waiting {

// From loose to tight.
enum class Level : uint8_t {
  kOr, kAnd, kNot, kPredicate, kAdditive, kMultiplicative, kUnary,
};

struct BinaryOp {
  Level level;
  Binary::Op op;
};

// An expression with what is needed to build a larger one of it.
struct Operand {
  ExprPtr expr;
  int height = 0;    // Of the tree: 0 for a leaf.
  size_t first = 0;  // Its tokens: [first, end), parentheses included.
  size_t end = 0;
};

// e {, e}
struct List {
  std::vector<ExprPtr> items;
  int height = 0;  // The highest one's.
};

// `first` and `place` are where it begins.

struct Operators {  // That bind at least as tight as `level`.
  Level level;
  bool has_compared = false;
};

struct Prefix {
  enum class Kind : uint8_t { kNot, kMinus, kPlus };
  Kind kind;
  size_t first;
  TextPlace place;
};

struct RightSide {
  Operand left;
  Binary::Op op;
  TextPlace place;
};

// AND and OR do not care how they are nested: long chains become flat trees.
struct Chain {
  const BinaryOp* op;
  std::vector<Operand> operands;
  std::vector<TextPlace> places;  // places[i]: before operands[i + 1].
};

struct Bounds {  // Of BETWEEN.
  Operand left;
  bool negated;
  TextPlace place;
  std::optional<Operand> low = std::nullopt;
};

struct InItems {
  Operand left;
  bool negated;
  TextPlace place;
  List list = {};
};

struct Parentheses {
  size_t first;
};

struct CastOperand {
  size_t first;
  TextPlace place;
};

struct InArguments {  // IN(x, 1, 2)
  size_t first;
  TextPlace place;
  List list = {};
};

struct Arguments {
  Call call;
  size_t first;
  TextPlace place;
  List list = {};
};

using Any = std::variant<Operators, Prefix, RightSide, Chain, Bounds, InItems,
                         Parentheses, CastOperand, InArguments, Arguments>;

}  // namespace rowfall::sql::waiting

#endif  // ROWFALL_SQL_WAITING_H_
