// SPDX-License-Identifier: Apache-2.0
// Where the shell's lines come from: a file, a pipe, or a person.
#ifndef ROWFALL_EXAMPLES_SHELL_LINE_SOURCE_H_
#define ROWFALL_EXAMPLES_SHELL_LINE_SOURCE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "examples/shell/stop_signal.h"

namespace rowfall::shell {

class LineSource {
 public:
  virtual ~LineSource() = default;
  /// Returns the next line without its break; nothing at the end, or when a
  /// signal came. `prompt` is for people.
  virtual std::optional<std::string> Next(const std::string& prompt) = 0;
  /// Tells whether the lines ended because they could not be read.
  virtual absl::Status status() const { return absl::OkStatus(); }
  /// Whether a person types the lines.
  virtual bool interactive() const { return false; }
};

/// Reads standard input.
std::unique_ptr<LineSource> MakeStdinLines(const StopSignal& stop);

/// Opens a script.
/// Errors: NotFound: the file cannot be read.
absl::StatusOr<std::unique_ptr<LineSource>> OpenScript(const std::string& path,
                                                       const StopSignal& stop);

/// Reads from the terminal, with editing and history where the build has an
/// editor. `on_idle` is called about once a second while nothing is typed; a
/// text that it returns is shown above the line.
std::unique_ptr<LineSource> MakeTerminalLines(
    const StopSignal& stop, std::function<std::string()> on_idle);

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_LINE_SOURCE_H_
