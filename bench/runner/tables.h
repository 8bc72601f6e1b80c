// SPDX-License-Identifier: Apache-2.0
// Destinations for the end-to-end bench, and what they have seen.
#ifndef ROWFALL_BENCH_RUNNER_TABLES_H_
#define ROWFALL_BENCH_RUNNER_TABLES_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rowfall/sink.h"

namespace rowfall::bench {

/// Counted by all sinks of a run. Thread-safe.
class Written {
 public:
  void Add(const Batch& rows, const WriteContext& context);
  void Keep(const Batch& rows);

  int64_t messages() const { return messages_; }
  int64_t rows() const { return rows_; }
  absl::Time last_write() const;

 private:
  std::atomic<int64_t> messages_{0};
  std::atomic<int64_t> rows_{0};
  mutable std::mutex mutex_;
  absl::Time last_write_ = absl::InfinitePast();  // Guarded by mutex_.
  std::vector<Batch> kept_;                       // Guarded by mutex_.
};

/// Returns the tables of a sink: each of `names` opens a table of `schema`.
/// "null" throws rows away, "memory" keeps them, "sqlite" writes them to a
/// temporary database, which goes with the last reference.
/// Errors: InvalidArgument: another name.
absl::StatusOr<std::shared_ptr<TableProvider>> MakeTables(
    const std::string& sink, const Schema& schema,
    const std::vector<std::string>& names, std::shared_ptr<Written> written);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_RUNNER_TABLES_H_
