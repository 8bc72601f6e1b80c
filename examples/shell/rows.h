// SPDX-License-Identifier: Apache-2.0
// What a statement gives, whoever executed it.
#ifndef ROWFALL_EXAMPLES_SHELL_ROWS_H_
#define ROWFALL_EXAMPLES_SHELL_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rowfall::shell {

struct Rows {
  std::vector<std::string> columns;  ///< Empty: the statement has no rows.
  /// Whether a column holds only numbers; printed to the right.
  std::vector<bool> numeric;
  /// Values as text; nothing is NULL.
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::optional<int64_t> rows_affected;
};

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_ROWS_H_
