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

absl::StatusOr<ExprPtr> ParseExpression(TokenStream& in) {
  return ExprParser(in).Parse();
}

absl::StatusOr<ExprPtr> ExprParser::Parse() {
  Want(Level::kOr);
  while (!waiting_.empty()) {
    if (!operand_.has_value()) {
      ROWFALL_RETURN_IF_ERROR(Begin());
    } else {
      ROWFALL_RETURN_IF_ERROR(
          std::visit([this](auto& on) { return Go(on); }, waiting_.back()));
    }
  }
  return std::move(operand_->expr);
}

void ExprParser::Want(Level level) {
  waiting_.emplace_back(waiting::Operators{level});
  operand_.reset();
}

// --- What is made ----------------------------------------------------------

absl::Status ExprParser::TooDeep(TextPlace place) const {
  return base::InvalidAt(place, base::Cat("Expression is nested deeper than ",
                                          kMaxDepth, " levels"));
}

absl::Status ExprParser::Enter(TextPlace place) {
  return ++depth_ > kMaxDepth ? TooDeep(place) : absl::OkStatus();
}

absl::Status ExprParser::Make(Node node, TextPlace place, size_t first,
                              int height) {
  if (height >= kMaxDepth) return TooDeep(place);
  auto expr = std::make_shared<Expr>();
  expr->place = place;
  expr->text = in_.TextFrom(first);
  expr->node = std::move(node);
  operand_ = Operand{std::move(expr), height + 1, first, in_.position()};
  return absl::OkStatus();
}

absl::Status ExprParser::MakeLeaf(Node node, TextPlace place, size_t first) {
  return Make(std::move(node), place, first, -1);
}

absl::Status ExprParser::Finish(Node node, TextPlace place, size_t first,
                                int height) {
  waiting_.pop_back();
  return Make(std::move(node), place, first, height);
}

// --- Operands and operators ------------------------------------------------

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

absl::Status ExprParser::Begin() {
  const auto* operators = std::get_if<waiting::Operators>(&waiting_.back());
  if (operators != nullptr && operators->level <= Level::kNot &&
      in_.AtWord("NOT")) {
    return BeginPrefix(waiting::Prefix::Kind::kNot);
  }
  if (in_.AtSymbol("+")) return BeginPrefix(waiting::Prefix::Kind::kPlus);
  if (!in_.AtSymbol("-")) return BeginPrimary();
  // A minus and a number are one literal, so that the smallest bigint has one.
  if (in_.Peek(1).kind == Token::Kind::kNumber) {
    return ReadNumber(/*negative=*/true);
  }
  return BeginPrefix(waiting::Prefix::Kind::kMinus);
}

absl::Status ExprParser::BeginPrefix(waiting::Prefix::Kind kind) {
  const size_t first = in_.position();
  const TextPlace place = in_.Take().place;
  ROWFALL_RETURN_IF_ERROR(Enter(place));
  waiting_.emplace_back(waiting::Prefix{kind, first, place});
  // Behind a sign there is no operator that belongs to its operand.
  if (kind == waiting::Prefix::Kind::kNot) Want(Level::kNot);
  return absl::OkStatus();
}

// A plus changes nothing.
absl::Status ExprParser::Go(waiting::Prefix& on) {
  Leave();
  if (on.kind == waiting::Prefix::Kind::kPlus) {
    operand_->first = on.first;
    waiting_.pop_back();
    return absl::OkStatus();
  }
  const auto op = on.kind == waiting::Prefix::Kind::kNot ? Unary::Op::kNot
                                                         : Unary::Op::kNegate;
  return Finish(Unary{op, std::move(operand_->expr)}, on.place, on.first,
                operand_->height);
}

// One operator; the next one is read when its operands are.
absl::Status ExprParser::Go(waiting::Operators& on) {
  ROWFALL_RETURN_IF_ERROR(RefuseOperator());
  const BinaryOp* op = BinaryOpOf(in_.Peek());
  if (op == nullptr && AtPredicate() && on.level <= Level::kPredicate) {
    return BeginPredicate();
  }
  if (op == nullptr || op->level < on.level) {
    waiting_.pop_back();
    return absl::OkStatus();
  }
  if (op->level == Level::kPredicate && std::exchange(on.has_compared, true)) {
    return base::InvalidAt(in_.Peek().place,
                           "Comparisons cannot be chained, use AND");
  }
  if (op->level < Level::kPredicate) on.has_compared = false;
  BeginBinary(*op);
  return absl::OkStatus();
}

void ExprParser::BeginBinary(const BinaryOp& op) {
  const TextPlace place = in_.Take().place;
  const auto tighter = static_cast<Level>(static_cast<int>(op.level) + 1);
  if (op.level < Level::kNot) {
    Wait(waiting::Chain{&op, {*std::move(operand_)}, {place}}, tighter);
  } else {
    Wait(waiting::RightSide{*std::move(operand_), op.op, place}, tighter);
  }
}

absl::Status ExprParser::Go(waiting::RightSide& on) {
  const size_t first = on.left.first;
  const int height = std::max(on.left.height, operand_->height);
  return Finish(
      Binary{on.op, std::move(on.left.expr), std::move(operand_->expr)},
      on.place, first, height);
}

absl::Status ExprParser::Go(waiting::Chain& on) {
  on.operands.push_back(*std::move(operand_));
  if (BinaryOpOf(in_.Peek()) == on.op) {
    on.places.push_back(in_.Take().place);
    Want(static_cast<Level>(static_cast<int>(on.op->level) + 1));
    return absl::OkStatus();
  }
  ROWFALL_ASSIGN_OR_RETURN(operand_, BalanceChain(on, 0, on.operands.size()));
  waiting_.pop_back();
  return absl::OkStatus();
}

// Recurses as deep as the tree becomes: 16 levels for as many operands as
// there can be tokens.
absl::StatusOr<ExprParser::Operand> ExprParser::BalanceChain(
    const waiting::Chain& chain, size_t begin, size_t end) const {
  if (end - begin == 1) return chain.operands[begin];
  // The right one is never larger: two operands of three nest to the left.
  const size_t middle = begin + (end - begin + 1) / 2;
  ROWFALL_ASSIGN_OR_RETURN(Operand left, BalanceChain(chain, begin, middle));
  ROWFALL_ASSIGN_OR_RETURN(Operand right, BalanceChain(chain, middle, end));
  const int height = std::max(left.height, right.height);
  if (height >= kMaxDepth) return TooDeep(chain.places[middle - 1]);
  auto expr = std::make_shared<Expr>();
  expr->place = chain.places[middle - 1];
  expr->text = in_.TextOf(left.first, right.end);
  expr->node =
      Binary{chain.op->op, std::move(left.expr), std::move(right.expr)};
  return Operand{std::move(expr), height + 1, left.first, right.end};
}

// --- Predicates ------------------------------------------------------------

bool ExprParser::AtPredicate() const {
  const size_t ahead = in_.AtWord("NOT") ? 1 : 0;
  return in_.AtWord("IN", ahead) || in_.AtWord("BETWEEN", ahead) ||
         in_.AtWord("IS");
}

absl::Status ExprParser::BeginPredicate() {
  const TextPlace place = in_.Peek().place;
  if (in_.AcceptWord("IS")) return FinishIs(place);
  const bool negated = in_.AcceptWord("NOT");
  if (in_.AcceptWord("BETWEEN")) {
    Wait(waiting::Bounds{*std::move(operand_), negated, place},
         Level::kAdditive);
    return absl::OkStatus();
  }
  ROWFALL_RETURN_IF_ERROR(in_.ExpectWord("IN"));
  return BeginInItems(place, negated);
}

absl::Status ExprParser::FinishIs(TextPlace place) {
  const bool negated = in_.AcceptWord("NOT");
  if (in_.AtWord("TRUE") || in_.AtWord("FALSE")) {
    return base::UnimplementedAt(in_.Peek().place,
                                 base::Cat("Only IS NULL is supported, not: ",
                                           base::Quote(in_.Peek().text)));
  }
  ROWFALL_RETURN_IF_ERROR(in_.ExpectWord("NULL"));
  return Make(IsNull{std::move(operand_->expr), negated}, place,
              operand_->first, operand_->height);
}

absl::Status ExprParser::Go(waiting::Bounds& on) {
  if (!on.low.has_value()) {
    ROWFALL_RETURN_IF_ERROR(in_.ExpectWord("AND"));
    on.low = std::move(operand_);
    Want(Level::kAdditive);
    return absl::OkStatus();
  }
  const size_t first = on.left.first;
  const int height =
      std::max({on.left.height, on.low->height, operand_->height});
  return Finish(Between{std::move(on.left.expr), std::move(on.low->expr),
                        std::move(operand_->expr), on.negated},
                on.place, first, height);
}

absl::Status ExprParser::BeginInItems(TextPlace place, bool negated) {
  ROWFALL_RETURN_IF_ERROR(in_.ExpectSymbol("("));
  ROWFALL_RETURN_IF_ERROR(RefuseSubquery());
  ROWFALL_RETURN_IF_ERROR(Enter(place));
  Wait(waiting::InItems{*std::move(operand_), negated, place}, Level::kOr);
  return absl::OkStatus();
}

absl::Status ExprParser::Go(waiting::InItems& on) {
  if (TakeItem(on.list)) {
    Want(Level::kOr);
    return absl::OkStatus();
  }
  Leave();
  if (!in_.AcceptSymbol(")")) return in_.Unexpected("',' or ')'");
  const size_t first = on.left.first;
  const int height = std::max(on.left.height, on.list.height);
  return Finish(In{std::move(on.left.expr), std::move(on.list.items),
                   on.negated},
                on.place, first, height);
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
