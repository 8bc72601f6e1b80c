// SPDX-License-Identifier: Apache-2.0
// What librdkafka alone delivers: the ceiling of every consumer.
#ifndef ROWFALL_BENCH_BASELINE_H_
#define ROWFALL_BENCH_BASELINE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace rowfall::bench {

/// Reads `messages` messages of a topic from its beginning with a plain
/// consumer in a process of its own, throws them away, and returns the
/// messages per second from the first to the last.
absl::StatusOr<double> MeasureBaseline(const std::string& brokers,
                                       const std::string& topic,
                                       int64_t messages);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_BASELINE_H_
