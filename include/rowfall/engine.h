// SPDX-License-Identifier: Apache-2.0
// The engine: executes statements and runs the views.
#ifndef ROWFALL_ENGINE_H_
#define ROWFALL_ENGINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rowfall/export.h"
#include "rowfall/options.h"
#include "rowfall/stats.h"

namespace rowfall {

/// What a statement gives: rows (SHOW, EXPLAIN), or a count, or neither.
struct Result {
  std::vector<std::string> columns;            ///< Empty: no rows.
  std::vector<std::vector<std::string>> rows;  ///< Values as text.
  std::optional<int64_t> rows_affected;
  friend bool operator==(const Result&, const Result&) = default;
};

/// Sources and views and what runs them. Thread-safe; statements run one at a
/// time. No threads exist before the first view runs. Nothing throws; a call
/// that finds no memory is ResourceExhausted. A process that is forked from the
/// host's may not use it: its calls are FailedPrecondition there, Status() is
/// empty, and its destructor leaves everything as it is. Such a process keeps
/// the lock of a FileCatalog until it ends or calls exec. Example:
///
///     EngineOptions options;
///     options.tables = std::make_shared<MyTables>();
///     auto engine = Engine::Open(std::move(options));
///     auto result = (*engine)->Execute("SHOW SOURCES");
class ROWFALL_EXPORT Engine {
 public:
  /// Loads the catalog and starts its views that are not suspended. A view
  /// that cannot start is there in state `failed` with the reason; where
  /// waiting may help (its table is Unavailable) in state `backoff`, and it is
  /// tried again until it starts: by a thread of the engine, or by RunOnce().
  /// Errors: InvalidArgument: options. FailedPrecondition: another engine that
  /// was not stopped has the catalog. Those of Catalog::Load().
  static absl::StatusOr<std::unique_ptr<Engine>> Open(EngineOptions options);
  /// As Stop() with 30 seconds; waits for nothing after a Stop().
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Executes one statement of src/sql/grammar.md. Blocks for ALTER and DROP
  /// until the workers have stopped, at most EngineOptions::suspend_timeout.
  /// Errors: InvalidArgument, Unimplemented: the text, with its place.
  /// NotFound, AlreadyExists: names. FailedPrecondition: the state of the
  /// object. Those of Catalog::Store() and TableProvider::OpenTable().
  absl::StatusOr<Result> Execute(std::string_view sql);

  /// Returns the views' states and figures, in name order; nothing where
  /// there is no memory for them. Never waits for a worker. After Stop():
  /// `suspended` or `stopped`, with the figures of the last run and the number
  /// of workers that still hang. A view that was dropped is there, as
  /// `stopped`, as long as workers of it hang.
  std::vector<ViewStatus> Status() const;

  /// Threading::kHostThreads: gives worker `worker` of view `view` a turn of at
  /// most `budget` beyond what the sink takes. Returns whether it did
  /// anything. NotFound: there is no such worker (any more). Different workers
  /// may be run at once by different threads, one never by two.
  absl::StatusOr<bool> RunOnce(std::string_view view, int worker,
                               absl::Duration budget);

  /// Stops all workers: what is in flight is finished, the rest given back,
  /// settled offsets are committed. Returns within `timeout`, whatever hangs;
  /// what did not end is left behind, reported and counted in the statuses,
  /// and ends as soon as the host lets it go. No statement works afterwards.
  /// Called again it waits for what an earlier call left behind: OK when all
  /// has ended. Makes a thread for a moment also for Threading::kHostThreads.
  /// Errors: DeadlineExceeded: names what did not end, and in which call.
  /// FailedPrecondition: called by a sink or handler of this engine.
  absl::Status Stop(absl::Duration timeout = absl::Seconds(30));

 private:
  class Impl;
  explicit Engine(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace rowfall

#endif  // ROWFALL_ENGINE_H_
