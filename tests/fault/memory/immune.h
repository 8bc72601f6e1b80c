// SPDX-License-Identifier: Apache-2.0
// The world around an engine that runs out of memory: it has enough of its
// own, or throws std::bad_alloc before it has done anything.
#ifndef ROWFALL_TESTS_FAULT_MEMORY_IMMUNE_H_
#define ROWFALL_TESTS_FAULT_MEMORY_IMMUNE_H_

#include <memory>

#include "rowfall/catalog.h"
#include "rowfall/reject.h"
#include "rowfall/sink.h"
#include "rowfall/source.h"

namespace rowfall::tests {

// What `factory` makes, each call of it whole or with an exception at its
// beginning. Messages reach the caller's batch on the caller's memory.
SourceFactory ImmuneSources(SourceFactory factory);
std::shared_ptr<TableProvider> ImmuneTables(
    std::shared_ptr<TableProvider> tables);
std::shared_ptr<RejectHandler> ImmuneHandler(
    std::shared_ptr<RejectHandler> handler);

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_FAULT_MEMORY_IMMUNE_H_
