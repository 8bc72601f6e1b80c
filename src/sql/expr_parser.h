// SPDX-License-Identifier: Apache-2.0
// Parses one expression by the precedence of its operators.
#ifndef ROWFALL_SQL_EXPR_PARSER_H_
#define ROWFALL_SQL_EXPR_PARSER_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sql/ast.h"
#include "sql/token_stream.h"

namespace rowfall::sql {

class ExprParser {
 public:
  // `in` must outlive it.
  explicit ExprParser(TokenStream& in) : in_(in) {}

  // An expression with what is needed to build a larger one of it.
  struct Operand {
    ExprPtr expr;
    int height = 0;    // Of the tree: 0 for a leaf.
    size_t first = 0;  // Its tokens: [first, end), parentheses included.
    size_t end = 0;
  };

  // Errors: InvalidArgument: not the grammar, or deeper than kMaxDepth;
  // Unimplemented: operators and forms that views do not have.
  absl::StatusOr<Operand> Parse();

 private:
  // From loose to tight.
  enum class Level : uint8_t {
    kOr, kAnd, kNot, kPredicate, kAdditive, kMultiplicative, kUnary,
  };
  struct BinaryOp {
    Level level;
    Binary::Op op;
  };
  using Node = decltype(Expr::node);

  // parse_expr.cc
  static const BinaryOp* BinaryOpOf(const Token& token);
  absl::StatusOr<Operand> ParseLevel(Level level);
  absl::StatusOr<Operand> ParsePrefix(Level level);
  absl::StatusOr<Operand> ParseNot();
  absl::StatusOr<Operand> ParseUnary();
  absl::StatusOr<Operand> ParseBinary(Operand left, const BinaryOp& op);
  absl::StatusOr<Operand> ParseChain(Operand left, const BinaryOp& op);
  absl::StatusOr<Operand> BalanceChain(const std::vector<Operand>& operands,
                                       const std::vector<TextPlace>& places,
                                       Binary::Op op, size_t begin, size_t end);
  bool AtPredicate() const;
  absl::StatusOr<Operand> ParsePredicate(Operand left);
  absl::StatusOr<Operand> ParseIs(Operand left, TextPlace place);
  absl::StatusOr<Operand> ParseBetween(Operand left, TextPlace place,
                                       bool negated);
  absl::StatusOr<Operand> ParseInList(Operand left, TextPlace place,
                                      bool negated);
  absl::Status RefuseOperator() const;

  // parse_primary.cc
  absl::StatusOr<Operand> ParsePrimary();
  absl::StatusOr<Operand> ParseWord();
  absl::StatusOr<Operand> ParseParentheses();
  absl::StatusOr<Operand> ParseNumber(bool negative);
  absl::StatusOr<Operand> ParseName();
  absl::Status ParsePathStep(base::Path& path);
  absl::StatusOr<Operand> ParseCast();
  absl::StatusOr<Operand> ParseInFunction();
  absl::StatusOr<Operand> ParseCall();
  absl::Status ParseArguments(Call& call, int& height);
  absl::Status ParseCallOptions(Call& call);
  // e {, e}; sets `height` to the highest one's.
  absl::StatusOr<std::vector<ExprPtr>> ParseList(int& height);
  absl::Status RefuseSubquery() const;

  // Makes the node of the tokens from `first` up to the position; `height` is
  // that of its highest operand.
  absl::StatusOr<Operand> Make(Node node, TextPlace place, size_t first,
                               int height);
  Operand MakeLeaf(Node node, TextPlace place, size_t first);
  absl::Status TooDeep(TextPlace place) const;

  TokenStream& in_;
  int depth_ = 0;
};

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_EXPR_PARSER_H_
