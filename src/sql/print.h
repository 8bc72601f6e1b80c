// SPDX-License-Identifier: Apache-2.0
// Statements as SHOW prints them: grammar.md, section "Printed forms".
#ifndef ROWFALL_SQL_PRINT_H_
#define ROWFALL_SQL_PRINT_H_

#include <string>
#include <vector>

#include "sql/ast.h"

namespace rowfall::sql {

// An option in the user's spelling.
struct OptionText {
  std::string key;  // Lower case, to know secrets by.
  std::string written_key;
  std::string written_value;
};

// The parts of CREATE SOURCE in the user's spelling.
struct SourceText {
  std::string name;
  std::vector<std::string> columns;
  std::vector<OptionText> options;
};

// The parts of CREATE MATERIALIZED VIEW before the SELECT.
struct ViewText {
  std::string name;
  std::string table;
  std::vector<OptionText> options;
};

// Returns the text of SHOW SOURCE; values of secret options are hidden.
std::string ShowText(const SourceText& source);

// Returns the text of SHOW MV.
std::string ShowText(const ViewText& view, const Select& select);

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_PRINT_H_
