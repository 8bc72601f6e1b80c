// SPDX-License-Identifier: Apache-2.0
// A process that a test starts, signals and waits for.
#ifndef ROWFALL_TESTS_FAULT_CRASH_CHILD_H_
#define ROWFALL_TESTS_FAULT_CRASH_CHILD_H_

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace rowfall::fault {

// Waits in real time until `condition` holds; false: it never did.
bool Eventually(const std::function<bool()>& condition,
                absl::Duration patience = absl::Seconds(60));

// Killed with the object. Used by one thread.
class Child {
 public:
  // Starts the host with its settings; `crash_at` is ROWFALL_CRASH_AT or
  // empty. Throws std::runtime_error if it cannot.
  Child(const std::vector<std::string>& settings, const std::string& crash_at);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void Signal(int signal) const;
  // Waits until it ended; -signal, or the exit status. Nothing: it runs on.
  std::optional<int> Wait(absl::Duration patience);
  // Waits until it is stopped by SIGSTOP.
  bool WaitUntilStopped(absl::Duration patience);
  // SIGKILL, then waits.
  void Kill();

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

}  // namespace rowfall::fault

#endif  // ROWFALL_TESTS_FAULT_CRASH_CHILD_H_
