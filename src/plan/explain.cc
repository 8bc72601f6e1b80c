// SPDX-License-Identifier: Apache-2.0
// The text of plans.
#include "plan/explain.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

#include "base/path.h"
#include "base/text.h"

namespace rowfall::plan {
namespace {

// Writes one expression, in pieces: what is still to be written is on a stack.
// Shared ones are written again at each use.
class ExprWriter {
 public:
  explicit ExprWriter(const ViewPlan& plan) : plan_(plan) {}

  std::string Write(ExprId id) {
    rest_.emplace_back(id);
    while (!rest_.empty()) {
      const Piece piece = std::move(rest_.back());
      rest_.pop_back();
      if (const auto* text = std::get_if<std::string>(&piece)) {
        out_ += *text;
      } else {
        WriteExpr(std::get<ExprId>(piece));
      }
    }
    return std::move(out_);
  }

 private:
  using Piece = std::variant<std::string, ExprId>;
  using Pieces = std::vector<Piece>;
  static constexpr size_t kMaxBytes = 4096;

  void WriteExpr(ExprId id) {
    // Shared expressions can make a text of exponential size.
    if (out_.size() > kMaxBytes) {
      if (!out_.ends_with("...")) out_ += "...";
      return;
    }
    Pieces pieces =
        std::visit([this, id](const auto& node) { return PiecesOf(node, id); },
                   plan_.exprs[id].node);
    std::move(pieces.rbegin(), pieces.rend(), std::back_inserter(rest_));
  }

  Pieces PiecesOf(const LeafExpr& node, ExprId) const { return {node.name}; }

  Pieces PiecesOf(const ConstantExpr& node, ExprId) const {
    Value value = node.value->ValueAt(0);
    std::visit([](auto& list) { Shorten(list); }, value);
    if (const auto* text = std::get_if<std::string>(&value)) {
      return {base::Quote(*text)};
    }
    std::string text;
    AppendJson(value, node.value->type(), text);
    return {std::move(text)};
  }

  // A plan may show a long constant many times.
  template <typename T>
  static void Shorten(std::vector<T>& list) {
    if (list.size() > kMaxBytes) list.resize(kMaxBytes);
  }
  template <typename T>
  static void Shorten(T&) {}

  Pieces PiecesOf(const CallExpr& node, ExprId id) const {
    if (node.name == "path") return {node.arguments[0], node.note};
    if (node.name == "cast") {
      return {"cast(", node.arguments[0],
              base::Cat(" as ", TypeName(plan_.exprs[id].type), ")")};
    }
    if (node.arguments.size() == 2 && !IsWord(node.name)) {
      return Infix(node.arguments[0], node.name, node.arguments[1]);
    }
    return List(node.name, node.arguments,
                node.note.empty() ? "" : base::Cat(", ", node.note));
  }

  Pieces PiecesOf(const LogicExpr& node, ExprId) const {
    return Infix(node.left, node.op == LogicExpr::Op::kAnd ? "and" : "or",
                 node.right);
  }

  Pieces PiecesOf(const IfExpr& node, ExprId) const {
    return List("if", {node.condition, node.then, node.otherwise});
  }

  Pieces PiecesOf(const CoalesceExpr& node, ExprId) const {
    return List("coalesce", node.arguments);
  }

  Pieces PiecesOf(const AggregateExpr& node, ExprId) const {
    const BoundAggregate& aggregate = plan_.aggregates[node.aggregate];
    Pieces pieces = List(aggregate.name, aggregate.arguments);
    pieces.insert(pieces.begin() + 1,
                  base::Cat(aggregate.resolved.distinct ? "distinct " : "",
                            aggregate.arguments.empty() ? "*" : ""));
    return pieces;
  }

  Pieces PiecesOf(const DefaultExpr& node, ExprId) const {
    return List(node.is_key ? "fail_if_null" : "default_if_null",
                {node.argument});
  }

  static Pieces Infix(ExprId left, std::string_view name, ExprId right) {
    return {"(", left, base::Cat(" ", name, " "), right, ")"};
  }

  // name(a, b), with `note` behind them.
  static Pieces List(std::string_view name, const std::vector<ExprId>& ids,
                     std::string note = "") {
    Pieces pieces = {base::Cat(name, "(")};
    for (size_t i = 0; i < ids.size(); ++i) {
      if (i > 0) pieces.emplace_back(", ");
      pieces.emplace_back(ids[i]);
    }
    pieces.emplace_back(base::Cat(note, ")"));
    return pieces;
  }

  static bool IsWord(std::string_view name) {
    return name != "div" &&
           std::isalpha(static_cast<unsigned char>(name[0])) != 0;
  }

  const ViewPlan& plan_;
  std::string out_;
  Pieces rest_;  // The next one last.
};

std::string TypedText(const ViewPlan& plan, ExprId id) {
  return base::Cat(TypeName(plan.exprs[id].type), " = ", ExprText(plan, id));
}

std::string OrderText(const ViewPlan& plan, const OrderKey& key) {
  return base::Cat(ExprText(plan, key.expr), key.descending ? " desc" : "");
}

}  // namespace

std::string ExprText(const ViewPlan& plan, ExprId id) {
  return ExprWriter(plan).Write(id);
}

std::vector<std::pair<std::string, std::string>> Explain(const ViewPlan& plan) {
  std::vector<std::pair<std::string, std::string>> steps;
  for (const data::Leaf& leaf : plan.leaves) {
    steps.emplace_back("read", base::Cat(leaf.key, base::PathText(leaf.path),
                                         " ", TypeName(leaf.type)));
  }
  if (plan.where) steps.emplace_back("filter", ExprText(plan, *plan.where));
  if (plan.grouped && plan.keys.empty()) {
    steps.emplace_back("group by", "all rows of the batch");
  }
  for (const ExprId key : plan.keys) {
    steps.emplace_back("group by", ExprText(plan, key));
  }
  for (const BoundAggregate& aggregate : plan.aggregates) {
    std::string text = base::Cat(aggregate.name, "(",
                                 aggregate.resolved.distinct ? "distinct " : "",
                                 aggregate.arguments.empty() ? "*" : "");
    for (const ExprId id : aggregate.arguments) text += ExprText(plan, id);
    base::AppendCat(text, ") ", TypeName(aggregate.resolved.type));
    steps.emplace_back("aggregate", std::move(text));
  }
  if (plan.having) steps.emplace_back("having", ExprText(plan, *plan.having));
  for (const ResultColumn& column : plan.columns) {
    steps.emplace_back(
        "result", base::Cat(column.name, " ", TypedText(plan, column.expr)));
  }
  if (plan.distinct) steps.emplace_back("distinct", "rows of the result");
  for (const OrderKey& key : plan.order_by) {
    steps.emplace_back("order by", OrderText(plan, key));
  }
  return steps;
}

}  // namespace rowfall::plan
