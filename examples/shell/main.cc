// SPDX-License-Identifier: Apache-2.0
// rowfall-shell: SQL on a SQLite database that Kafka topics flow into.
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "examples/shell/args.h"
#include "examples/shell/line_source.h"
#include "examples/shell/session.h"
#include "examples/shell/stop_signal.h"

namespace rowfall::shell {
namespace {

int Fail(const absl::Status& status, int exit_status) {
  std::fprintf(stderr, "ERROR: %s\n", std::string(status.message()).c_str());
  return exit_status;
}

absl::StatusOr<std::unique_ptr<LineSource>> OpenLines(const Args& args,
                                                      const StopSignal& stop,
                                                      Session& session) {
  if (!args.script.empty()) return OpenScript(args.script, stop);
  if (isatty(STDIN_FILENO) == 0) return MakeStdinLines(stop);
  std::puts("Statements end with ';', .help shows the commands.\n");
  return MakeTerminalLines(stop, [&] { return session.News(); });
}

int Run(const Args& args) {
  static StopSignal& stop = *new StopSignal;
  auto session = Session::Open(args, stop);
  if (!session.ok()) return Fail(session.status(), 1);
  auto lines = OpenLines(args, stop, **session);
  if (!lines.ok()) return Fail(lines.status(), 1);
  const bool ok = (*session)->Run(**lines);
  const absl::Status stopped = (*session)->Stop();
  if (const absl::Status read = (*lines)->status(); !read.ok()) {
    return Fail(read, 1);
  }
  if (!stopped.ok()) return Fail(stopped, 1);
  if (stop.signal() != 0) return 128 + stop.signal();
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace rowfall::shell

int main(int argc, char** argv) {
  using namespace rowfall::shell;
  const auto args = ParseArgs(std::vector<std::string>(argv + 1, argv + argc));
  if (!args.ok()) {
    Fail(args.status(), 1);
    std::fputs(std::string(Usage()).c_str(), stderr);
    return 1;
  }
  if (args->help) {
    std::fputs(std::string(Usage()).c_str(), stdout);
    return 0;
  }
  return Run(*args);
}
