// SPDX-License-Identifier: Apache-2.0
// CREATE SOURCE: columns, and options that the planner gives a meaning.
#include <string>
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "sql/limits.h"
#include "sql/parse.h"
#include "sql/print.h"

namespace rowfall::sql {
namespace {

using Kind = Token::Kind;

// name ['json key'] type
absl::StatusOr<ColumnDef> ParseColumn(TokenStream& in, SourceText& out) {
  ColumnDef column;
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName name,
                           in.ExpectAnyWord("a column"));
  column.name = base::ToLower(name.value);
  column.place = name.place;
  std::string text = name.text;
  if (in.Peek().kind == Kind::kString) {
    const Token& key = in.Take();
    if (key.value.empty()) {
      return base::InvalidAt(key.place, "Key of a column is empty");
    }
    column.json_key = key.value;
    base::AppendCat(text, " ", TokenText(key));
  }
  column.type_place = in.Peek().place;
  if (in.Peek().kind != Kind::kWord) {
    return in.Unexpected(column.json_key.empty() ? "a type or a key in quotes"
                                                 : "a type");
  }
  const Token& type = in.Take();
  column.type = base::ToLower(type.text);
  out.columns.push_back(base::Cat(text, " ", type.text));
  return column;
}

absl::StatusOr<std::vector<ColumnDef>> ParseColumns(TokenStream& in,
                                                    SourceText& out) {
  std::vector<ColumnDef> columns;
  do {
    if (columns.size() == kMaxColumns) {
      return base::InvalidAt(
          in.Peek().place,
          base::Cat("Source has more than ", kMaxColumns, " columns"));
    }
    ROWFALL_ASSIGN_OR_RETURN(ColumnDef column, ParseColumn(in, out));
    columns.push_back(std::move(column));
  } while (in.AcceptSymbol(","));
  if (!in.AcceptSymbol(")")) return in.Unexpected("',' or ')'");
  return columns;
}

// A name, or words with dots and no blanks between.
absl::StatusOr<WrittenName> ParseKey(TokenStream& in) {
  ROWFALL_ASSIGN_OR_RETURN(WrittenName key, in.ExpectAnyWord("an option"));
  while (in.AtSymbol(".") && !in.Peek().gap_before &&
         in.Peek(1).kind == Kind::kWord && !in.Peek(1).gap_before) {
    in.Take();
    base::AppendCat(key.value, ".", in.Peek().text);
    base::AppendCat(key.text, ".", in.Peek().text);
    in.Take();
  }
  if (key.value.size() > kMaxNameBytes) {
    return base::InvalidAt(key.place,
                           base::Cat("Option is longer than ", kMaxNameBytes,
                                     " bytes: ", base::Quote(key.value, 20)));
  }
  return key;
}

// 'text' | "text" | number | word
absl::Status ParseValue(TokenStream& in, Option& option, std::string& text) {
  option.value_place = in.Peek().place;
  if (in.AtSymbol("-") && in.Peek(1).kind == Kind::kNumber) {
    in.Take();
    text = option.value = base::Cat("-", in.Take().text);
    return absl::OkStatus();
  }
  const Kind kind = in.Peek().kind;
  if (kind != Kind::kString && kind != Kind::kNumber && kind != Kind::kWord) {
    return in.Unexpected("a value");
  }
  const Token& token = in.Take();
  option.value = kind == Kind::kString ? token.value : std::string(token.text);
  text = TokenText(token);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Option> ParseOption(TokenStream& in,
                                   std::vector<OptionText>& written) {
  Option option;
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName key, ParseKey(in));
  option.key = base::ToLower(key.value);
  option.place = key.place;
  if (!in.AcceptSymbol("=")) {
    return in.Unexpected(
        base::Cat("'=' behind option ", base::Quote(key.value)));
  }
  std::string value;
  ROWFALL_RETURN_IF_ERROR(ParseValue(in, option, value));
  written.push_back({option.key, key.text, std::move(value)});
  return option;
}

namespace {

// Whether the text goes on as if the last value had not been complete.
bool IsCutValue(const TokenStream& in) {
  return in.AtSymbol(":") || in.AtSymbol(".") || in.AtSymbol("-") ||
         in.AtSymbol("/") || in.Peek().kind == Kind::kNumber;
}

absl::Status ParseOptions(TokenStream& in, CreateSource& source,
                          SourceText& out) {
  while (!in.AtEnd() && !in.AtSymbol(";")) {
    if (!source.options.empty()) in.AcceptSymbol(",");
    if (source.options.size() == kMaxOptions) {
      return base::InvalidAt(
          in.Peek().place,
          base::Cat("Source has more than ", kMaxOptions, " options"));
    }
    if (!source.options.empty() && IsCutValue(in)) {
      return in.Unexpected("an option, other values need quotes");
    }
    ROWFALL_ASSIGN_OR_RETURN(Option option, ParseOption(in, out.options));
    source.options.push_back(std::move(option));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CreateSource> ParseCreateSource(TokenStream& in) {
  CreateSource source;
  SourceText out;
  ROWFALL_ASSIGN_OR_RETURN(source.if_not_exists, AcceptIfNotExists(in));
  ROWFALL_ASSIGN_OR_RETURN(const WrittenName name,
                           ExpectObjectName(in, "the name of a source"));
  source.name = base::ToLower(name.value);
  source.name_place = name.place;
  out.name = name.text;
  if (in.AcceptSymbol("(")) {
    ROWFALL_ASSIGN_OR_RETURN(source.columns, ParseColumns(in, out));
  }
  ROWFALL_RETURN_IF_ERROR(ParseOptions(in, source, out));
  source.show_text = ShowText(out);
  return source;
}

}  // namespace rowfall::sql
