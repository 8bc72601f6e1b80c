// SPDX-License-Identifier: Apache-2.0
// The clauses of the slow evaluator, over lists of row numbers.
#include "tests/eval/slow_view.h"

#include <algorithm>
#include <utility>

#include "tests/eval/slow_expr.h"

namespace rowfall::eval {
namespace {

using Rows = std::vector<size_t>;

// An aggregate with the result column or clause that it was met in first.
struct SlowAggregate {
  const sql::Expr* call;
  std::string label;
};

struct ResultRow {
  std::vector<Value> values;
  std::vector<Value> order;
  uint32_t origin;
};

class SlowView {
 public:
  SlowView(const sql::Select& select, const Batch& input)
      : select_(select), input_(input) {}

  SlowResult Run() {
    FindAggregates();
    for (const Rows& group : Groups()) AddResult(group);
    if (select_.distinct) Deduplicate();
    std::stable_sort(results_.begin(), results_.end(),
                     [this](const ResultRow& a, const ResultRow& b) {
                       return ComesBefore(a, b);
                     });
    for (ResultRow& row : results_) {
      out_.rows.push_back(std::move(row.values));
      out_.origins.push_back(row.origin);
    }
    return std::move(out_);
  }

 private:
  bool IsGrouped() const {
    return !aggregates_.empty() || !select_.group_by.empty();
  }

  void FindAggregates() {
    const SlowExpr finder(select_, input_, {});
    const auto add = [&](const sql::Expr& expr, const std::string& label) {
      std::vector<const sql::Expr*> found;
      finder.FindAggregates(expr, found);
      for (const sql::Expr* call : found) aggregates_.push_back({call, label});
    };
    for (const auto& item : select_.items) add(*item.expr, item.name);
    if (select_.having != nullptr) add(*select_.having, "HAVING");
    for (const auto& item : select_.order_by) add(*item.expr, "ORDER BY");
  }

  // Runs `work`; where it fails, so do all rows.
  template <typename Work>
  bool Try(const Rows& rows, const std::string& label, Work work) {
    try {
      work();
      return true;
    } catch (const SlowFailure&) {
      for (const size_t row : rows) {
        out_.failed.emplace(static_cast<uint32_t>(row), label);
      }
      return false;
    }
  }

  // One list for each group in the order of their first rows; of single rows
  // where nothing is grouped.
  std::vector<Rows> Groups() {
    std::vector<Rows> groups;
    std::vector<std::vector<Value>> keys;
    for (size_t row = 0; row < input_.num_rows(); ++row) {
      std::vector<Value> key;
      if (!Admit(row, key)) continue;
      const auto found = std::find(keys.begin(), keys.end(), key);
      if (!IsGrouped() || found == keys.end()) {
        keys.push_back(key);
        groups.push_back({row});
      } else {
        groups[static_cast<size_t>(found - keys.begin())].push_back(row);
      }
    }
    return groups;
  }

  // WHERE, the keys and the arguments of aggregates for one row.
  bool Admit(size_t row, std::vector<Value>& key) {
    const SlowExpr expr(select_, input_, {row});
    bool holds = true;
    if (select_.where != nullptr &&
        !Try({row}, "WHERE", [&] { holds = expr.Holds(*select_.where); })) {
      return false;
    }
    if (!holds) return false;
    for (const sql::ExprPtr& part : select_.group_by) {
      if (!Try({row}, "GROUP BY",
               [&] { key.push_back(expr.Eval(KeyExpr(*part))); })) {
        return false;
      }
    }
    for (const SlowAggregate& aggregate : aggregates_) {
      const auto& call = std::get<sql::Call>(aggregate.call->node);
      if (!call.star && !Try({row}, aggregate.label,
                             [&] { expr.Eval(*call.arguments[0]); })) {
        return false;
      }
    }
    return true;
  }

  const sql::Expr& KeyExpr(const sql::Expr& part) const {
    const auto* literal = std::get_if<sql::Literal>(&part.node);
    if (literal == nullptr) return part;
    const auto position = std::get<int64_t>(literal->value);
    return *select_.items[static_cast<size_t>(position - 1)].expr;
  }

  void AddResult(const Rows& group) {
    const SlowExpr expr(select_, input_, group);
    for (const SlowAggregate& aggregate : aggregates_) {
      if (!Try(group, aggregate.label, [&] { expr.Eval(*aggregate.call); })) {
        return;
      }
    }
    bool holds = true;
    if (select_.having != nullptr && !Try(group, "HAVING", [&] {
          holds = expr.Holds(*select_.having, true);
        })) {
      return;
    }
    if (!holds) return;
    ResultRow result;
    result.origin = static_cast<uint32_t>(group[0]);
    for (const sql::SelectItem& item : select_.items) {
      if (!Try(group, item.name,
               [&] { result.values.push_back(expr.Eval(*item.expr)); })) {
        return;
      }
    }
    for (const sql::OrderItem& item : select_.order_by) {
      if (!Try(group, "ORDER BY",
               [&] { result.order.push_back(expr.Eval(*item.expr, true)); })) {
        return;
      }
    }
    results_.push_back(std::move(result));
  }

  void Deduplicate() {
    std::vector<ResultRow> kept;
    for (ResultRow& row : results_) {
      const bool known =
          std::any_of(kept.begin(), kept.end(), [&row](const ResultRow& other) {
            return other.values == row.values;
          });
      if (!known) kept.push_back(std::move(row));
    }
    results_ = std::move(kept);
  }

  bool ComesBefore(const ResultRow& a, const ResultRow& b) const {
    for (size_t i = 0; i < a.order.size(); ++i) {
      const int order = CompareSlowly(a.order[i], b.order[i]);
      if (order != 0) return select_.order_by[i].descending != (order < 0);
    }
    return false;
  }

  const sql::Select& select_;
  const Batch& input_;
  std::vector<SlowAggregate> aggregates_;
  std::vector<ResultRow> results_;
  SlowResult out_;
};

}  // namespace

SlowResult EvaluateSlowly(const sql::Select& select, const Batch& input) {
  return SlowView(select, input).Run();
}

}  // namespace rowfall::eval
