// SPDX-License-Identifier: Apache-2.0
// Options with their defaults, and the log.
#include "engine/environment.h"

#include <random>

#include "base/status.h"
#include "base/text.h"
#include "source/kafka_properties.h"

namespace rowfall::engine {
namespace {

absl::Status Check(const EngineOptions& options) {
  const auto invalid = [](std::string_view text) {
    return absl::InvalidArgumentError(base::ToAbsl(text));
  };
  if (options.tables == nullptr) {
    return invalid("EngineOptions::tables is required");
  }
  if (options.max_batch_bytes == 0 || options.max_message_bytes == 0 ||
      options.max_prefetch_bytes == 0 || options.max_statement_bytes == 0 ||
      options.max_value_bytes == 0 || options.max_batch_memory_bytes == 0) {
    return invalid("Byte limits of EngineOptions must be positive");
  }
  // A batch's columns have 32-bit offsets.
  if (options.max_batch_bytes > (1u << 30) ||
      options.max_message_bytes > (1u << 30) ||
      options.max_value_bytes > (1u << 30)) {
    return invalid("Byte limits of EngineOptions must be at most 1 GiB");
  }
  if (options.max_consumers <= 0) {
    return invalid("EngineOptions::max_consumers must be positive");
  }
  const absl::Duration zero = absl::ZeroDuration();
  if (options.commit_interval < zero || options.commit_timeout <= zero ||
      options.retry_initial <= zero ||
      options.retry_max < options.retry_initial ||
      options.suspend_timeout <= zero || options.stall_after <= zero) {
    return invalid("Durations of EngineOptions must be positive");
  }
  for (const auto& [key, value] : options.kafka_properties) {
    ROWFALL_RETURN_IF_ERROR(source::CheckHostProperty(key, value));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Environment>> Environment::Make(
    EngineOptions options) {
  ROWFALL_RETURN_IF_ERROR(Check(options));
  if (options.clock == nullptr) options.clock = Clock::Real();
  if (options.source_factory == nullptr) {
    options.source_factory = KafkaSourceFactory(options);
  }
  if (options.random_seed == 0) options.random_seed = std::random_device{}();
  return std::shared_ptr<const Environment>(
      new Environment(std::move(options)));
}

void Environment::Log(LogLevel level, std::string_view view, int worker,
                      std::string_view text) const {
  if (options_.log == nullptr) return;
  try {
    const std::string escaped = base::EscapeControl(text);
    options_.log({level, view, worker, escaped});
  } catch (...) {  // NOLINT(bugprone-empty-catch): a log cannot report itself.
  }
}

}  // namespace rowfall::engine
