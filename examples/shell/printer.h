// SPDX-License-Identifier: Apache-2.0
// Prints what a statement gives as the MySQL client does, or as TSV.
#ifndef ROWFALL_EXAMPLES_SHELL_PRINTER_H_
#define ROWFALL_EXAMPLES_SHELL_PRINTER_H_

#include <string>

#include "absl/time/time.h"
#include "examples/shell/args.h"
#include "examples/shell/rows.h"

namespace rowfall::shell {

/// Returns a bordered table with a line for each line of a value; the empty
/// string where there are no rows.
std::string ToTable(const Rows& rows);

/// Returns a line of names and a line a row, tabs between; backslash, tab and
/// line break of a value are written \\, \t and \n.
std::string ToTsv(const Rows& rows);

/// Returns all that is printed for a statement that took `elapsed`, e.g. a
/// table and "2 rows in set (0.02 sec)".
std::string ToText(const Rows& rows, Format format, absl::Duration elapsed);

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_PRINTER_H_
