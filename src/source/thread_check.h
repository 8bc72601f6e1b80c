// SPDX-License-Identifier: Apache-2.0
// Whether the process may have more threads.
#ifndef ROWFALL_SOURCE_THREAD_CHECK_H_
#define ROWFALL_SOURCE_THREAD_CHECK_H_

#include "absl/status/status.h"

namespace rowfall::source {

// Makes `count` threads that are there at the same time, and ends them.
// librdkafka ends the process where it gets no thread in the middle of making
// a client; who has tried before can wait instead. Somebody else may take them
// in between.
// Errors: ResourceExhausted: one of them could not be made.
absl::Status CheckThreads(int count);

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_THREAD_CHECK_H_
