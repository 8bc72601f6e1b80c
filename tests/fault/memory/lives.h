// SPDX-License-Identifier: Apache-2.0
// Repeats something with the memory failing at another place each time.
#ifndef ROWFALL_TESTS_FAULT_MEMORY_LIVES_H_
#define ROWFALL_TESTS_FAULT_MEMORY_LIVES_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "world.h"

namespace rowfall::tests {

// Lives lives made by `make`: the n-th allocation fails, once and for ever,
// for about `max_lives` figures n out of all that there are, others for each
// ROWFALL_SEED; for all of them with ROWFALL_LONG. Nothing may leak.
void LiveThrough(const std::function<LifeOptions()>& make, int64_t max_lives);

// Calls `call` with the n-th allocation failing, for every n, once and for
// ever: it returns OK or ResourceExhausted, throws nothing and leaks nothing.
void FailEachAllocation(const std::function<absl::Status()>& call);

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_FAULT_MEMORY_LIVES_H_
