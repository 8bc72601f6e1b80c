// SPDX-License-Identifier: Apache-2.0
// Deliberate mistakes, to show that the oracle of tests/sim sees them. Only
// that test compiles them in; everywhere else there is none.
#ifndef ROWFALL_BASE_MISTAKE_H_
#define ROWFALL_BASE_MISTAKE_H_

#ifdef ROWFALL_SIM_MISTAKES
#include <string_view>
namespace rowfall::base {
// Whether the engine is to make the mistake called `name`.
bool MakesMistake(std::string_view name);
}  // namespace rowfall::base
#define ROWFALL_MISTAKE(name) ::rowfall::base::MakesMistake(#name)
#else
#define ROWFALL_MISTAKE(name) false
#endif

#endif  // ROWFALL_BASE_MISTAKE_H_
