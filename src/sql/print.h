// SPDX-License-Identifier: Apache-2.0
// Statements as SHOW prints them: grammar.md, section "Printed forms".
#ifndef ROWFALL_SQL_PRINT_H_
#define ROWFALL_SQL_PRINT_H_

#include <string>
#include <vector>

#include "sql/ast.h"

namespace rowfall::sql {

// The parts of CREATE SOURCE in the user's spelling.
struct SourceText {
  struct Option {
    std::string key;  // Lower case, to know secrets by.
    std::string written_key;
    std::string written_value;
  };
  std::string name;
  std::vector<std::string> columns;
  std::vector<Option> options;
};

// Returns the text of SHOW SOURCE; values of secret options are hidden.
std::string ShowText(const SourceText& source);

// Returns the text of SHOW MV; `name` and `table` in the user's spelling.
std::string ShowText(const std::string& name, const std::string& table,
                     const Select& select);

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_PRINT_H_
