// SPDX-License-Identifier: Apache-2.0
// Where the host is to end at once.
#ifndef ROWFALL_TESTS_FAULT_CRASH_CRASH_POINTS_H_
#define ROWFALL_TESTS_FAULT_CRASH_CRASH_POINTS_H_

#include "base/crash_point.h"

namespace rowfall::fault {

// Adds points to SQLite's commit for connections that are opened from now on:
// sqlite_committing (in the transaction), sqlite_wal_write, sqlite_wal_sync
// (before each of them), sqlite_wal_synced.
void AddSqliteCrashPoints();

}  // namespace rowfall::fault

#endif  // ROWFALL_TESTS_FAULT_CRASH_CRASH_POINTS_H_
