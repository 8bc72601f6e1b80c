// SPDX-License-Identifier: Apache-2.0
// The command line of rowfall-shell.
#ifndef ROWFALL_EXAMPLES_SHELL_ARGS_H_
#define ROWFALL_EXAMPLES_SHELL_ARGS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace rowfall::shell {

enum class Format { kTable, kTsv };

struct Args {
  std::string db;       ///< Empty: a temporary database.
  std::string catalog;  ///< Empty: definitions end with the shell.
  std::string brokers;  ///< Where .produce sends to.
  /// Topics of the embedded broker and their partitions; empty: none runs.
  std::vector<std::pair<std::string, int>> embedded_topics;
  Format format = Format::kTable;
  bool force = false;
  bool log = false;
  bool echo = false;
  bool help = false;
  std::string script;  ///< Empty: standard input.
};

/// Errors: InvalidArgument: an unknown option, a value that is missing or
/// does not fit.
absl::StatusOr<Args> ParseArgs(const std::vector<std::string>& words);

/// Returns the help text.
std::string_view Usage();

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_ARGS_H_
