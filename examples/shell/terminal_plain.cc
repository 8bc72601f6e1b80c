// SPDX-License-Identifier: Apache-2.0
// The terminal without an editor, for builds without libedit.
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "examples/shell/line_source.h"

namespace rowfall::shell {
namespace {

class PlainTerminal : public LineSource {
 public:
  explicit PlainTerminal(const StopSignal& stop)
      : lines_(MakeStdinLines(stop)) {}

  std::optional<std::string> Next(const std::string& prompt) override {
    std::fputs(prompt.c_str(), stdout);
    std::fflush(stdout);
    return lines_->Next(prompt);
  }
  bool interactive() const override { return true; }

 private:
  std::unique_ptr<LineSource> lines_;
};

}  // namespace

std::unique_ptr<LineSource> MakeTerminalLines(const StopSignal& stop,
                                              std::function<std::string()>) {
  return std::make_unique<PlainTerminal>(stop);
}

}  // namespace rowfall::shell
