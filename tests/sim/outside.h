// SPDX-License-Identifier: Apache-2.0
// The outside of a simulated process, with its faults, watched by the oracle.
#ifndef ROWFALL_TESTS_SIM_OUTSIDE_H_
#define ROWFALL_TESTS_SIM_OUTSIDE_H_

#include <memory>

#include "absl/status/status.h"
#include "rowfall/catalog.h"
#include "rowfall/function.h"
#include "rowfall/reject.h"
#include "rowfall/sink.h"
#include "rowfall/source.h"
#include "tests/sim/life.h"
#include "tests/sim/simulated_catalog.h"
#include "tests/sim/world.h"

namespace rowfall::tests {

// Consumers of the world's broker.
SourceFactory WatchedSources(World* world, std::shared_ptr<Life> life);

// Tells the oracle what was really written to the tables of the world,
// by the process of `life`.
std::shared_ptr<TableProvider> WatchedTables(World* world,
                                             std::shared_ptr<Life> life);

// Tells the oracle what the sinks of `tables` answered, and ends with `life`.
std::shared_ptr<TableProvider> MortalTables(
    World* world, std::shared_ptr<Life> life,
    std::shared_ptr<TableProvider> tables);

// Tells the oracle what `handler` has taken.
std::shared_ptr<RejectHandler> WatchedHandler(
    World* world, std::shared_ptr<Life> life,
    std::shared_ptr<RejectHandler> handler);

// The next trouble of the host's function: after `calls_before` calls that go
// well, one a row, `times` calls fail with `status`; OK: they find no memory.
struct FunctionFaults {
  int calls_before = 0;
  int times = 0;
  absl::Status status;
};

// The function `number` of the process: the bigint that a text stands for.
std::shared_ptr<const FunctionRegistry> WatchedFunctions(
    World* world, std::shared_ptr<Life> life,
    std::shared_ptr<FunctionFaults> faults);

// What a process sees of its catalog: nothing is stored once it is dead.
std::shared_ptr<Catalog> MortalCatalog(
    std::shared_ptr<Life> life, std::shared_ptr<SimulatedCatalog> catalog);

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_OUTSIDE_H_
