// SPDX-License-Identifier: Apache-2.0
// A process that a test starts, signals and waits for.
#include "tests/fault/crash/child.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "absl/time/clock.h"

namespace rowfall::fault {

bool Eventually(const std::function<bool()>& condition,
                absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return true;
}

Child::Child(const std::vector<std::string>& settings,
             const std::string& crash_at) {
  std::vector<std::string> arguments = {ROWFALL_CRASH_HOST};
  arguments.insert(arguments.end(), settings.begin(), settings.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::vector<char*> env;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    env.push_back(*entry);
  }
  std::string order = "ROWFALL_CRASH_AT=" + crash_at;
  if (!crash_at.empty()) env.push_back(order.data());
  env.push_back(nullptr);
  // SIGTERM may come before the host waits for it.
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &blocked);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int error = posix_spawn(&pid_, ROWFALL_CRASH_HOST, nullptr, &attributes,
                                argv.data(), env.data());
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    throw std::runtime_error("The host cannot be started");
  }
}

Child::~Child() { Kill(); }

void Child::Signal(int signal) const {
  if (!status_.has_value()) kill(pid_, signal);
}

std::optional<int> Child::Wait(absl::Duration patience) {
  Eventually(
      [this] {
        if (status_.has_value()) return true;
        int status = 0;
        if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
        status_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
        return true;
      },
      patience);
  return status_;
}

bool Child::WaitUntilStopped(absl::Duration patience) {
  return Eventually(
      [this] {
        int status = 0;
        return waitpid(pid_, &status, WNOHANG | WUNTRACED) == pid_ &&
               WIFSTOPPED(status);
      },
      patience);
}

void Child::Kill() {
  Signal(SIGKILL);
  Wait(absl::InfiniteDuration());
}

}  // namespace rowfall::fault
