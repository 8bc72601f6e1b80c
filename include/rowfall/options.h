// SPDX-License-Identifier: Apache-2.0
// How an engine runs: what the host gives it, and its limits.
#ifndef ROWFALL_OPTIONS_H_
#define ROWFALL_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "rowfall/catalog.h"
#include "rowfall/clock.h"
#include "rowfall/export.h"
#include "rowfall/function.h"
#include "rowfall/reject.h"
#include "rowfall/sink.h"
#include "rowfall/source.h"

namespace rowfall {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

/// A line of the log.
struct LogEntry {
  LogLevel level = LogLevel::kInfo;
  std::string_view view;  ///< Empty where it concerns the whole engine.
  int worker = -1;        ///< -1 where it concerns no worker.
  std::string_view text;  ///< One sentence; control characters are escaped.
};

/// Who runs the workers.
enum class Threading : uint8_t {
  kOwnThreads,   ///< Each worker has a thread of the engine.
  kHostThreads,  ///< The host calls Engine::RunOnce().
};

struct EngineOptions {
  /// The host's tables. Required.
  std::shared_ptr<TableProvider> tables;

  /// Where definitions are kept, of one engine at a time: a copy of these
  /// options needs another one. Default: a MemoryCatalog of its own.
  std::shared_ptr<Catalog> catalog;

  /// Takes rejected messages. With one, sources without `on_error` use
  /// dead_letter; without one, stop.
  std::shared_ptr<RejectHandler> rejects;

  /// The host's scalar functions.
  std::shared_ptr<const FunctionRegistry> functions;

  /// Makes consumers. Default: librdkafka.
  SourceFactory source_factory;

  /// Client properties that SQL may not set, or defaults for all sources: any
  /// that librdkafka knows, except those that would break the delivery
  /// promise. A source's own property wins.
  std::map<std::string, std::string> kafka_properties;

  /// Takes the log. Called from any thread of the engine, also at once; must
  /// be quick and must not call the engine. Default: nowhere.
  std::function<void(const LogEntry&)> log;

  /// Default: Clock::Real(). Must outlive the engine.
  Clock* clock = nullptr;

  Threading threading = Threading::kOwnThreads;

  /// How many consumers may run at a time, over all views: what SQL may ask of
  /// the process. Each takes up to five threads here, three and one for each
  /// broker in librdkafka, as many sockets, and the memory of the limits below.
  /// A statement that needs more is refused; a stored view waits until others
  /// have ended.
  int max_consumers = 128;

  /// Messages of a batch in bytes. A batch that exceeds it is processed as it
  /// is. Smaller: less memory for each worker, more calls of the sink.
  size_t max_batch_bytes = 8u << 20;

  /// A larger payload is rejected by the error policy.
  size_t max_message_bytes = 64u << 20;

  /// Largest value, in bytes, that a message gives or a function makes. A row
  /// with a larger one is rejected by the error policy. At most 1 GiB.
  size_t max_value_bytes = 64u << 20;

  /// Memory that what is made of a worker's batch may take while messages are
  /// mapped and the view is evaluated: a few bytes of a message can make many
  /// rows, and those long values. A batch that needs more is processed in
  /// parts, a message alone by some of its rows at a time where the view allows
  /// it (no groups, DISTINCT and ORDER BY), and what needs more even so is
  /// rejected by the error policy. Smaller: less memory for each worker, and
  /// groups know fewer messages. For each worker; besides the messages.
  size_t max_batch_memory_bytes = 512u << 20;

  /// What a consumer prefetches, in bytes of messages; the client takes up to
  /// three times as much memory for it where messages are small. Smaller: less
  /// memory for each worker, and a slower broker or network is felt earlier.
  size_t max_prefetch_bytes = 8u << 20;

  /// The least time between two commits of a worker. Shorter: fewer messages
  /// come again after a crash, more load on the broker.
  absl::Duration commit_interval = absl::Milliseconds(200);

  /// How long a worker waits for a commit where it has to: when it is idle,
  /// its partitions are revoked, or it stops.
  absl::Duration commit_timeout = absl::Seconds(10);

  /// The wait after the first failure of a sink, which doubles up to the
  /// second figure. Each wait is shortened by up to half at random.
  absl::Duration retry_initial = absl::Milliseconds(100);
  absl::Duration retry_max = absl::Seconds(30);

  /// After this time a call of the host that does not return (a sink's, a
  /// handler's, a table provider's, a catalog's, the log's, a source's; of
  /// functions those for all rows of a batch) is shown as ViewState::kStalled.
  /// Shorter: seen earlier, and slow calls are shown as well.
  absl::Duration stall_after = absl::Seconds(10);

  /// The seed of the random waits; 0 takes one from the system.
  uint64_t random_seed = 0;

  /// How long ALTER ... suspended=1 and DROP wait for the workers of a view.
  absl::Duration suspend_timeout = absl::Seconds(30);

  /// Largest statement in bytes.
  size_t max_statement_bytes = 256u << 10;
};

/// Returns the factory that is used where `options` has none: consumers of
/// librdkafka with the limits and the log of `options`. For hosts that wrap it.
ROWFALL_EXPORT SourceFactory KafkaSourceFactory(const EngineOptions& options);

}  // namespace rowfall

#endif  // ROWFALL_OPTIONS_H_
