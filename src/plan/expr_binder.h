// SPDX-License-Identifier: Apache-2.0
// From parsed expressions to bound ones.
#ifndef ROWFALL_PLAN_EXPR_BINDER_H_
#define ROWFALL_PLAN_EXPR_BINDER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "plan/expr_builder.h"
#include "plan/name_scope.h"
#include "sql/ast.h"

namespace rowfall::plan {

// The part of a SELECT that an expression stands in.
enum class Clause : uint8_t { kItem, kWhere, kGroupBy, kHaving, kOrderBy };

// Binds the expressions of one SELECT. An alias stands for its item's
// expression, which is bound when it is met first. Which of alias and column a
// name means: src/eval/semantics.md. What waits for its operands is on a stack
// of its own: aliases on top of each other need nothing of the thread's.
class ExprBinder {
 public:
  ExprBinder(const sql::Select& select, const ViewBinding& binding,
             ExprBuilder& builder)
      : select_(select),
        scope_(select, binding),
        builder_(builder),
        items_(select.items.size()) {}

  // Binds the item with that number; not for `*`.
  absl::StatusOr<ExprId> BindItem(size_t item);
  // Binds an expression of a clause. An integer alone in GROUP BY and ORDER BY
  // is the position of an item.
  absl::StatusOr<ExprId> Bind(const sql::Expr& expr, Clause clause);
  // Returns what the result column of an item is called.
  std::string NameOf(const sql::SelectItem& item) const;

  const NameScope& scope() const { return scope_; }

 private:
  friend struct NodeBinder;

  // Where an expression stands: decides about aliases and aggregates.
  struct Context {
    Clause clause = Clause::kItem;
    std::string label;      // The result column or clause, for errors of rows.
    std::string aggregate;  // The aggregate whose argument this is, or empty.
  };
  using ContextPtr = std::shared_ptr<const Context>;
  struct Item {
    bool is_binding = false;
    std::optional<ExprId> bound;
  };
  // An expression some of whose operands are to be bound. The expression of an
  // alias is the operand of the name.
  struct Waiting {
    const sql::Expr* expr;
    ContextPtr context;
    std::optional<size_t> alias = std::nullopt;  // The item it stands for.
    std::vector<const sql::Expr*> operands = {};
    ContextPtr inside = nullptr;  // Where the operands stand.
    std::vector<ExprId> bound = {};
  };

  absl::StatusOr<ExprId> BindIn(const sql::Expr& expr, ContextPtr context);
  // Lets an expression wait for its operands.
  absl::Status Wait(const sql::Expr& expr, ContextPtr context);
  absl::Status WaitForAlias(size_t item, Waiting& waiting);
  absl::StatusOr<ExprId> Finish(Waiting& waiting);
  absl::StatusOr<ExprId> FinishAlias(const Waiting& waiting);
  ContextPtr BeginItem(size_t item);
  void FinishItem(ExprId bound);
  absl::StatusOr<ExprId> BindColumn(const sql::NameRef& ref, TextPlace place);
  absl::StatusOr<ExprId> BindPosition(int64_t position, TextPlace place,
                                      Clause clause);
  // Returns the item that a name stands for here, if it is no column.
  std::optional<size_t> AliasOf(const sql::NameRef& ref,
                                const Context& context) const;
  // Returns the item that a name means as an alias here.
  std::optional<size_t> VisibleAlias(const sql::NameRef& ref) const;

  const sql::Select& select_;
  NameScope scope_;
  ExprBuilder& builder_;
  std::vector<Item> items_;
  std::vector<size_t> item_stack_;  // Items being bound, outermost first.
  std::vector<Waiting> waiting_;
};

// Returns e.g. "GROUP BY".
std::string_view ClauseName(Clause clause);

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_EXPR_BINDER_H_
