// SPDX-License-Identifier: Apache-2.0
// One expression of the slow evaluator on one row or group.
#ifndef ROWFALL_TESTS_EVAL_SLOW_EXPR_H_
#define ROWFALL_TESTS_EVAL_SLOW_EXPR_H_

#include <optional>
#include <string>
#include <vector>

#include "rowfall/batch.h"
#include "rowfall/value.h"
#include "sql/ast.h"

namespace rowfall::eval {

// Thrown where a row fails.
struct SlowFailure {};

// Interprets expressions for one row; with a group, aggregates over its rows,
// everything else for its first one.
class SlowExpr {
 public:
  SlowExpr(const sql::Select& select, const Batch& input,
           std::vector<size_t> rows)
      : select_(select), input_(input), rows_(std::move(rows)) {}

  // Throws SlowFailure. `alias_first`: as in HAVING and ORDER BY.
  Value Eval(const sql::Expr& expr, bool alias_first = false) const;
  // True, and neither NULL nor false.
  bool Holds(const sql::Expr& expr, bool alias_first = false) const;

  // Appends the aggregate calls of an expression, aliases followed.
  void FindAggregates(const sql::Expr& expr,
                      std::vector<const sql::Expr*>& found) const;

 private:
  Value EvalName(const sql::NameRef& ref, bool alias_first) const;
  Value EvalUnary(const sql::Unary& unary, bool alias_first) const;
  Value EvalBinary(const sql::Binary& binary, bool alias_first) const;
  Value EvalLogic(const sql::Binary& binary, bool alias_first) const;
  Value EvalIn(const sql::In& in, bool alias_first) const;
  Value EvalBetween(const sql::Between& between, bool alias_first) const;
  Value EvalCast(const sql::Cast& cast, bool alias_first) const;
  Value EvalCall(const sql::Call& call, bool alias_first) const;
  Value EvalText(const sql::Call& call, bool alias_first) const;
  Value EvalAggregate(const sql::Call& call) const;
  const sql::SelectItem* FindAlias(const std::string& name) const;

  const sql::Select& select_;
  const Batch& input_;
  std::vector<size_t> rows_;
};

// NULL first, then by value; both of one type.
int CompareSlowly(const Value& a, const Value& b);

}  // namespace rowfall::eval

#endif  // ROWFALL_TESTS_EVAL_SLOW_EXPR_H_
