// SPDX-License-Identifier: Apache-2.0
// Operators: grammar.md, section "Expressions".
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "sql/expr_parser.h"
#include "sql/limits.h"
#include "sql/parse.h"
#include "sql/words.h"

namespace rowfall::sql {

using Operand = ExprParser::Operand;

absl::StatusOr<ExprPtr> ParseExpression(TokenStream& in) {
  ROWFALL_ASSIGN_OR_RETURN(Operand operand, ExprParser(in).Parse());
  return std::move(operand.expr);
}

absl::StatusOr<Operand> ExprParser::Parse() { return ParseLevel(Level::kOr); }

absl::Status ExprParser::TooDeep(TextPlace place) const {
  return base::InvalidAt(place, base::Cat("Expression is nested deeper than ",
                                          kMaxDepth, " levels"));
}

absl::StatusOr<Operand> ExprParser::Make(Node node, TextPlace place,
                                         size_t first, int height) {
  if (height >= kMaxDepth) return TooDeep(place);
  Operand made = MakeLeaf(std::move(node), place, first);
  made.height = height + 1;
  return made;
}

Operand ExprParser::MakeLeaf(Node node, TextPlace place, size_t first) {
  auto expr = std::make_shared<Expr>();
  expr->place = place;
  expr->text = in_.TextFrom(first);
  expr->node = std::move(node);
  return {std::move(expr), 0, first, in_.position()};
}

const ExprParser::BinaryOp* ExprParser::BinaryOpOf(const Token& token) {
  using Op = Binary::Op;
  struct Entry {
    std::string_view text;
    BinaryOp op;
  };
  static constexpr Entry kEntries[] = {
      {"or", {Level::kOr, Op::kOr}},
      {"and", {Level::kAnd, Op::kAnd}},
      {"=", {Level::kPredicate, Op::kEqual}},
      {"<>", {Level::kPredicate, Op::kNotEqual}},
      {"!=", {Level::kPredicate, Op::kNotEqual}},
      {"<", {Level::kPredicate, Op::kLess}},
      {"<=", {Level::kPredicate, Op::kLessEqual}},
      {">", {Level::kPredicate, Op::kGreater}},
      {">=", {Level::kPredicate, Op::kGreaterEqual}},
      {"+", {Level::kAdditive, Op::kAdd}},
      {"-", {Level::kAdditive, Op::kSubtract}},
      {"*", {Level::kMultiplicative, Op::kMultiply}},
      {"/", {Level::kMultiplicative, Op::kDivide}},
      {"%", {Level::kMultiplicative, Op::kModulo}},
      {"div", {Level::kMultiplicative, Op::kIntegerDivide}},
      {"mod", {Level::kMultiplicative, Op::kModulo}},
  };
  if (token.kind != Token::Kind::kWord && token.kind != Token::Kind::kSymbol) {
    return nullptr;
  }
  for (const Entry& entry : kEntries) {
    if (base::EqualsIgnoreCase(entry.text, token.text)) return &entry.op;
  }
  return nullptr;
}

// Operators that bind at least as tight as `level`, from the left.
absl::StatusOr<Operand> ExprParser::ParseLevel(Level level) {
  ROWFALL_ASSIGN_OR_RETURN(Operand left, ParsePrefix(level));
  bool has_compared = false;
  while (true) {
    ROWFALL_RETURN_IF_ERROR(RefuseOperator());
    const BinaryOp* op = BinaryOpOf(in_.Peek());
    if (op == nullptr && AtPredicate() && level <= Level::kPredicate) {
      ROWFALL_ASSIGN_OR_RETURN(left, ParsePredicate(std::move(left)));
      continue;
    }
    if (op == nullptr || op->level < level) return left;
    if (op->level == Level::kPredicate && std::exchange(has_compared, true)) {
      return base::InvalidAt(in_.Peek().place,
                             "Comparisons cannot be chained, use AND");
    }
    ROWFALL_ASSIGN_OR_RETURN(left, ParseBinary(std::move(left), *op));
    if (op->level < Level::kPredicate) has_compared = false;
  }
}

absl::StatusOr<Operand> ExprParser::ParsePrefix(Level level) {
  if (level <= Level::kNot && in_.AtWord("NOT")) return ParseNot();
  return ParseUnary();
}

absl::StatusOr<Operand> ExprParser::ParseNot() {
  const size_t first = in_.position();
  const TextPlace place = in_.Take().place;
  if (++depth_ > kMaxDepth) return TooDeep(place);
  ROWFALL_ASSIGN_OR_RETURN(Operand operand, ParseLevel(Level::kNot));
  --depth_;
  return Make(Unary{Unary::Op::kNot, std::move(operand.expr)}, place, first,
              operand.height);
}

// A minus and a number are one literal, so that the smallest bigint has one.
// A plus changes nothing.
absl::StatusOr<Operand> ExprParser::ParseUnary() {
  if (!in_.AtSymbol("-") && !in_.AtSymbol("+")) return ParsePrimary();
  const bool is_minus = in_.AtSymbol("-");
  if (is_minus && in_.Peek(1).kind == Token::Kind::kNumber) {
    return ParseNumber(/*negative=*/true);
  }
  const size_t first = in_.position();
  const TextPlace place = in_.Take().place;
  if (++depth_ > kMaxDepth) return TooDeep(place);
  ROWFALL_ASSIGN_OR_RETURN(Operand operand, ParseUnary());
  --depth_;
  if (!is_minus) {
    operand.first = first;
    return operand;
  }
  return Make(Unary{Unary::Op::kNegate, std::move(operand.expr)}, place, first,
              operand.height);
}

absl::StatusOr<Operand> ExprParser::ParseBinary(Operand left,
                                                const BinaryOp& op) {
  if (op.level < Level::kNot) return ParseChain(std::move(left), op);
  const TextPlace place = in_.Take().place;
  const auto tighter = static_cast<Level>(static_cast<int>(op.level) + 1);
  ROWFALL_ASSIGN_OR_RETURN(Operand right, ParseLevel(tighter));
  return Make(Binary{op.op, std::move(left.expr), std::move(right.expr)}, place,
              left.first, std::max(left.height, right.height));
}

// AND and OR do not care how they are nested: long chains become flat trees.
absl::StatusOr<Operand> ExprParser::ParseChain(Operand left,
                                               const BinaryOp& op) {
  std::vector<Operand> operands;
  std::vector<TextPlace> places;  // places[i]: before operands[i + 1].
  operands.push_back(std::move(left));
  const auto tighter = static_cast<Level>(static_cast<int>(op.level) + 1);
  while (BinaryOpOf(in_.Peek()) == &op) {
    places.push_back(in_.Take().place);
    ROWFALL_ASSIGN_OR_RETURN(Operand right, ParseLevel(tighter));
    operands.push_back(std::move(right));
  }
  return BalanceChain(operands, places, op.op, 0, operands.size());
}

absl::StatusOr<Operand> ExprParser::BalanceChain(
    const std::vector<Operand>& operands, const std::vector<TextPlace>& places,
    Binary::Op op, size_t begin, size_t end) {
  if (end - begin == 1) return operands[begin];
  // The right one is never larger: two operands of three nest to the left.
  const size_t middle = begin + (end - begin + 1) / 2;
  ROWFALL_ASSIGN_OR_RETURN(Operand left,
                           BalanceChain(operands, places, op, begin, middle));
  ROWFALL_ASSIGN_OR_RETURN(Operand right,
                           BalanceChain(operands, places, op, middle, end));
  const int height = std::max(left.height, right.height);
  if (height >= kMaxDepth) return TooDeep(places[middle - 1]);
  auto expr = std::make_shared<Expr>();
  expr->place = places[middle - 1];
  expr->text = in_.TextOf(left.first, right.end);
  expr->node = Binary{op, std::move(left.expr), std::move(right.expr)};
  return Operand{std::move(expr), height + 1, left.first, right.end};
}

bool ExprParser::AtPredicate() const {
  const size_t ahead = in_.AtWord("NOT") ? 1 : 0;
  return in_.AtWord("IN", ahead) || in_.AtWord("BETWEEN", ahead) ||
         in_.AtWord("IS");
}

absl::StatusOr<Operand> ExprParser::ParsePredicate(Operand left) {
  const TextPlace place = in_.Peek().place;
  if (in_.AcceptWord("IS")) return ParseIs(std::move(left), place);
  const bool negated = in_.AcceptWord("NOT");
  if (in_.AcceptWord("BETWEEN")) {
    return ParseBetween(std::move(left), place, negated);
  }
  ROWFALL_RETURN_IF_ERROR(in_.ExpectWord("IN"));
  return ParseInList(std::move(left), place, negated);
}

absl::StatusOr<Operand> ExprParser::ParseIs(Operand left, TextPlace place) {
  const bool negated = in_.AcceptWord("NOT");
  if (in_.AtWord("TRUE") || in_.AtWord("FALSE")) {
    return base::UnimplementedAt(in_.Peek().place,
                                 base::Cat("Only IS NULL is supported, not: ",
                                           base::Quote(in_.Peek().text)));
  }
  ROWFALL_RETURN_IF_ERROR(in_.ExpectWord("NULL"));
  return Make(IsNull{std::move(left.expr), negated}, place, left.first,
              left.height);
}

absl::StatusOr<Operand> ExprParser::ParseBetween(Operand left, TextPlace place,
                                                 bool negated) {
  ROWFALL_ASSIGN_OR_RETURN(Operand low, ParseLevel(Level::kAdditive));
  ROWFALL_RETURN_IF_ERROR(in_.ExpectWord("AND"));
  ROWFALL_ASSIGN_OR_RETURN(Operand high, ParseLevel(Level::kAdditive));
  return Make(Between{std::move(left.expr), std::move(low.expr),
                      std::move(high.expr), negated},
              place, left.first,
              std::max({left.height, low.height, high.height}));
}

absl::StatusOr<Operand> ExprParser::ParseInList(Operand left, TextPlace place,
                                                bool negated) {
  ROWFALL_RETURN_IF_ERROR(in_.ExpectSymbol("("));
  ROWFALL_RETURN_IF_ERROR(RefuseSubquery());
  if (++depth_ > kMaxDepth) return TooDeep(place);
  int height = 0;
  ROWFALL_ASSIGN_OR_RETURN(std::vector<ExprPtr> items, ParseList(height));
  --depth_;
  if (!in_.AcceptSymbol(")")) return in_.Unexpected("',' or ')'");
  return Make(In{std::move(left.expr), std::move(items), negated}, place,
              left.first, std::max(left.height, height));
}

absl::Status ExprParser::RefuseOperator() const {
  const Token& token = in_.Peek(in_.AtWord("NOT") ? 1 : 0);
  if (token.kind != Token::Kind::kWord && token.kind != Token::Kind::kSymbol) {
    return absl::OkStatus();
  }
  const std::string_view reason = RefusedOperator(token.text);
  if (reason.empty()) return absl::OkStatus();
  return base::UnimplementedAt(
      token.place, base::Cat(reason, ": ", base::Quote(token.text)));
}

}  // namespace rowfall::sql
