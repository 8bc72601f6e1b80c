// SPDX-License-Identifier: Apache-2.0
// Places where the process may end at once, to show that a restart finds all
// in order. Only tests/fault/crash compiles them in; elsewhere there is none.
#ifndef ROWFALL_BASE_CRASH_POINT_H_
#define ROWFALL_BASE_CRASH_POINT_H_

#ifdef ROWFALL_CRASH_POINTS
#include <string_view>
namespace rowfall::base {
// Ends or stops the process here if the test has asked for it.
void PassCrashPoint(std::string_view name);
}  // namespace rowfall::base
#define ROWFALL_CRASH_POINT(name) ::rowfall::base::PassCrashPoint(#name)
#else
#define ROWFALL_CRASH_POINT(name) static_cast<void>(0)
#endif

#endif  // ROWFALL_BASE_CRASH_POINT_H_
