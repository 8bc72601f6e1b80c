// SPDX-License-Identifier: Apache-2.0
// Executes what the shell reads and prints what comes of it.
#ifndef ROWFALL_EXAMPLES_SHELL_SESSION_H_
#define ROWFALL_EXAMPLES_SHELL_SESSION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "examples/shell/args.h"
#include "examples/shell/database.h"
#include "examples/shell/engine_host.h"
#include "examples/shell/line_source.h"
#include "examples/shell/progress.h"
#include "examples/shell/stop_signal.h"

namespace rowfall::shell {

class Session {
 public:
  static absl::StatusOr<std::unique_ptr<Session>> Open(const Args& args,
                                                       StopSignal& stop);
  ~Session();

  /// Executes all lines; returns whether none had an error.
  bool Run(LineSource& lines);

  /// Returns a line about rows that have come since the last call; empty if
  /// there are none.
  std::string News();

  absl::Status Stop() { return host_->Stop(); }

 private:
  Session(const Args& args, StopSignal& stop) : args_(args), stop_(stop) {}

  /// Executes a statement or a dot command; returns its success, having
  /// printed its error.
  bool Execute(const std::string& item);
  void PrintError(const absl::Status& status, const std::string& text) const;
  absl::Status ExecuteStatement(const std::string& sql);
  absl::Status ExecuteCommand(const std::vector<std::string>& words);
  absl::Status WaitForRows(const std::string& table, const std::string& rows,
                           const std::string& seconds);
  absl::Status WaitUntilCaughtUp(const std::string& seconds);
  absl::Status Sleep(const std::string& seconds);
  absl::Status Produce(std::vector<std::string> words);
  /// Waits until `done` is true, showing the progress to a person.
  absl::StatusOr<bool> WaitUntil(
      absl::Duration limit, const std::function<absl::StatusOr<bool>()>& done);
  /// Returns what the views do, for the text of a time-out.
  std::string ViewStates();

  const Args args_;
  StopSignal& stop_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<EngineHost> host_;
  Progress progress_;
  int line_ = 0;  // Where the item that is executed begins.
  bool interactive_ = false;
  bool quit_ = false;
};

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_SESSION_H_
