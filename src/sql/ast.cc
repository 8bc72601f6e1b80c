// SPDX-License-Identifier: Apache-2.0
// The end of a tree.
#include "sql/ast.h"

namespace rowfall::sql {

Expr::~Expr() {
  ExprPtr doomed;
  Doom(*this, doomed);
  while (doomed != nullptr) {
    const ExprPtr current = std::move(doomed);
    // The parser makes all of them, none of them const.
    Expr& expr = const_cast<Expr&>(*current);
    doomed = std::move(expr.next_);
    Doom(expr, doomed);
  }
}

void Expr::Doom(Expr& expr, ExprPtr& doomed) {
  ForEachOperand(expr, [&doomed](ExprPtr& operand) {
    if (operand.use_count() != 1) return operand.reset();
    // use_count() does not order memory. Giving up a copy does: what other
    // threads read before they let go happens before what follows.
    ExprPtr(operand).reset();
    const_cast<Expr&>(*operand).next_ = std::move(doomed);
    doomed = std::move(operand);
  });
}

}  // namespace rowfall::sql
