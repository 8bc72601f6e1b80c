// SPDX-License-Identifier: Apache-2.0
// CREATE and ALTER MATERIALIZED VIEW.
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "sql/limits.h"
#include "sql/parse.h"
#include "sql/print.h"

namespace rowfall::sql {

namespace {

// Options are told from AS and SELECT by the '=' behind their name.
absl::Status ParseOptions(TokenStream& in, CreateView& view, ViewText& out) {
  while (in.AtSymbol("=", 1) && !in.AtWord("AS")) {
    if (view.options.size() == kMaxOptions) {
      return base::InvalidAt(
          in.Peek().place,
          base::Cat("View has more than ", kMaxOptions, " options"));
    }
    ROWFALL_ASSIGN_OR_RETURN(Option option, ParseOption(in, out.options));
    view.options.push_back(std::move(option));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CreateView> ParseCreateView(TokenStream& in) {
  CreateView view;
  ViewText out;
  ROWFALL_ASSIGN_OR_RETURN(view.if_not_exists, AcceptIfNotExists(in));
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName name,
                           ExpectObjectName(in, "the name of a view"));
  view.name = base::ToLower(name.value);
  view.name_place = name.place;
  ROWFALL_RETURN_IF_ERROR(in.ExpectWord("TO"));
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName table,
                           in.ExpectName("the name of a table"));
  view.table = table.value;
  view.table_place = table.place;
  out.name = name.text;
  out.table = table.text;
  ROWFALL_RETURN_IF_ERROR(ParseOptions(in, view, out));
  if (!in.AcceptWord("AS") && !in.AtWord("SELECT")) {
    return in.Unexpected("AS or SELECT", {"AS", "SELECT"});
  }
  ROWFALL_ASSIGN_OR_RETURN(view.select, ParseSelectClauses(in));
  if (view.select.from.empty()) return in.Unexpected("FROM", {"FROM"});
  view.show_text = ShowText(out, view.select);
  return view;
}

absl::StatusOr<AlterView> ParseAlterView(TokenStream& in) {
  AlterView alter;
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName name,
                           ExpectObjectName(in, "the name of a view"));
  alter.name = base::ToLower(name.value);
  alter.name_place = name.place;
  ROWFALL_RETURN_IF_ERROR(in.ExpectWord("suspended"));
  ROWFALL_RETURN_IF_ERROR(in.ExpectSymbol("="));
  const Token& token = in.Peek();
  const std::string_view value =
      token.kind == Token::Kind::kString   ? std::string_view(token.value)
      : token.kind == Token::Kind::kNumber ? token.text
                                           : std::string_view();
  if (value != "0" && value != "1") return in.Unexpected("0 or 1");
  alter.suspended = value == "1";
  in.Take();
  return alter;
}

}  // namespace rowfall::sql
