// SPDX-License-Identifier: Apache-2.0
// CREATE and ALTER MATERIALIZED VIEW.
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "sql/parse.h"
#include "sql/print.h"

namespace rowfall::sql {

absl::StatusOr<CreateView> ParseCreateView(TokenStream& in) {
  CreateView view;
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
  if (!in.AcceptWord("AS") && !in.AtWord("SELECT")) {
    return in.Unexpected("AS or SELECT", {"AS", "SELECT"});
  }
  ROWFALL_ASSIGN_OR_RETURN(view.select, ParseSelectClauses(in));
  if (view.select.from.empty()) return in.Unexpected("FROM", {"FROM"});
  view.show_text = ShowText(name.text, table.text, view.select);
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
