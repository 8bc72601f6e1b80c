// SPDX-License-Identifier: Apache-2.0
// Literals, names with paths, calls, casts and parentheses.
#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "sql/expr_parser.h"
#include "sql/limits.h"
#include "sql/words.h"

namespace rowfall::sql {

using Kind = Token::Kind;

absl::Status ExprParser::BeginPrimary() {
  const Token& token = in_.Peek();
  if (token.kind == Kind::kNumber) return ReadNumber(/*negative=*/false);
  if (token.kind == Kind::kQuotedName) return ReadName();
  if (token.kind == Kind::kWord) return BeginWord();
  if (token.kind == Kind::kString) {
    const size_t first = in_.position();
    const Token& text = in_.Take();
    return MakeLeaf(Literal{text.value}, text.place, first);
  }
  if (in_.AtSymbol("(")) return BeginParentheses();
  ROWFALL_RETURN_IF_ERROR(RefuseOperator());
  return in_.Unexpected("an expression");
}

absl::Status ExprParser::BeginWord() {
  const size_t first = in_.position();
  const Token& token = in_.Peek();
  const auto literal = [&](Literal value) {
    in_.Take();
    return MakeLeaf(std::move(value), token.place, first);
  };
  if (in_.AtWord("NULL")) return literal(Literal{});
  if (in_.AtWord("TRUE")) return literal(Literal{true});
  if (in_.AtWord("FALSE")) return literal(Literal{false});
  if (in_.AtWord("CASE")) {
    return base::UnimplementedAt(token.place,
                                 "CASE is not supported, use IF()");
  }
  if (in_.AtWord("EXISTS") || in_.AtWord("SELECT")) {
    return base::UnimplementedAt(token.place, "Subqueries are not supported");
  }
  if (in_.AtSymbol("(", 1)) {
    if (in_.AtWord("CAST")) return BeginCast();
    if (in_.AtWord("IN")) return BeginInFunction();
    if (!IsReserved(token.text) || in_.AtWord("MOD")) return BeginCall();
  }
  if (IsReserved(token.text)) return in_.Unexpected("an expression");
  return ReadName();
}

absl::Status ExprParser::RefuseSubquery() const {
  if (!in_.AtWord("SELECT")) return absl::OkStatus();
  return base::UnimplementedAt(in_.Peek().place,
                               "Subqueries are not supported");
}

absl::Status ExprParser::BeginParentheses() {
  const size_t first = in_.position();
  const TextPlace place = in_.Take().place;
  ROWFALL_RETURN_IF_ERROR(RefuseSubquery());
  ROWFALL_RETURN_IF_ERROR(Enter(place));
  Wait(waiting::Parentheses{first}, Level::kOr);
  return absl::OkStatus();
}

absl::Status ExprParser::Go(waiting::Parentheses& on) {
  Leave();
  if (!in_.AcceptSymbol(")")) return in_.Unexpected("')'");
  operand_->first = on.first;
  operand_->end = in_.position();
  waiting_.pop_back();
  return absl::OkStatus();
}

absl::Status ExprParser::ReadNumber(bool negative) {
  const size_t first = in_.position();
  const TextPlace place = in_.Peek().place;
  if (negative) in_.Take();
  std::string text(negative ? "-" : "");
  text += in_.Take().text;
  const char* end = text.data() + text.size();
  int64_t integer = 0;
  const auto as_integer = std::from_chars(text.data(), end, integer);
  if (as_integer.ec == std::errc() && as_integer.ptr == end) {
    return MakeLeaf(Literal{integer}, place, first);
  }
  double number = 0;
  const auto as_double = std::from_chars(text.data(), end, number);
  if (as_double.ec != std::errc() || as_double.ptr != end) {
    return base::InvalidAt(
        place, base::Cat("Number does not fit double: ", base::Quote(text)));
  }
  return MakeLeaf(Literal{number}, place, first);
}

absl::Status ExprParser::ReadName() {
  const size_t first = in_.position();
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName name, in_.ExpectAnyWord("a name"));
  NameRef ref;
  ref.name = base::ToLower(name.value);
  while (in_.AtSymbol(".") || in_.AtSymbol("[")) {
    if (ref.path.size() == static_cast<size_t>(kMaxDepth)) {
      return base::InvalidAt(in_.Peek().place, base::Cat("Path has more than ",
                                                         kMaxDepth, " steps"));
    }
    ROWFALL_RETURN_IF_ERROR(ReadPathStep(ref.path));
  }
  // `.2024` behind a name is read as a number.
  if (in_.Peek().kind == Kind::kNumber && in_.Peek().text[0] == '.' &&
      !in_.Peek().gap_before) {
    return base::InvalidAt(
        in_.Peek().place,
        base::Cat("Keys that start with a digit are written ['key']: ",
                  base::Quote(in_.Peek().text)));
  }
  return MakeLeaf(std::move(ref), name.place, first);
}

// .key | [index] | ['key']
absl::Status ExprParser::ReadPathStep(base::Path& path) {
  if (in_.AcceptSymbol(".")) {
    ROWFALL_ASSIGN_OR_RETURN(const WrittenName key, in_.ExpectAnyWord("a key"));
    path.emplace_back(key.value);
    return absl::OkStatus();
  }
  in_.Take();
  const Token& step = in_.Peek();
  int64_t index = 0;
  if (step.kind == Kind::kString) {
    path.emplace_back(step.value);
  } else if (const auto [end, error] = std::from_chars(
                 step.text.data(), step.text.data() + step.text.size(), index);
             step.kind == Kind::kNumber && error == std::errc() &&
             end == step.text.data() + step.text.size()) {
    path.emplace_back(index);
  } else {
    return in_.Unexpected("an index or a key in quotes");
  }
  in_.Take();
  return in_.ExpectSymbol("]");
}

absl::Status ExprParser::BeginCast() {
  const size_t first = in_.position();
  const TextPlace place = in_.Take().place;
  in_.Take();
  ROWFALL_RETURN_IF_ERROR(Enter(place));
  Wait(waiting::CastOperand{first, place}, Level::kOr);
  return absl::OkStatus();
}

absl::Status ExprParser::Go(waiting::CastOperand& on) {
  Leave();
  ROWFALL_RETURN_IF_ERROR(in_.ExpectWord("AS"));
  if (in_.Peek().kind != Kind::kWord) return in_.Unexpected("a type");
  const Token& type = in_.Take();
  ROWFALL_RETURN_IF_ERROR(in_.ExpectSymbol(")"));
  return Finish(
      Cast{std::move(operand_->expr), base::ToLower(type.text), type.place},
      on.place, on.first, operand_->height);
}

absl::Status ExprParser::BeginInFunction() {
  const size_t first = in_.position();
  const TextPlace place = in_.Take().place;
  in_.Take();
  ROWFALL_RETURN_IF_ERROR(RefuseSubquery());
  ROWFALL_RETURN_IF_ERROR(Enter(place));
  Wait(waiting::InArguments{first, place}, Level::kOr);
  return absl::OkStatus();
}

absl::Status ExprParser::Go(waiting::InArguments& on) {
  if (TakeItem(on.list)) {
    Want(Level::kOr);
    return absl::OkStatus();
  }
  Leave();
  auto& items = on.list.items;
  if (items.size() < 2) return in_.Unexpected("','");
  if (!in_.AcceptSymbol(")")) return in_.Unexpected("',' or ')'");
  ExprPtr operand = std::move(items.front());
  items.erase(items.begin());
  return Finish(In{std::move(operand), std::move(items), false}, on.place,
                on.first, on.list.height);
}

absl::Status ExprParser::BeginCall() {
  const size_t first = in_.position();
  const Token& name = in_.Take();
  in_.Take();
  waiting::Arguments arguments{{}, first, name.place};
  Call& call = arguments.call;
  call.name = base::ToLower(name.text);
  ROWFALL_RETURN_IF_ERROR(Enter(name.place));
  const bool is_empty = in_.AcceptSymbol(")");
  if (!is_empty) ROWFALL_RETURN_IF_ERROR(RefuseSubquery());
  call.star = !is_empty && call.name == "count" && in_.AcceptSymbol("*");
  if (call.star) ROWFALL_RETURN_IF_ERROR(in_.ExpectSymbol(")"));
  if (is_empty || call.star) {
    Leave();
    return Make(std::move(call), name.place, first, 0);
  }
  call.distinct = in_.AcceptWord("DISTINCT");
  Wait(std::move(arguments), Level::kOr);
  return absl::OkStatus();
}

absl::Status ExprParser::Go(waiting::Arguments& on) {
  if (!TakeItem(on.list)) return FinishCall(on);
  Want(Level::kOr);
  return absl::OkStatus();
}

absl::Status ExprParser::FinishCall(waiting::Arguments& on) {
  Leave();
  Call& call = on.call;
  call.arguments = std::move(on.list.items);
  if (in_.AcceptSymbol("{")) ROWFALL_RETURN_IF_ERROR(ReadCallOptions(call));
  if (!in_.AcceptSymbol(")")) {
    return in_.Unexpected(call.options.empty() ? "',' or ')'" : "')'");
  }
  return Finish(std::move(call), on.place, on.first, on.list.height);
}

// {in=degrees, out=m}, behind the opening brace. The comma before it was
// taken by TakeItem().
absl::Status ExprParser::ReadCallOptions(Call& call) {
  do {
    ROWFALL_ASSIGN_OR_RETURN(const WrittenName key,
                             in_.ExpectAnyWord("an option"));
    ROWFALL_RETURN_IF_ERROR(in_.ExpectSymbol("="));
    const Token& value = in_.Peek();
    if (value.kind != Kind::kWord && value.kind != Kind::kString &&
        value.kind != Kind::kNumber) {
      return in_.Unexpected("a value");
    }
    call.options.emplace_back(
        base::ToLower(key.value),
        base::ToLower(value.kind == Kind::kString ? value.value : value.text));
    in_.Take();
  } while (in_.AcceptSymbol(","));
  if (call.options.size() > kMaxOptions) {
    return base::InvalidAt(
        in_.Peek().place,
        base::Cat("Function has more than ", kMaxOptions, " options"));
  }
  if (in_.AcceptSymbol("}")) return absl::OkStatus();
  return in_.Unexpected("',' or '}'");
}

bool ExprParser::TakeItem(waiting::List& list) {
  list.height = std::max(list.height, operand_->height);
  list.items.push_back(std::move(operand_->expr));
  // The options of a call are behind its last comma.
  return in_.AcceptSymbol(",") && !in_.AtSymbol("{");
}

}  // namespace rowfall::sql
