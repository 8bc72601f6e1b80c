// SPDX-License-Identifier: Apache-2.0
// The text of plans.
#include "plan/explain.h"

#include <cctype>
#include <string_view>

#include "base/path.h"
#include "base/text.h"

namespace rowfall::plan {
namespace {

// Writes one expression. Shared ones are written again at each use.
class ExprWriter {
 public:
  explicit ExprWriter(const ViewPlan& plan) : plan_(plan) {}

  void Write(ExprId id) {
    // Shared expressions can make a text of exponential size.
    if (out_.size() > kMaxBytes) {
      if (!out_.ends_with("...")) out_ += "...";
      return;
    }
    std::visit([this, id](const auto& node) { WriteNode(node, id); },
               plan_.exprs[id].node);
  }
  std::string Take() { return std::move(out_); }

 private:
  static constexpr size_t kMaxBytes = 4096;

  void WriteNode(const LeafExpr& node, ExprId) { out_ += node.name; }

  void WriteNode(const ConstantExpr& node, ExprId) {
    Value value = node.value->ValueAt(0);
    std::visit([](auto& list) { Shorten(list); }, value);
    if (const auto* text = std::get_if<std::string>(&value)) {
      out_ += base::Quote(*text);
    } else {
      AppendJson(value, node.value->type(), out_);
    }
  }

  // A plan may show a long constant many times.
  template <typename T>
  static void Shorten(std::vector<T>& list) {
    if (list.size() > kMaxBytes) list.resize(kMaxBytes);
  }
  template <typename T>
  static void Shorten(T&) {}

  void WriteNode(const CallExpr& node, ExprId id) {
    if (node.name == "path") {
      Write(node.arguments[0]);
      out_ += node.note;
    } else if (node.name == "cast") {
      out_ += "cast(";
      Write(node.arguments[0]);
      base::AppendCat(out_, " as ", TypeName(plan_.exprs[id].type), ")");
    } else if (node.arguments.size() == 2 && !IsWord(node.name)) {
      WriteInfix(node.arguments[0], node.name, node.arguments[1]);
    } else {
      base::AppendCat(out_, node.name, "(");
      WriteList(node.arguments);
      if (!node.note.empty()) base::AppendCat(out_, ", ", node.note);
      out_ += ")";
    }
  }

  void WriteNode(const LogicExpr& node, ExprId) {
    WriteInfix(node.left, node.op == LogicExpr::Op::kAnd ? "and" : "or",
               node.right);
  }

  void WriteNode(const IfExpr& node, ExprId) {
    out_ += "if(";
    WriteList({node.condition, node.then, node.otherwise});
    out_ += ")";
  }

  void WriteNode(const CoalesceExpr& node, ExprId) {
    out_ += "coalesce(";
    WriteList(node.arguments);
    out_ += ")";
  }

  void WriteNode(const AggregateExpr& node, ExprId) {
    const BoundAggregate& aggregate = plan_.aggregates[node.aggregate];
    base::AppendCat(out_, aggregate.name, "(",
                    aggregate.resolved.distinct ? "distinct " : "",
                    aggregate.arguments.empty() ? "*" : "");
    WriteList(aggregate.arguments);
    out_ += ")";
  }

  void WriteNode(const DefaultExpr& node, ExprId) {
    out_ += node.is_key ? "fail_if_null(" : "default_if_null(";
    Write(node.argument);
    out_ += ")";
  }

  void WriteInfix(ExprId left, std::string_view name, ExprId right) {
    out_ += "(";
    Write(left);
    base::AppendCat(out_, " ", name, " ");
    Write(right);
    out_ += ")";
  }

  void WriteList(const std::vector<ExprId>& ids) {
    for (size_t i = 0; i < ids.size(); ++i) {
      if (i > 0) out_ += ", ";
      Write(ids[i]);
    }
  }

  static bool IsWord(std::string_view name) {
    return name != "div" &&
           std::isalpha(static_cast<unsigned char>(name[0])) != 0;
  }

  const ViewPlan& plan_;
  std::string out_;
};

std::string TypedText(const ViewPlan& plan, ExprId id) {
  return base::Cat(TypeName(plan.exprs[id].type), " = ", ExprText(plan, id));
}

std::string OrderText(const ViewPlan& plan, const OrderKey& key) {
  return base::Cat(ExprText(plan, key.expr), key.descending ? " desc" : "");
}

}  // namespace

std::string ExprText(const ViewPlan& plan, ExprId id) {
  ExprWriter writer(plan);
  writer.Write(id);
  return writer.Take();
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
