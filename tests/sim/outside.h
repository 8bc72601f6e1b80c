// SPDX-License-Identifier: Apache-2.0
// The outside of a simulated process, with its faults, watched by the oracle.
#ifndef ROWFALL_TESTS_SIM_OUTSIDE_H_
#define ROWFALL_TESTS_SIM_OUTSIDE_H_

#include <memory>

#include "rowfall/catalog.h"
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

// What a process sees of its catalog: nothing is stored once it is dead.
std::shared_ptr<Catalog> MortalCatalog(
    std::shared_ptr<Life> life, std::shared_ptr<SimulatedCatalog> catalog);

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_OUTSIDE_H_
