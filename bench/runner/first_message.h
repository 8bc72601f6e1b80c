// SPDX-License-Identifier: Apache-2.0
// Notes when the first message of a run arrives.
#ifndef ROWFALL_BENCH_RUNNER_FIRST_MESSAGE_H_
#define ROWFALL_BENCH_RUNNER_FIRST_MESSAGE_H_

#include <memory>
#include <mutex>

#include "absl/time/time.h"
#include "rowfall/source.h"

namespace rowfall::bench {

/// Of all consumers of a run. Thread-safe.
class FirstMessage {
 public:
  void Note(absl::Time time);
  absl::Time time() const;

 private:
  mutable std::mutex mutex_;
  absl::Time time_ = absl::InfiniteFuture();  // Guarded by mutex_.
};

/// Returns a source that notes its first message in `first`.
std::unique_ptr<Source> WatchFirstMessage(std::unique_ptr<Source> source,
                                          std::shared_ptr<FirstMessage> first);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_RUNNER_FIRST_MESSAGE_H_
