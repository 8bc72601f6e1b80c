// SPDX-License-Identifier: Apache-2.0
// Tables of a host that has a bug: one row ends the process.
#ifndef ROWFALL_TESTS_FAULT_CRASH_KILLING_TABLE_H_
#define ROWFALL_TESTS_FAULT_CRASH_KILLING_TABLE_H_

#include <cstdint>
#include <memory>

#include "rowfall/options.h"

namespace rowfall::fault {

// Writes to `tables`, but raises `signal` before a batch with `id` in its
// column id is written.
std::shared_ptr<TableProvider> MakeKillingTables(
    std::shared_ptr<TableProvider> tables, int64_t id, int signal);

}  // namespace rowfall::fault

#endif  // ROWFALL_TESTS_FAULT_CRASH_KILLING_TABLE_H_
