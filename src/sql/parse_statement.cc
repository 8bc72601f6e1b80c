// SPDX-License-Identifier: Apache-2.0
// Finds out which statement a text is; parses the short ones itself.
#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "sql/lexer.h"
#include "sql/limits.h"
#include "sql/parse.h"
#include "sql/parser.h"
#include "sql/words.h"

namespace rowfall::sql {
namespace {

absl::StatusOr<Statement> ParseCreate(TokenStream& in) {
  if (in.AcceptWord("SOURCE")) return ParseCreateSource(in);
  ROWFALL_ASSIGN_OR_RETURN(const bool is_view, AcceptViewWords(in));
  if (is_view) return ParseCreateView(in);
  return in.Unexpected("SOURCE, MATERIALIZED VIEW or MV",
                       {"SOURCE", "MATERIALIZED", "MV"});
}

absl::StatusOr<Statement> ParseExplain(TokenStream& in) {
  ROWFALL_RETURN_IF_ERROR(in.ExpectWord("CREATE"));
  ROWFALL_ASSIGN_OR_RETURN(const bool is_view, AcceptViewWords(in));
  if (!is_view) {
    return in.Unexpected("MATERIALIZED VIEW or MV", {"MATERIALIZED", "MV"});
  }
  ROWFALL_ASSIGN_OR_RETURN(CreateView view, ParseCreateView(in));
  return Explain{std::move(view)};
}

absl::StatusOr<Statement> ParseAlter(TokenStream& in) {
  if (in.AtWord("SOURCE")) {
    return base::UnimplementedAt(
        in.Peek().place, "Sources cannot be altered, drop and create them");
  }
  ROWFALL_ASSIGN_OR_RETURN(const bool is_view, AcceptViewWords(in));
  if (is_view) return ParseAlterView(in);
  return in.Unexpected("MATERIALIZED VIEW or MV", {"MATERIALIZED", "MV"});
}

std::string_view NameOf(ObjectKind kind) {
  return kind == ObjectKind::kSource ? "the name of a source"
                                     : "the name of a view";
}

absl::StatusOr<Statement> ParseDrop(TokenStream& in) {
  Drop drop;
  if (!in.AcceptWord("SOURCE")) {
    drop.kind = ObjectKind::kView;
    ROWFALL_ASSIGN_OR_RETURN(const bool is_view, AcceptViewWords(in));
    if (!is_view) {
      return in.Unexpected("SOURCE, MATERIALIZED VIEW or MV",
                           {"SOURCE", "MATERIALIZED", "MV"});
    }
  }
  if (in.AtWord("IF") && in.Peek(1).kind == Token::Kind::kWord) {
    in.Take();
    ROWFALL_RETURN_IF_ERROR(in.ExpectWord("EXISTS"));
    drop.if_exists = true;
  }
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName name,
                           ExpectObjectName(in, NameOf(drop.kind)));
  drop.name = base::ToLower(name.value);
  drop.name_place = name.place;
  return drop;
}

// SOURCE x, MV x or MV STATUS x, behind the words for the kind. A view that
// is called status is shown by SHOW MV status.
absl::StatusOr<Statement> ParseShowObject(TokenStream& in, ObjectKind kind) {
  const bool is_status = kind == ObjectKind::kView && in.AtWord("STATUS") &&
                         (in.Peek(1).kind == Token::Kind::kWord ||
                          in.Peek(1).kind == Token::Kind::kQuotedName);
  if (is_status) in.Take();
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName name,
                           ExpectObjectName(in, NameOf(kind)));
  std::string lower = base::ToLower(name.value);
  if (is_status) return ShowStatus{std::move(lower), name.place};
  return ShowObject{kind, std::move(lower), name.place};
}

absl::StatusOr<Statement> ParseShow(TokenStream& in) {
  if (in.AcceptWord("SOURCES")) return ShowList{ObjectKind::kSource};
  if (in.AcceptWord("MVS")) return ShowList{ObjectKind::kView};
  if (in.AtWord("MATERIALIZED") && in.AtWord("VIEWS", 1)) {
    in.Take();
    in.Take();
    return ShowList{ObjectKind::kView};
  }
  if (in.AcceptWord("SOURCE")) return ParseShowObject(in, ObjectKind::kSource);
  ROWFALL_ASSIGN_OR_RETURN(const bool is_view, AcceptViewWords(in));
  if (is_view) return ParseShowObject(in, ObjectKind::kView);
  return in.Unexpected(
      "SOURCES, SOURCE, MATERIALIZED VIEWS, MVS, MATERIALIZED VIEW or MV",
      {"SOURCES", "SOURCE", "MATERIALIZED", "MVS", "MV"});
}

absl::StatusOr<Statement> ParseAny(TokenStream& in) {
  if (in.AcceptWord("CREATE")) return ParseCreate(in);
  if (in.AcceptWord("ALTER")) return ParseAlter(in);
  if (in.AcceptWord("DROP")) return ParseDrop(in);
  if (in.AcceptWord("SHOW")) return ParseShow(in);
  if (in.AcceptWord("EXPLAIN")) return ParseExplain(in);
  const Token& token = in.Peek();
  if (token.kind == Token::Kind::kWord && IsForeignStatement(token.text)) {
    return base::UnimplementedAt(
        token.place, base::Cat("Not a statement about sources and views: ",
                               base::Quote(token.text)));
  }
  return in.Unexpected("CREATE, ALTER, DROP, SHOW or EXPLAIN",
                       {"CREATE", "ALTER", "DROP", "SHOW", "EXPLAIN"});
}

absl::Status ExpectEnd(TokenStream& in) {
  const bool has_semicolon = in.AcceptSymbol(";");
  if (in.AtEnd()) return absl::OkStatus();
  return in.Unexpected(has_semicolon ? "one statement only"
                                     : "the end of the statement");
}

const std::string* ShownText(const Statement& statement) {
  if (const auto* source = std::get_if<CreateSource>(&statement)) {
    return &source->show_text;
  }
  if (const auto* view = std::get_if<CreateView>(&statement)) {
    return &view->show_text;
  }
  if (const auto* explain = std::get_if<Explain>(&statement)) {
    return &explain->view.show_text;
  }
  return nullptr;
}

// What SHOW prints must be accepted again, and it may be longer: MV and a
// missing AS are printed in full, control characters as escapes.
absl::Status CheckShownFits(const Statement& statement, size_t num_tokens) {
  const std::string* shown = ShownText(statement);
  if (shown == nullptr) return absl::OkStatus();
  constexpr size_t kMaxAdded = 2;
  if (shown->size() <= kMaxStatementBytes &&
      (num_tokens + kMaxAdded <= kMaxTokens || Tokenize(*shown).ok())) {
    return absl::OkStatus();
  }
  return base::InvalidAt({1, 1},
                         "Statement is too long in the form that SHOW prints");
}

}  // namespace

absl::StatusOr<bool> AcceptViewWords(TokenStream& in) {
  if (in.AcceptWord("MV")) return true;
  if (!in.AcceptWord("MATERIALIZED")) return false;
  ROWFALL_RETURN_IF_ERROR(in.ExpectWord("VIEW"));
  return true;
}

absl::StatusOr<bool> AcceptIfNotExists(TokenStream& in) {
  if (!in.AtWord("IF") || !in.AtWord("NOT", 1)) return false;
  in.Take();
  in.Take();
  ROWFALL_RETURN_IF_ERROR(in.ExpectWord("EXISTS"));
  return true;
}

absl::StatusOr<WrittenName> ExpectObjectName(TokenStream& in,
                                             std::string_view what) {
  ROWFALL_ASSIGN_OR_RETURN(WrittenName name, in.ExpectName(what));
  const auto is_part = [](char c) {
    const char lower = base::ToLower(c);
    return (lower >= 'a' && lower <= 'z') || c == '_' || (c >= '0' && c <= '9');
  };
  if (!std::all_of(name.value.begin(), name.value.end(), is_part) ||
      (name.value[0] >= '0' && name.value[0] <= '9')) {
    return base::InvalidAt(
        name.place,
        base::Cat("Names of sources and views have letters, digits and '_', "
                  "and start with no digit: ",
                  base::Quote(name.value)));
  }
  return name;
}

absl::StatusOr<Statement> ParseStatement(std::string_view text) {
  ROWFALL_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  const size_t num_tokens = tokens.size() - 1;
  TokenStream in(std::move(tokens));
  ROWFALL_ASSIGN_OR_RETURN(Statement statement, ParseAny(in));
  ROWFALL_RETURN_IF_ERROR(ExpectEnd(in));
  ROWFALL_RETURN_IF_ERROR(CheckShownFits(statement, num_tokens));
  return statement;
}

absl::StatusOr<Select> ParseSelect(std::string_view text) {
  ROWFALL_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  TokenStream in(std::move(tokens));
  ROWFALL_ASSIGN_OR_RETURN(Select select, ParseSelectClauses(in));
  ROWFALL_RETURN_IF_ERROR(ExpectEnd(in));
  return select;
}

bool IsOurStatement(std::string_view text) {
  Lexer lexer(text);
  std::vector<Token> words;
  // Three words tell; what comes behind need not even be tokens.
  while (words.size() < 3) {
    absl::StatusOr<Token> token = lexer.Next();
    if (!token.ok() || token->kind != Token::Kind::kWord) break;
    words.push_back(*std::move(token));
  }
  words.push_back(Token());
  TokenStream in(std::move(words));
  const auto at_any = [&](std::initializer_list<std::string_view> any) {
    return std::any_of(any.begin(), any.end(),
                       [&](std::string_view word) { return in.AtWord(word); });
  };
  if (in.AcceptWord("EXPLAIN")) {
    return in.AcceptWord("CREATE") && at_any({"SOURCE", "MATERIALIZED", "MV"});
  }
  if (in.AcceptWord("SHOW")) {
    return at_any({"SOURCES", "SOURCE", "MVS", "MV", "MATERIALIZED"});
  }
  return (in.AcceptWord("CREATE") || in.AcceptWord("ALTER") ||
          in.AcceptWord("DROP")) &&
         at_any({"SOURCE", "MATERIALIZED", "MV"});
}

}  // namespace rowfall::sql
