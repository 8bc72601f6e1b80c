// SPDX-License-Identifier: Apache-2.0
// The words of a dot command.
#ifndef ROWFALL_EXAMPLES_SHELL_COMMAND_H_
#define ROWFALL_EXAMPLES_SHELL_COMMAND_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace rowfall::shell {

/// Splits at blanks; quotes hold a word with blanks together. A semicolon at
/// the end is left out. REQUIRES: `line` is not blank.
std::vector<std::string> SplitCommand(std::string_view line);

/// Errors of both: InvalidArgument: no number, or a negative one.
absl::StatusOr<int64_t> ParseNumber(const std::string& text);
absl::StatusOr<absl::Duration> ParseSeconds(const std::string& text);

/// Returns the error for a command that is unknown or lacks arguments.
absl::Status CommandError(const std::vector<std::string>& words);

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_COMMAND_H_
