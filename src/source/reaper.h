// SPDX-License-Identifier: Apache-2.0
// Ends what may hang for ever, in a thread that can be left behind.
#ifndef ROWFALL_SOURCE_REAPER_H_
#define ROWFALL_SOURCE_REAPER_H_

#include <cstdint>
#include <functional>

#include "absl/time/time.h"

namespace rowfall::source {

// Runs `work` in a thread of its own and waits at most `timeout`. Returns
// whether it ended. Where not, the thread goes on alone and is counted until
// it ends: everything that `work` touches must belong to it.
// Where no thread can be made, the work is not done, and counted for ever.
bool RunAbandonably(std::function<void()> work, absl::Duration timeout);

// Returns how many such threads the process has left behind.
int64_t NumAbandoned();

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_REAPER_H_
