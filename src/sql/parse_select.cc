// SPDX-License-Identifier: Apache-2.0
// SELECT and its clauses.
#include <string>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "base/status.h"
#include "base/text.h"
#include "sql/limits.h"
#include "sql/parse.h"
#include "sql/words.h"

namespace rowfall::sql {
namespace {

using Kind = Token::Kind;

const std::string kFrom[] = {"FROM"};

// Returns the text of a name without backticks.
std::string Unquoted(const std::string& text) {
  if (text.empty() || text[0] != '`') return text;
  std::string name;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    name += text[i];
    if (text[i] == '`') ++i;
  }
  return name;
}

std::string DefaultName(const Expr& expr, std::string item_text) {
  const auto* ref = std::get_if<NameRef>(&expr.node);
  if (ref == nullptr) return item_text;
  return ref->path.empty() ? Unquoted(expr.text) : expr.text;
}

// A word that was taken for an alias but cannot have been meant as one: what
// comes behind it goes on like a clause.
absl::Status CheckAlias(const TokenStream& in, const WrittenName& alias) {
  const Kind next = in.Peek().kind;
  if (next != Kind::kWord && next != Kind::kQuotedName) return absl::OkStatus();
  if (in.AtWord("FROM") || alias.value.size() < 2) return absl::OkStatus();
  const std::string hint = base::DidYouMean(alias.value, kFrom);
  if (hint.empty()) return absl::OkStatus();
  return base::InvalidAt(
      alias.place,
      base::Cat("Expected FROM, found ", base::Quote(alias.value), hint));
}

absl::Status ParseAlias(TokenStream& in, SelectItem& item) {
  const bool has_as = in.AcceptWord("AS");
  const bool at_name =
      in.Peek().kind == Kind::kQuotedName ||
      (in.Peek().kind == Kind::kWord && !IsReserved(in.Peek().text) &&
       (RefusedClause(in.Peek().text).empty() || in.AtWord("FROM", 1)));
  if (!has_as && !at_name) return absl::OkStatus();
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName alias, in.ExpectAnyWord("a name"));
  if (!has_as) ROWFALL_RETURN_IF_ERROR(CheckAlias(in, alias));
  item.name = alias.value;
  item.has_alias = true;
  return absl::OkStatus();
}

absl::StatusOr<SelectItem> ParseItem(TokenStream& in) {
  SelectItem item;
  item.place = in.Peek().place;
  if (in.AcceptSymbol("*")) {
    item.name = "*";
    return item;
  }
  const size_t first = in.position();
  ROWFALL_ASSIGN_OR_RETURN(item.expr, ParseExpression(in));
  item.name = DefaultName(*item.expr, in.TextFrom(first));
  ROWFALL_RETURN_IF_ERROR(ParseAlias(in, item));
  return item;
}

absl::Status CheckCount(const TokenStream& in, size_t count,
                        std::string_view clause) {
  if (count < kMaxColumns) return absl::OkStatus();
  return base::InvalidAt(in.Peek().place, base::Cat(clause, " has more than ",
                                                    kMaxColumns, " items"));
}

absl::Status ParseItems(TokenStream& in, Select& select) {
  do {
    ROWFALL_RETURN_IF_ERROR(CheckCount(in, select.items.size(), "SELECT"));
    ROWFALL_ASSIGN_OR_RETURN(SelectItem item, ParseItem(in));
    select.items.push_back(std::move(item));
  } while (in.AcceptSymbol(","));
  return absl::OkStatus();
}

absl::Status RefuseClause(const TokenStream& in) {
  const Token& token = in.Peek();
  if (token.kind != Kind::kWord && token.kind != Kind::kSymbol) {
    return absl::OkStatus();
  }
  const std::string_view reason = RefusedClause(token.text);
  if (reason.empty()) return absl::OkStatus();
  // A reason that starts with the word itself needs no value.
  if (base::EqualsIgnoreCase(reason.substr(0, token.text.size()), token.text)) {
    return base::UnimplementedAt(token.place, reason);
  }
  return base::UnimplementedAt(
      token.place, base::Cat(reason, ": ", base::Quote(token.text)));
}

// FROM source
absl::Status ParseFrom(TokenStream& in, Select& select) {
  if (!in.AtWord("FROM")) return absl::OkStatus();
  in.Take();
  if (in.AtSymbol("(")) {
    return base::UnimplementedAt(in.Peek().place,
                                 "Subqueries are not supported");
  }
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName source,
                           ExpectObjectName(in, "the name of a source"));
  select.from = base::ToLower(source.value);
  select.from_place = source.place;
  select.lines.push_back(base::Cat("FROM ", source.text));
  if (in.AtSymbol(",")) {
    return base::UnimplementedAt(in.Peek().place,
                                 "A view reads one source and joins nothing");
  }
  if (in.AtWord("AS")) {
    return base::UnimplementedAt(in.Peek().place,
                                 "Names for the source are not supported");
  }
  return RefuseClause(in);
}

absl::Status ParseGroupBy(TokenStream& in, Select& select) {
  do {
    ROWFALL_RETURN_IF_ERROR(CheckCount(in, select.group_by.size(), "GROUP BY"));
    ROWFALL_ASSIGN_OR_RETURN(ExprPtr expr, ParseExpression(in));
    select.group_by.push_back(std::move(expr));
  } while (in.AcceptSymbol(","));
  return absl::OkStatus();
}

absl::Status ParseOrderBy(TokenStream& in, Select& select) {
  do {
    ROWFALL_RETURN_IF_ERROR(CheckCount(in, select.order_by.size(), "ORDER BY"));
    OrderItem item;
    ROWFALL_ASSIGN_OR_RETURN(item.expr, ParseExpression(in));
    item.descending = in.AcceptWord("DESC");
    if (!item.descending) in.AcceptWord("ASC");
    select.order_by.push_back(std::move(item));
  } while (in.AcceptSymbol(","));
  return absl::OkStatus();
}

absl::Status ParseCondition(TokenStream& in, ExprPtr& condition) {
  ROWFALL_ASSIGN_OR_RETURN(condition, ParseExpression(in));
  return absl::OkStatus();
}

// Parses a clause that starts with `words` if it is there, and keeps its line.
template <typename ParseBody>
absl::Status ParseClause(TokenStream& in, Select& select, std::string_view word,
                         bool has_by, ParseBody parse_body) {
  if (!in.AcceptWord(word)) return absl::OkStatus();
  if (has_by && in.Peek().kind == Kind::kNumber) {
    return base::UnimplementedAt(in.Peek().place,
                                 "GROUP n BY is not supported");
  }
  if (has_by) ROWFALL_RETURN_IF_ERROR(in.ExpectWord("BY"));
  const size_t first = in.position();
  ROWFALL_RETURN_IF_ERROR(parse_body());
  select.lines.push_back(
      base::Cat(word, has_by ? " BY " : " ", in.TextFrom(first)));
  return absl::OkStatus();
}

absl::Status ParseClauses(TokenStream& in, Select& select) {
  ROWFALL_RETURN_IF_ERROR(ParseClause(in, select, "WHERE", false, [&] {
    return ParseCondition(in, select.where);
  }));
  ROWFALL_RETURN_IF_ERROR(ParseClause(
      in, select, "GROUP", true, [&] { return ParseGroupBy(in, select); }));
  ROWFALL_RETURN_IF_ERROR(ParseClause(in, select, "HAVING", false, [&] {
    return ParseCondition(in, select.having);
  }));
  return ParseClause(in, select, "ORDER", true,
                     [&] { return ParseOrderBy(in, select); });
}

// What is left must be the end, or is named.
absl::Status CheckRest(const TokenStream& in, const Select& select) {
  ROWFALL_RETURN_IF_ERROR(RefuseClause(in));
  if (in.AtEnd() || in.AtSymbol(";")) return absl::OkStatus();
  if (select.from.empty()) return in.Unexpected("',' or FROM", {"FROM"});
  return in.Unexpected("the end of the statement or another clause",
                       {"WHERE", "GROUP", "HAVING", "ORDER"});
}

}  // namespace

absl::StatusOr<Select> ParseSelectClauses(TokenStream& in) {
  Select select;
  ROWFALL_RETURN_IF_ERROR(in.ExpectWord("SELECT"));
  const size_t first = in.position();
  select.distinct = in.AcceptWord("DISTINCT");
  ROWFALL_RETURN_IF_ERROR(ParseItems(in, select));
  select.lines.push_back(base::Cat("SELECT ", in.TextFrom(first)));
  ROWFALL_RETURN_IF_ERROR(ParseFrom(in, select));
  ROWFALL_RETURN_IF_ERROR(ParseClauses(in, select));
  ROWFALL_RETURN_IF_ERROR(CheckRest(in, select));
  return select;
}

}  // namespace rowfall::sql
