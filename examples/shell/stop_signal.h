// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM as a flag that everything that waits looks at.
#ifndef ROWFALL_EXAMPLES_SHELL_STOP_SIGNAL_H_
#define ROWFALL_EXAMPLES_SHELL_STOP_SIGNAL_H_

#include <atomic>
#include <functional>
#include <mutex>

#include "absl/time/time.h"

namespace rowfall::shell {

/// Takes the signals on a thread of its own. One a process, made before any
/// other thread; lives as long as the process. Thread-safe.
class StopSignal {
 public:
  StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// The signal that came, or 0.
  int signal() const { return signal_; }
  /// Readable from when a signal has come.
  int fd() const { return pipe_[0]; }

  /// Waits; returns false as soon as a signal has come.
  bool Sleep(absl::Duration duration) const;

  /// Calls `function` on the signal's thread when the first signal comes, to
  /// end what the main thread does. Null: nothing more.
  void OnSignal(std::function<void()> function);

 private:
  void Wait();

  std::atomic<int> signal_{0};
  int pipe_[2];
  std::mutex mutex_;
  std::function<void()> on_signal_;  // Guarded by mutex_.
};

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_STOP_SIGNAL_H_
