// SPDX-License-Identifier: Apache-2.0
// Makes the Source that reads from Kafka.
#ifndef ROWFALL_SOURCE_KAFKA_SOURCE_H_
#define ROWFALL_SOURCE_KAFKA_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "rowfall/clock.h"
#include "rowfall/options.h"
#include "rowfall/source.h"

namespace rowfall::source {

struct KafkaOptions {
  // What the client holds that was not polled yet, in bytes.
  size_t max_prefetch_bytes = 8u << 20;

  // Takes the client's log, clean of secrets and control characters. Called
  // within Start(), Poll() and Close(), on the worker's thread.
  std::function<void(LogLevel, std::string_view)> log;

  // Default: Clock::Real(). Must outlive the source.
  Clock* clock = nullptr;
};

// Returns a consumer for `config`, not yet started.
// Errors:
//   NotFound, InvalidArgument: properties, as CheckHostProperty(); topics or
//   partitions that do not fit together.
//   FailedPrecondition: the loaded librdkafka loses messages.
//   ResourceExhausted: no thread or memory for a client.
absl::StatusOr<std::unique_ptr<Source>> MakeKafkaSource(
    const SourceConfig& config, const KafkaOptions& options);

// Returns how many clients could not be ended and were left behind.
int64_t NumLeakedClients();

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_KAFKA_SOURCE_H_
