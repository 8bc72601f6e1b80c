// SPDX-License-Identifier: Apache-2.0
// What a running view shows of itself.
#ifndef ROWFALL_STATS_H_
#define ROWFALL_STATS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "rowfall/export.h"
#include "rowfall/message.h"

namespace rowfall {

/// What a view, or a worker of it, is doing.
enum class ViewState : uint8_t {
  kSuspended,   ///< By ALTER, or because its source was dropped.
  kConnecting,  ///< No partition was assigned yet.
  kRunning,     ///< Consuming, or waiting for messages.
  kBackoff,     ///< The sink, or the broker, failed; it is tried again.
  kFailed,      ///< It needs a decision: see the reason.
  kStalled,     ///< A call of the host (sink, handler, function, catalog, log,
                ///< source) does not return.
  kStopped,     ///< The engine was stopped, or the view dropped while workers
                ///< of it hang.
};

/// Returns "suspended", "connecting", "running", "backoff", "failed",
/// "stalled" or "stopped".
ROWFALL_EXPORT std::string_view ViewStateName(ViewState state);

/// The progress of one partition.
struct PartitionStatus {
  TopicPartition partition;
  int worker = 0;
  int64_t position = kOffsetNone;   ///< The next message to be read.
  int64_t committed = kOffsetNone;  ///< The last one committed.
  int64_t end = kOffsetNone;        ///< The broker's next one, if known.
  int64_t lag = -1;                 ///< end - settled position; -1: unknown.
};

/// What became of a message, or a value of it, that could not be written.
enum class ErrorFate : uint8_t {
  kSkipped,       ///< By on_error='skip'.
  kDeadLettered,  ///< The RejectHandler took it.
  kNulled,        ///< By on_error='null': the row has NULL there.
};

/// Returns "skipped", "dead_lettered" or "nulled".
ROWFALL_EXPORT std::string_view ErrorFateName(ErrorFate fate);

/// What had one fate on one partition.
struct ErrorStatus {
  ErrorFate fate = ErrorFate::kSkipped;
  TopicPartition partition;
  uint64_t count = 0;  ///< Messages and rows; of kNulled values.
  int64_t first_offset = kOffsetNone;  ///< The smallest one.
  int64_t last_offset = kOffsetNone;   ///< The greatest one.
  std::string example;  ///< A late one: "reason [topic/partition@offset, ...]".
};

/// What was wrong in one column of the source or the result, or in a clause.
struct ColumnErrors {
  std::string column;
  uint64_t rejected = 0;  ///< Rows skipped or dead-lettered for it.
  uint64_t nulled = 0;    ///< Values that became NULL.
  std::string example;    ///< A late one.
};

struct ViewStatus {
  std::string name;
  std::string source;
  std::string table;
  std::string consumer_group;
  ViewState state = ViewState::kSuspended;
  std::string reason;           ///< Why it is in backoff, failed or stalled.
  absl::Duration next_attempt;  ///< From now, where in backoff.
  std::string last_error;       ///< The last one, also when it is over.
  uint64_t messages = 0;        ///< Messages read.
  uint64_t bytes = 0;           ///< Payload bytes read.
  uint64_t rows_in = 0;         ///< Rows mapped from them.
  uint64_t rows_filtered = 0;   ///< Rows that gave none: WHERE, groups.
  uint64_t rows_written = 0;    ///< Rows that the sink took.
  uint64_t rejected = 0;        ///< Messages and rows rejected.
  uint64_t nulled = 0;          ///< Values that became NULL.
  uint64_t batches = 0;
  uint64_t retries = 0;  ///< Calls of the sink that were repeated.
  uint64_t commits = 0;
  uint64_t leaked_consumers = 0;  ///< Could not be ended in time.
  /// Workers that did not stop in time and still run: they hang in the host,
  /// or in a source. When their call returns they end, and write nothing more.
  uint64_t leaked_workers = 0;
  /// How long the call of the host that lasts longest has lasted so far.
  absl::Duration busy_for;
  uint64_t gaps = 0;             ///< Positions left behind by `on_gap`.
  uint64_t skipped_offsets = 0;  ///< Offsets between them and the next.
  /// Time spent by all workers in each step.
  absl::Duration map_time, evaluate_time, write_time, commit_time;
  std::vector<PartitionStatus> partitions;
  /// What was skipped, dead-lettered and nulled, by fate and partition, and
  /// by column; counted when the batch was done.
  std::vector<ErrorStatus> errors;
  std::vector<ColumnErrors> column_errors;
};

/// Returns the metrics of `views` in Prometheus' text format.
ROWFALL_EXPORT std::string PrometheusText(const std::vector<ViewStatus>& views);

}  // namespace rowfall

#endif  // ROWFALL_STATS_H_
