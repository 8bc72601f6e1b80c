// SPDX-License-Identifier: Apache-2.0
// Binds each kind of expression whose operands are bound.
#ifndef ROWFALL_PLAN_NODE_BINDER_H_
#define ROWFALL_PLAN_NODE_BINDER_H_

#include <string>
#include <string_view>
#include <vector>

#include "plan/expr_binder.h"

namespace rowfall::plan {

// The visitor of one parsed expression; lives for that visit.
struct NodeBinder {
  using Result = absl::StatusOr<ExprId>;

  // Before the operands are bound: what is wrong whatever they are, and where
  // they stand.
  static absl::Status Check(const sql::Expr& expr,
                            const ExprBinder::Context& context);
  static ExprBinder::ContextPtr Inside(const sql::Expr& expr,
                                       const ExprBinder::ContextPtr& context);

  Result operator()(const sql::Literal& literal) const;
  Result operator()(const sql::NameRef& ref) const;
  Result operator()(const sql::Unary& unary) const;
  Result operator()(const sql::Binary& binary) const;
  Result operator()(const sql::IsNull& is_null) const;
  Result operator()(const sql::Between& between) const;
  Result operator()(const sql::In& in) const;
  Result operator()(const sql::Cast& cast) const;
  Result operator()(const sql::Call& call) const;

  ExprBinder& binder;
  ExprBuilder& builder;
  const sql::Expr& expr;
  const std::string& label;  // For errors of rows.
  // In the order of sql::ForEachOperand().
  const std::vector<ExprId>& operands;

 private:
  Result Call(std::string_view name, std::vector<ExprId> arguments) const;
  // `id` itself, or NOT of it.
  Result Negated(bool negated, ExprId id) const;
  // IF, IFNULL and COALESCE, which evaluate their arguments as needed.
  Result BindLazy(const sql::Call& call) const;
};

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_NODE_BINDER_H_
