// SPDX-License-Identifier: Apache-2.0
// The terminal with libedit: line editing, history, and news above the line.
#include <editline/readline.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "examples/shell/line_source.h"

namespace rowfall::shell {
namespace {

constexpr int kHistoryLines = 1000;
constexpr int kIdleMs = 1000;

// libedit's callback takes no argument; only one terminal is read at a time.
struct Typed {
  bool done = false;
  std::optional<std::string> line;
};
Typed* typed = nullptr;

void OnLine(char* line) {
  typed->done = true;
  if (line != nullptr) typed->line = line;
  std::free(line);
  // Removed at once: libedit would show the prompt again.
  rl_callback_handler_remove();
}

class EditTerminal : public LineSource {
 public:
  EditTerminal(const StopSignal& stop, std::function<std::string()> on_idle)
      : stop_(stop), on_idle_(std::move(on_idle)) {
    using_history();
    stifle_history(kHistoryLines);
    if (const char* home = std::getenv("HOME")) {
      history_file_ = std::string(home) + "/.rowfall_history";
      read_history(history_file_.c_str());
    }
  }
  ~EditTerminal() override {
    if (!history_file_.empty()) write_history(history_file_.c_str());
  }

  std::optional<std::string> Next(const std::string& prompt) override {
    Typed result;
    typed = &result;
    rl_callback_handler_install(prompt.c_str(), OnLine);
    while (!result.done && stop_.signal() == 0) Wait();
    if (!result.done) rl_callback_handler_remove();
    typed = nullptr;
    if (result.line && !result.line->empty()) add_history(result.line->c_str());
    if (!result.line) std::fputs("\n", stdout);
    return result.line;
  }
  bool interactive() const override { return true; }

 private:
  void Wait() {
    pollfd wait[] = {{STDIN_FILENO, POLLIN, 0}, {stop_.fd(), POLLIN, 0}};
    const int ready = poll(wait, 2, kIdleMs);
    if (wait[0].revents != 0) {
      rl_callback_read_char();
    } else if (ready == 0) {
      ShowNews(on_idle_());
    }
  }

  void ShowNews(const std::string& news) {
    if (news.empty()) return;
    std::printf("\r\033[K%s\n", news.c_str());
    std::fflush(stdout);
    rl_forced_update_display();
  }

  const StopSignal& stop_;
  std::function<std::string()> on_idle_;
  std::string history_file_;
};

}  // namespace

std::unique_ptr<LineSource> MakeTerminalLines(
    const StopSignal& stop, std::function<std::string()> on_idle) {
  return std::make_unique<EditTerminal>(stop, std::move(on_idle));
}

}  // namespace rowfall::shell
