// SPDX-License-Identifier: Apache-2.0
// The library as a contender: a topic through an engine into tables.
#ifndef ROWFALL_BENCH_RUNNER_ENGINE_RUN_H_
#define ROWFALL_BENCH_RUNNER_ENGINE_RUN_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "bench/runner/figures.h"
#include "bench/runner/tables.h"
#include "bench/workload/workload.h"
#include "rowfall/engine.h"

namespace rowfall::bench {

/// How an engine is to run.
struct EngineSetup {
  Workload workload;  ///< With the options of its source.
  std::string sink = "null";
  int views = 1;  ///< Each reads the whole topic.
};

/// Returns the schema of the view's rows.
absl::StatusOr<Schema> ViewSchema(const EngineSetup& setup);

/// Returns the options of an engine over `tables` that are not defaults.
EngineOptions OptionsFor(std::shared_ptr<TableProvider> tables);

/// Opens an engine and lets it run the statements of `setup`.
absl::StatusOr<std::unique_ptr<Engine>> StartEngine(const Job& job,
                                                    const EngineSetup& setup,
                                                    EngineOptions options);

/// Reads `job.messages` messages in a new group and waits until all are
/// written.
absl::StatusOr<Figures> RunEngine(const Job& job, const EngineSetup& setup);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_RUNNER_ENGINE_RUN_H_
