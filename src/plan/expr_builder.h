// SPDX-License-Identifier: Apache-2.0
// Adds expressions to a plan: shares equal ones, casts, folds constants.
#ifndef ROWFALL_PLAN_EXPR_BUILDER_H_
#define ROWFALL_PLAN_EXPR_BUILDER_H_

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "data/keyed_hash.h"
#include "plan/bound_expr.h"
#include "plan/view_plan.h"
#include "rowfall/error.h"

namespace rowfall::plan {

// Appends to the leaves, exprs and aggregates of a plan under construction.
// Places are for errors: a conversion that does not exist, a call of constants
// that fails.
class ExprBuilder {
 public:
  // `functions` may be null; both must outlive the builder.
  ExprBuilder(ViewPlan& plan, const FunctionRegistry* functions)
      : plan_(plan), functions_(functions) {}

  ExprId AddLeaf(data::Leaf leaf);
  ExprId AddConstant(Type type, const Value& value);
  // The literal NULL, which takes any type.
  ExprId AddNull();

  // Adds a call of a function or operator with its arguments converted.
  absl::StatusOr<ExprId> AddCall(std::string_view name,
                                 std::vector<ExprId> arguments,
                                 const function::CallOptions& options,
                                 TextPlace place);
  // Adds nothing where `id` has the type already.
  absl::StatusOr<ExprId> AddCast(ExprId id, Type to, TextPlace place);
  // A step into a json expression.
  absl::StatusOr<ExprId> AddPath(ExprId id, const base::Path& path,
                                 TextPlace place);
  // The truth of a value: a number is true where it is not 0.
  absl::StatusOr<ExprId> AddTruth(ExprId id, TextPlace place);

  absl::StatusOr<ExprId> AddLogic(LogicExpr::Op op, ExprId left, ExprId right,
                                  TextPlace place);
  absl::StatusOr<ExprId> AddIf(ExprId condition, ExprId then, ExprId otherwise,
                               TextPlace place);
  absl::StatusOr<ExprId> AddCoalesce(std::vector<ExprId> arguments,
                                     TextPlace place);
  ExprId AddDefault(ExprId id);
  // The same for the table's key, whose NULL fails the row.
  ExprId AddKey(ExprId id);
  absl::StatusOr<ExprId> AddAggregate(std::string_view name,
                                      std::vector<ExprId> arguments, bool star,
                                      bool distinct, std::string label,
                                      TextPlace place);

  const BoundExpr& expr(ExprId id) const { return plan_.exprs[id]; }
  // The type as functions see it: nothing for the literal NULL.
  function::ArgumentType ArgumentTypeOf(ExprId id) const;
  bool HasAggregate(ExprId id) const { return has_aggregate_[id]; }
  // The expressions above one another in it, aliases followed.
  int HeightOf(ExprId id) const { return heights_[id]; }

 private:
  ExprId Add(BoundExpr expr);
  // As Add(); gives the expression that was added with that key before.
  ExprId AddShared(std::string key, BoundExpr expr);
  absl::StatusOr<ExprId> AddKernelCall(std::string key, Type type,
                                       CallExpr call, bool deterministic,
                                       TextPlace place);
  absl::StatusOr<ExprId> Fold(Type type, const CallExpr& call, TextPlace place);
  absl::Status CastAll(std::vector<ExprId>& arguments,
                       std::span<const Type> types, TextPlace place);
  absl::StatusOr<Type> CommonTypeOf(std::span<const ExprId> arguments,
                                    TextPlace place) const;
  // The value of a constant, or null.
  const Column* ConstantOf(ExprId id) const;
  bool IsNullLiteral(ExprId id) const { return id == null_literal_; }
  std::vector<function::ArgumentType> TypesOf(
      std::span<const ExprId> arguments) const;

  static constexpr ExprId kNone = ~ExprId{0};
  // Arguments and results of all calls of constants: what a statement may cost
  // who plans it.
  static constexpr size_t kMaxFoldedBytes = 16u << 20;

  ViewPlan& plan_;
  const FunctionRegistry* functions_;
  ExprId null_literal_ = kNone;
  size_t folded_bytes_ = 0;
  // By expression.
  std::vector<bool> has_aggregate_;
  std::vector<int> heights_;
  std::unordered_map<std::string, ExprId, data::KeyedHash> shared_;
};

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_EXPR_BUILDER_H_
