// SPDX-License-Identifier: Apache-2.0
// Expressions bound to leaves, types and kernels.
#ifndef ROWFALL_PLAN_BOUND_EXPR_H_
#define ROWFALL_PLAN_BOUND_EXPR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "function/function.h"
#include "function/kernel.h"
#include "rowfall/column.h"
#include "rowfall/value.h"

namespace rowfall::plan {

// The index of an expression in ViewPlan::exprs. Expressions form a graph
// without cycles: an expression stands behind its arguments, and equal
// expressions (of deterministic functions) are one.
using ExprId = uint32_t;

// A leaf of the batch; for a grouped view, above the aggregates, its value in
// the first row of the group.
struct LeafExpr {
  size_t leaf = 0;
  std::string name;  // For EXPLAIN.
};

// One value for all rows: a column of one row.
struct ConstantExpr {
  std::shared_ptr<const Column> value;
};

// A function, operator, cast or path, all of whose arguments are evaluated.
struct CallExpr {
  std::string name;  // For EXPLAIN; "cast" and "path" are conversions.
  std::string note;  // Options or the path, for EXPLAIN.
  std::shared_ptr<const function::Kernel> kernel;
  std::vector<ExprId> arguments;
};

// AND, OR: the right side is evaluated for rows that the left side leaves open.
struct LogicExpr {
  enum class Op : uint8_t { kAnd, kOr };
  Op op = Op::kAnd;
  ExprId left = 0;
  ExprId right = 0;
};

// Each row evaluates one branch; a condition that is NULL takes `otherwise`.
struct IfExpr {
  ExprId condition = 0;
  ExprId then = 0;
  ExprId otherwise = 0;
};

// The first argument that is not NULL; later ones are not evaluated.
struct CoalesceExpr {
  std::vector<ExprId> arguments;
};

// The result of ViewPlan::aggregates[aggregate].
struct AggregateExpr {
  size_t aggregate = 0;
};

// NULL becomes the default of the type: what a column that cannot be NULL
// stores.
struct DefaultExpr {
  ExprId argument = 0;
  // The table's key: rows without one would replace each other under the
  // default, so NULL fails the row instead.
  bool is_key = false;
};

struct BoundExpr {
  Type type = Type::kText;
  std::variant<LeafExpr, ConstantExpr, CallExpr, LogicExpr, IfExpr,
               CoalesceExpr, AggregateExpr, DefaultExpr>
      node;
};

// Calls `visit` with a reference to the id of each argument of `expr`, in
// order. Arguments of aggregates are not theirs.
template <typename Expr, typename Visit>
void ForEachArgument(Expr& expr, Visit visit) {
  std::visit(
      [&visit](auto& node) {
        using Node = std::remove_cvref_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, CallExpr> ||
                      std::is_same_v<Node, CoalesceExpr>) {
          for (auto& argument : node.arguments) visit(argument);
        } else if constexpr (std::is_same_v<Node, LogicExpr>) {
          visit(node.left);
          visit(node.right);
        } else if constexpr (std::is_same_v<Node, IfExpr>) {
          visit(node.condition);
          visit(node.then);
          visit(node.otherwise);
        } else if constexpr (std::is_same_v<Node, DefaultExpr>) {
          visit(node.argument);
        }
      },
      expr.node);
}

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_BOUND_EXPR_H_
