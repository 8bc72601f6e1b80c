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

using Operand = ExprParser::Operand;
using Kind = Token::Kind;

absl::StatusOr<Operand> ExprParser::ParsePrimary() {
  const Token& token = in_.Peek();
  if (token.kind == Kind::kNumber) return ParseNumber(/*negative=*/false);
  if (token.kind == Kind::kQuotedName) return ParseName();
  if (token.kind == Kind::kWord) return ParseWord();
  if (token.kind == Kind::kString) {
    const size_t first = in_.position();
    const Token& text = in_.Take();
    return MakeLeaf(Literal{text.value}, text.place, first);
  }
  if (in_.AtSymbol("(")) return ParseParentheses();
  ROWFALL_RETURN_IF_ERROR(RefuseOperator());
  return in_.Unexpected("an expression");
}

absl::StatusOr<Operand> ExprParser::ParseWord() {
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
    if (in_.AtWord("CAST")) return ParseCast();
    if (in_.AtWord("IN")) return ParseInFunction();
    if (!IsReserved(token.text) || in_.AtWord("MOD")) return ParseCall();
  }
  if (IsReserved(token.text)) return in_.Unexpected("an expression");
  return ParseName();
}

absl::Status ExprParser::RefuseSubquery() const {
  if (!in_.AtWord("SELECT")) return absl::OkStatus();
  return base::UnimplementedAt(in_.Peek().place,
                               "Subqueries are not supported");
}

absl::StatusOr<Operand> ExprParser::ParseParentheses() {
  const size_t first = in_.position();
  const TextPlace place = in_.Take().place;
  ROWFALL_RETURN_IF_ERROR(RefuseSubquery());
  if (++depth_ > kMaxDepth) return TooDeep(place);
  ROWFALL_ASSIGN_OR_RETURN(Operand operand, Parse());
  --depth_;
  if (!in_.AcceptSymbol(")")) return in_.Unexpected("')'");
  operand.first = first;
  operand.end = in_.position();
  return operand;
}

absl::StatusOr<Operand> ExprParser::ParseNumber(bool negative) {
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

absl::StatusOr<Operand> ExprParser::ParseName() {
  const size_t first = in_.position();
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName name, in_.ExpectAnyWord("a name"));
  NameRef ref;
  ref.name = base::ToLower(name.value);
  while (in_.AtSymbol(".") || in_.AtSymbol("[")) {
    if (ref.path.size() == static_cast<size_t>(kMaxDepth)) {
      return base::InvalidAt(in_.Peek().place, base::Cat("Path has more than ",
                                                         kMaxDepth, " steps"));
    }
    ROWFALL_RETURN_IF_ERROR(ParsePathStep(ref.path));
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
absl::Status ExprParser::ParsePathStep(base::Path& path) {
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

absl::StatusOr<Operand> ExprParser::ParseCast() {
  const size_t first = in_.position();
  const TextPlace place = in_.Take().place;
  in_.Take();
  if (++depth_ > kMaxDepth) return TooDeep(place);
  ROWFALL_ASSIGN_OR_RETURN(Operand operand, Parse());
  --depth_;
  ROWFALL_RETURN_IF_ERROR(in_.ExpectWord("AS"));
  if (in_.Peek().kind != Kind::kWord) return in_.Unexpected("a type");
  const Token& type = in_.Take();
  ROWFALL_RETURN_IF_ERROR(in_.ExpectSymbol(")"));
  return Make(
      Cast{std::move(operand.expr), base::ToLower(type.text), type.place},
      place, first, operand.height);
}

// IN(x, 1, 2)
absl::StatusOr<Operand> ExprParser::ParseInFunction() {
  const size_t first = in_.position();
  const TextPlace place = in_.Take().place;
  in_.Take();
  ROWFALL_RETURN_IF_ERROR(RefuseSubquery());
  if (++depth_ > kMaxDepth) return TooDeep(place);
  int height = 0;
  ROWFALL_ASSIGN_OR_RETURN(std::vector<ExprPtr> items, ParseList(height));
  --depth_;
  if (items.size() < 2) return in_.Unexpected("','");
  if (!in_.AcceptSymbol(")")) return in_.Unexpected("',' or ')'");
  ExprPtr operand = std::move(items.front());
  items.erase(items.begin());
  return Make(In{std::move(operand), std::move(items), false}, place, first,
              height);
}

absl::StatusOr<Operand> ExprParser::ParseCall() {
  const size_t first = in_.position();
  const Token& name = in_.Take();
  in_.Take();
  Call call;
  call.name = base::ToLower(name.text);
  if (++depth_ > kMaxDepth) return TooDeep(name.place);
  int height = 0;
  ROWFALL_RETURN_IF_ERROR(ParseArguments(call, height));
  --depth_;
  return Make(std::move(call), name.place, first, height);
}

// Up to and with the closing parenthesis.
absl::Status ExprParser::ParseArguments(Call& call, int& height) {
  if (in_.AcceptSymbol(")")) return absl::OkStatus();
  ROWFALL_RETURN_IF_ERROR(RefuseSubquery());
  if (call.name == "count" && in_.AcceptSymbol("*")) {
    call.star = true;
    return in_.ExpectSymbol(")");
  }
  call.distinct = in_.AcceptWord("DISTINCT");
  ROWFALL_ASSIGN_OR_RETURN(call.arguments, ParseList(height));
  if (in_.AcceptSymbol("{")) ROWFALL_RETURN_IF_ERROR(ParseCallOptions(call));
  if (in_.AcceptSymbol(")")) return absl::OkStatus();
  return in_.Unexpected(call.options.empty() ? "',' or ')'" : "')'");
}

// {in=degrees, out=m}, behind the opening brace. The comma before it was
// taken by ParseList.
absl::Status ExprParser::ParseCallOptions(Call& call) {
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

absl::StatusOr<std::vector<ExprPtr>> ExprParser::ParseList(int& height) {
  std::vector<ExprPtr> items;
  do {
    // The options of a call are behind its last comma.
    if (in_.AtSymbol("{") && !items.empty()) break;
    ROWFALL_ASSIGN_OR_RETURN(Operand item, Parse());
    height = std::max(height, item.height);
    items.push_back(std::move(item.expr));
  } while (in_.AcceptSymbol(","));
  return items;
}

}  // namespace rowfall::sql
