// SPDX-License-Identifier: Apache-2.0
// Building of bound expressions; what is constant is evaluated here.
#include "plan/expr_builder.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/path.h"
#include "base/status.h"
#include "base/text.h"
#include "coerce/reason.h"
#include "data/memory_budget.h"
#include "function/trouble.h"
#include "function/type_rules.h"
#include "function/value_limit.h"
#include "plan/default_value.h"

namespace rowfall::plan {
namespace {

absl::Status WithPlace(const absl::Status& status, TextPlace place) {
  return base::ErrorAt(status.code(), place, base::FromAbsl(status.message()));
}

std::string KeyOf(std::string_view name, Type type,
                  std::span<const ExprId> arguments, std::string_view note) {
  std::string key = base::Cat(name, " ", TypeName(type));
  for (const ExprId argument : arguments) base::AppendCat(key, " ", argument);
  base::AppendCat(key, " ", note);
  return key;
}

std::string NoteOf(const function::CallOptions& options) {
  std::string note;
  for (const auto& [key, value] : options) {
    base::AppendCat(note, note.empty() ? "" : ", ", key, "=", value);
  }
  return note.empty() ? note : base::Cat("{", note, "}");
}

}  // namespace

ExprId ExprBuilder::Add(BoundExpr expr) {
  bool has_aggregate = std::holds_alternative<AggregateExpr>(expr.node);
  int height = 0;
  ForEachArgument(expr, [&](ExprId argument) {
    has_aggregate = has_aggregate || has_aggregate_[argument];
    height = std::max(height, heights_[argument]);
  });
  has_aggregate_.push_back(has_aggregate);
  heights_.push_back(height + 1);
  plan_.exprs.push_back(std::move(expr));
  return static_cast<ExprId>(plan_.exprs.size() - 1);
}

ExprId ExprBuilder::AddShared(std::string key, BoundExpr expr) {
  const auto found = shared_.find(key);
  if (found != shared_.end()) return found->second;
  const ExprId id = Add(std::move(expr));
  shared_.emplace(std::move(key), id);
  return id;
}

ExprId ExprBuilder::AddLeaf(data::Leaf leaf) {
  auto& leaves = plan_.leaves;
  const auto found = std::find(leaves.begin(), leaves.end(), leaf);
  const size_t index = static_cast<size_t>(found - leaves.begin());
  if (found == leaves.end()) leaves.push_back(std::move(leaf));
  const data::Leaf& added = leaves[index];
  return AddShared(
      base::Cat("leaf ", index),
      {added.type,
       LeafExpr{index, base::Cat(added.column, base::PathText(added.path))}});
}

ExprId ExprBuilder::AddConstant(Type type, const Value& value) {
  auto column = std::make_shared<Column>(type);
  column->AppendValue(value);
  std::string key = base::Cat("constant ", TypeName(type), " ",
                              IsNull(value) ? "null" : "value ");
  AppendJson(value, type, key);
  return AddShared(std::move(key), {type, ConstantExpr{std::move(column)}});
}

ExprId ExprBuilder::AddNull() {
  if (null_literal_ == kNone) {
    auto column = std::make_shared<Column>(Type::kText);
    column->AppendNull();
    null_literal_ = Add({Type::kText, ConstantExpr{std::move(column)}});
  }
  return null_literal_;
}

function::ArgumentType ExprBuilder::ArgumentTypeOf(ExprId id) const {
  if (IsNullLiteral(id)) return std::nullopt;
  return expr(id).type;
}

std::vector<function::ArgumentType> ExprBuilder::TypesOf(
    std::span<const ExprId> arguments) const {
  std::vector<function::ArgumentType> types;
  for (const ExprId id : arguments) types.push_back(ArgumentTypeOf(id));
  return types;
}

const Column* ExprBuilder::ConstantOf(ExprId id) const {
  const auto* constant = std::get_if<ConstantExpr>(&expr(id).node);
  return constant == nullptr ? nullptr : constant->value.get();
}

absl::StatusOr<ExprId> ExprBuilder::Fold(Type type, const CallExpr& call,
                                         TextPlace place) {
  std::vector<function::Argument> arguments;
  for (const ExprId id : call.arguments) {
    arguments.push_back({ConstantOf(id), true});
    folded_bytes_ += ConstantOf(id)->ByteSize();
  }
  const auto too_large = [place] {
    return base::InvalidAt(
        place, base::Cat("Calls of constants take and give more than ",
                         kMaxFoldedBytes, " bytes"));
  };
  if (folded_bytes_ > kMaxFoldedBytes) return too_large();
  const size_t left = kMaxFoldedBytes - folded_bytes_;
  Column result(type);
  function::RowErrors errors;
  data::MemoryBudget budget(SIZE_MAX, left);
  const data::BudgetScope scope(&budget);
  try {
    call.kernel->Evaluate({absl::UnixEpoch()}, arguments, 1, result, errors);
  } catch (const function::Trouble& trouble) {
    return WithPlace(trouble.status(), place);
  }
  function::FailLargeValues(result, errors);
  if (!errors.empty()) {
    const std::string& reason = errors.errors().front().reason;
    if (reason == coerce::TooLargeText(left)) return too_large();
    return base::InvalidAt(place, reason);
  }
  ROWFALL_RET_CHECK(result.size() == 1);
  folded_bytes_ += result.ByteSize();
  return AddConstant(type, result.ValueAt(0));
}

absl::StatusOr<ExprId> ExprBuilder::AddKernelCall(std::string key, Type type,
                                                  CallExpr call,
                                                  bool deterministic,
                                                  TextPlace place) {
  if (!deterministic) return Add({type, std::move(call)});
  const bool constant =
      std::all_of(call.arguments.begin(), call.arguments.end(),
                  [this](ExprId id) { return ConstantOf(id) != nullptr; });
  if (constant) return Fold(type, call, place);
  return AddShared(std::move(key), {type, std::move(call)});
}

absl::Status ExprBuilder::CastAll(std::vector<ExprId>& arguments,
                                  std::span<const Type> types,
                                  TextPlace place) {
  ROWFALL_RET_CHECK(arguments.size() == types.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    ROWFALL_ASSIGN_OR_RETURN(arguments[i],
                             AddCast(arguments[i], types[i], place));
  }
  return absl::OkStatus();
}

absl::StatusOr<ExprId> ExprBuilder::AddCall(
    std::string_view name, std::vector<ExprId> arguments,
    const function::CallOptions& options, TextPlace place) {
  auto resolved =
      function::Resolve(name, TypesOf(arguments), options, functions_);
  if (!resolved.ok()) return WithPlace(resolved.status(), place);
  ROWFALL_RETURN_IF_ERROR(CastAll(arguments, resolved->argument_types, place));
  std::string note = NoteOf(options);
  std::string key = KeyOf(name, resolved->type, arguments, note);
  return AddKernelCall(std::move(key), resolved->type,
                       {std::string(name), std::move(note),
                        std::move(resolved->kernel), std::move(arguments)},
                       resolved->deterministic, place);
}

absl::StatusOr<ExprId> ExprBuilder::AddCast(ExprId id, Type to,
                                            TextPlace place) {
  if (IsNullLiteral(id)) return AddConstant(to, Value());
  const Type from = expr(id).type;
  if (from == to) return id;
  auto kernel = function::ResolveCast(from, to);
  if (!kernel.ok()) return WithPlace(kernel.status(), place);
  return AddKernelCall(KeyOf("cast", to, {{id}}, ""), to,
                       {"cast", "", *std::move(kernel), {id}}, true, place);
}

absl::StatusOr<ExprId> ExprBuilder::AddPath(ExprId id, const base::Path& path,
                                            TextPlace place) {
  if (path.empty() || IsNullLiteral(id)) return id;
  const BoundExpr& from = expr(id);
  if (from.type != Type::kJson) {
    return base::InvalidAt(
        place,
        base::Cat("Only json has values below it, this is ",
                  TypeName(from.type), ": '", base::PathText(path), "'"));
  }
  if (const auto* leaf = std::get_if<LeafExpr>(&from.node)) {
    data::Leaf deeper = plan_.leaves[leaf->leaf];
    deeper.path.insert(deeper.path.end(), path.begin(), path.end());
    return AddLeaf(std::move(deeper));
  }
  const std::string note = base::PathText(path);
  return AddKernelCall(KeyOf("path", Type::kJson, {{id}}, note), Type::kJson,
                       {"path", note, function::MakePathKernel(path), {id}},
                       true, place);
}

absl::StatusOr<ExprId> ExprBuilder::AddTruth(ExprId id, TextPlace place) {
  if (IsNullLiteral(id)) return AddConstant(Type::kBool, Value());
  if (expr(id).type == Type::kBool) return id;
  return AddCall("condition", {id}, {}, place);
}

absl::StatusOr<ExprId> ExprBuilder::AddLogic(LogicExpr::Op op, ExprId left,
                                             ExprId right, TextPlace place) {
  ROWFALL_ASSIGN_OR_RETURN(left, AddTruth(left, place));
  ROWFALL_ASSIGN_OR_RETURN(right, AddTruth(right, place));
  const bool decisive = op == LogicExpr::Op::kOr;
  if (const Column* constant = ConstantOf(left);
      constant != nullptr && !constant->IsNull(0)) {
    return (constant->bools()[0] != 0) == decisive ? left : right;
  }
  const Column* last = ConstantOf(right);
  if (last != nullptr && !last->IsNull(0) &&
      (last->bools()[0] != 0) != decisive) {
    return left;
  }
  if (last != nullptr && ConstantOf(left) != nullptr) {
    return last->IsNull(0) ? left : right;  // NULL with NULL, or decided.
  }
  const std::string key =
      KeyOf(decisive ? "or" : "and", Type::kBool, {{left, right}}, "");
  return AddShared(key, {Type::kBool, LogicExpr{op, left, right}});
}

absl::StatusOr<Type> ExprBuilder::CommonTypeOf(
    std::span<const ExprId> arguments, TextPlace place) const {
  auto type = function::CommonType(TypesOf(arguments));
  if (!type.ok()) return WithPlace(type.status(), place);
  return *type;
}

absl::StatusOr<ExprId> ExprBuilder::AddIf(ExprId condition, ExprId then,
                                          ExprId otherwise, TextPlace place) {
  ROWFALL_ASSIGN_OR_RETURN(condition, AddTruth(condition, place));
  ROWFALL_ASSIGN_OR_RETURN(const Type type,
                           CommonTypeOf({{then, otherwise}}, place));
  ROWFALL_ASSIGN_OR_RETURN(then, AddCast(then, type, place));
  ROWFALL_ASSIGN_OR_RETURN(otherwise, AddCast(otherwise, type, place));
  if (const Column* constant = ConstantOf(condition)) {
    return !constant->IsNull(0) && constant->bools()[0] != 0 ? then : otherwise;
  }
  return AddShared(KeyOf("if", type, {{condition, then, otherwise}}, ""),
                   {type, IfExpr{condition, then, otherwise}});
}

absl::StatusOr<ExprId> ExprBuilder::AddCoalesce(std::vector<ExprId> arguments,
                                                TextPlace place) {
  ROWFALL_ASSIGN_OR_RETURN(const Type type, CommonTypeOf(arguments, place));
  ROWFALL_RETURN_IF_ERROR(
      CastAll(arguments, std::vector<Type>(arguments.size(), type), place));
  std::vector<ExprId> open;
  for (const ExprId id : arguments) {
    const Column* constant = ConstantOf(id);
    if (constant != nullptr && constant->IsNull(0)) continue;
    open.push_back(id);
    if (constant != nullptr) break;
  }
  if (open.empty()) return AddConstant(type, Value());
  if (open.size() == 1) return open[0];
  std::string key = KeyOf("coalesce", type, open, "");
  return AddShared(std::move(key), {type, CoalesceExpr{std::move(open)}});
}

ExprId ExprBuilder::AddDefault(ExprId id) {
  const Type type = expr(id).type;
  if (const Column* constant = ConstantOf(id)) {
    return constant->IsNull(0) ? AddConstant(type, DefaultValue(type)) : id;
  }
  return AddShared(KeyOf("default", type, {{id}}, ""), {type, DefaultExpr{id}});
}

ExprId ExprBuilder::AddKey(ExprId id) {
  const Column* constant = ConstantOf(id);
  if (constant != nullptr && !constant->IsNull(0)) return id;
  const Type type = expr(id).type;
  return AddShared(KeyOf("key", type, {{id}}, ""),
                   {type, DefaultExpr{id, true}});
}

absl::StatusOr<ExprId> ExprBuilder::AddAggregate(std::string_view name,
                                                 std::vector<ExprId> arguments,
                                                 bool star, bool distinct,
                                                 std::string label,
                                                 TextPlace place) {
  auto resolved =
      function::ResolveAggregate(name, TypesOf(arguments), star, distinct);
  if (!resolved.ok()) return WithPlace(resolved.status(), place);
  ROWFALL_RETURN_IF_ERROR(CastAll(arguments, resolved->argument_types, place));
  const Type type = resolved->type;
  std::string key = KeyOf(name, type, arguments,
                          distinct ? "aggregate distinct" : "aggregate");
  const auto found = shared_.find(key);
  if (found != shared_.end()) return found->second;
  const size_t index = plan_.aggregates.size();
  plan_.aggregates.push_back({std::string(name), *std::move(resolved),
                              std::move(arguments), std::move(label)});
  return AddShared(std::move(key), {type, AggregateExpr{index}});
}

}  // namespace rowfall::plan
