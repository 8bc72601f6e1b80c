// SPDX-License-Identifier: Apache-2.0
// Parses one expression by the precedence of its operators.
#ifndef ROWFALL_SQL_EXPR_PARSER_H_
#define ROWFALL_SQL_EXPR_PARSER_H_

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sql/ast.h"
#include "sql/token_stream.h"
#include "sql/waiting.h"

namespace rowfall::sql {

// Parses one expression. What waits for an operand is on a stack of its own:
// nesting needs nothing of the thread's, which may be small.
class ExprParser {
 public:
  // `in` must outlive it.
  explicit ExprParser(TokenStream& in) : in_(in) {}

  // Errors: InvalidArgument: not the grammar, or deeper than kMaxDepth;
  // Unimplemented: operators and forms that views do not have.
  absl::StatusOr<ExprPtr> Parse();

 private:
  using Level = waiting::Level;
  using BinaryOp = waiting::BinaryOp;
  using Operand = waiting::Operand;
  using Node = decltype(Expr::node);

  // Each step reads on from the position. It either makes `operand_`, or lets
  // something wait for the next one.

  // parse_expr.cc
  static const BinaryOp* BinaryOpOf(const Token& token);
  // Asks for an operand with the operators that bind at least as tight.
  void Want(Level level);
  template <typename T>
  void Wait(T waiting, Level level) {
    waiting_.emplace_back(std::move(waiting));
    Want(level);
  }
  // Reads what an operand begins with.
  absl::Status Begin();
  absl::Status BeginPrefix(waiting::Prefix::Kind kind);
  void BeginBinary(const BinaryOp& op);
  bool AtPredicate() const;
  absl::Status BeginPredicate();
  absl::Status FinishIs(TextPlace place);
  absl::Status BeginInItems(TextPlace place, bool negated);
  absl::Status RefuseOperator() const;
  // Gives `operand_` to what waits for it, the top of the stack.
  absl::Status Go(waiting::Operators& on);
  absl::Status Go(waiting::Prefix& on);
  absl::Status Go(waiting::RightSide& on);
  absl::Status Go(waiting::Chain& on);
  absl::Status Go(waiting::Bounds& on);
  absl::Status Go(waiting::InItems& on);
  absl::StatusOr<Operand> BalanceChain(const waiting::Chain& chain,
                                       size_t begin, size_t end) const;

  // parse_primary.cc
  absl::Status BeginPrimary();
  absl::Status BeginWord();
  absl::Status BeginParentheses();
  absl::Status BeginCast();
  absl::Status BeginInFunction();
  absl::Status BeginCall();
  absl::Status ReadNumber(bool negative);
  absl::Status ReadName();
  absl::Status ReadPathStep(base::Path& path);
  absl::Status Go(waiting::Parentheses& on);
  absl::Status Go(waiting::CastOperand& on);
  absl::Status Go(waiting::InArguments& on);
  absl::Status Go(waiting::Arguments& on);
  // From behind the last argument.
  absl::Status FinishCall(waiting::Arguments& on);
  absl::Status ReadCallOptions(Call& call);
  // Takes `operand_`. Returns whether another item follows.
  bool TakeItem(waiting::List& list);
  absl::Status RefuseSubquery() const;

  // One nesting more. Leave() is for what was entered before.
  absl::Status Enter(TextPlace place);
  void Leave() { --depth_; }
  // Makes `operand_` of the tokens from `first` up to the position; `height`
  // is that of its highest operand.
  absl::Status Make(Node node, TextPlace place, size_t first, int height);
  // The same for what waited, which is over then.
  absl::Status Finish(Node node, TextPlace place, size_t first, int height);
  absl::Status MakeLeaf(Node node, TextPlace place, size_t first);
  absl::Status TooDeep(TextPlace place) const;

  TokenStream& in_;
  int depth_ = 0;
  std::vector<waiting::Any> waiting_;
  // The last one that was read; none while one is to be read.
  std::optional<Operand> operand_;
};

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_EXPR_PARSER_H_
