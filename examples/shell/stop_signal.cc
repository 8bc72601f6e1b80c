// SPDX-License-Identifier: Apache-2.0
// Waits for SIGINT and SIGTERM.
#include "examples/shell/stop_signal.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace rowfall::shell {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

StopSignal::StopSignal() {
  if (pipe(pipe_) != 0) pipe_[0] = pipe_[1] = -1;
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  std::thread([this] { Wait(); }).detach();
}

void StopSignal::Wait() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  signal_ = signal;
  (void)!write(pipe_[1], "", 1);
  {
    const std::lock_guard lock(mutex_);
    if (on_signal_) on_signal_();
  }
  // Somebody is in a hurry.
  sigwait(&signals, &signal);
  _exit(128 + signal);
}

bool StopSignal::Sleep(absl::Duration duration) const {
  if (signal_ != 0) return false;
  pollfd wait = {pipe_[0], POLLIN, 0};
  const int64_t ms = std::max<int64_t>(absl::ToInt64Milliseconds(duration), 0);
  poll(&wait, 1, static_cast<int>(std::min<int64_t>(ms, 1 << 30)));
  return signal_ == 0;
}

void StopSignal::OnSignal(std::function<void()> function) {
  const std::lock_guard lock(mutex_);
  on_signal_ = std::move(function);
}

}  // namespace rowfall::shell
