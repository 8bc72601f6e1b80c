// SPDX-License-Identifier: Apache-2.0
// Finds json leaves with one reader that every row comes to.
#include "plan/type_push_down.h"

#include <utility>
#include <vector>

#include "plan/prune.h"

namespace rowfall::plan {
namespace {

// Marks what is evaluated for every row, with the result column that does it
// first; later sides of lazy expressions are not.
class CertainMarker {
 public:
  explicit CertainMarker(const ViewPlan& plan)
      : plan_(plan), column_(plan.exprs.size(), nullptr) {
    for (const ResultColumn& column : plan.columns) Mark(column.expr, column);
  }
  const ResultColumn* column(ExprId id) const { return column_[id]; }

 private:
  void Mark(ExprId root, const ResultColumn& column) {
    std::vector<ExprId> open = {root};
    while (!open.empty()) {
      const ExprId id = open.back();
      open.pop_back();
      if (column_[id] != nullptr) continue;
      column_[id] = &column;
      const BoundExpr& expr = plan_.exprs[id];
      if (const auto* logic = std::get_if<LogicExpr>(&expr.node)) {
        open.push_back(logic->left);
      } else if (const auto* branch = std::get_if<IfExpr>(&expr.node)) {
        open.push_back(branch->condition);
      } else if (const auto* first = std::get_if<CoalesceExpr>(&expr.node)) {
        open.push_back(first->arguments[0]);
      } else {
        ForEachArgument(expr, [&](ExprId argument) {
          open.push_back(argument);
        });
      }
    }
  }

  const ViewPlan& plan_;
  std::vector<const ResultColumn*> column_;
};

std::vector<size_t> CountReaders(const ViewPlan& plan) {
  std::vector<size_t> readers(plan.exprs.size());
  ForEachRoot(plan, [&](ExprId id) { ++readers[id]; });
  for (const BoundExpr& expr : plan.exprs) {
    ForEachArgument(expr, [&](ExprId id) { ++readers[id]; });
  }
  return readers;
}

}  // namespace

void PushDownTypes(ViewPlan& plan) {
  if (plan.where.has_value() || plan.grouped) return;
  const CertainMarker certain(plan);
  const std::vector<size_t> readers = CountReaders(plan);
  for (ExprId id = 0; id < plan.exprs.size(); ++id) {
    BoundExpr& expr = plan.exprs[id];
    const auto* call = std::get_if<CallExpr>(&expr.node);
    const ResultColumn* column = certain.column(id);
    if (call == nullptr || call->name != "cast" || column == nullptr) continue;
    const ExprId argument = call->arguments[0];
    const auto* leaf = std::get_if<LeafExpr>(&plan.exprs[argument].node);
    if (leaf == nullptr || readers[argument] != 1 ||
        plan.exprs[argument].type != Type::kJson) {
      continue;
    }
    data::Leaf& read = plan.leaves[leaf->leaf];
    read.type = expr.type;
    read.column = column->name;
    LeafExpr typed = *leaf;
    expr.node = std::move(typed);
  }
}

}  // namespace rowfall::plan
