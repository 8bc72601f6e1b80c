// SPDX-License-Identifier: Apache-2.0
// The printed forms of sources and views.
#include "sql/print.h"

#include "base/text.h"
#include "sql/secret.h"

namespace rowfall::sql {

namespace {

void AppendOption(const OptionText& option, std::string& text) {
  base::AppendCat(text, option.written_key, "=");
  if (IsSecretOption(option.key)) {
    base::AppendCat(text, "'", kHiddenValue, "'");
  } else {
    text += option.written_value;
  }
}

}  // namespace

std::string ShowText(const SourceText& source) {
  std::string text = base::Cat("CREATE SOURCE ", source.name);
  for (size_t i = 0; i < source.columns.size(); ++i) {
    base::AppendCat(text, i == 0 ? "\n(" : ", ", source.columns[i]);
  }
  if (!source.columns.empty()) text += ')';
  for (const OptionText& option : source.options) {
    text += '\n';
    AppendOption(option, text);
  }
  return text;
}

std::string ShowText(const ViewText& view, const Select& select) {
  std::string text =
      base::Cat("CREATE MATERIALIZED VIEW ", view.name, " TO ", view.table);
  for (const OptionText& option : view.options) {
    text += ' ';
    AppendOption(option, text);
  }
  text += " AS";
  for (const std::string& line : select.lines) {
    base::AppendCat(text, "\n", line);
  }
  return text;
}

}  // namespace rowfall::sql
