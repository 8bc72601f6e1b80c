// SPDX-License-Identifier: Apache-2.0
// Marks of states that the simulation must get into: a promise that holds on
// all seeds says nothing about a state that no seed ever was in.
#ifndef ROWFALL_BASE_REACHED_H_
#define ROWFALL_BASE_REACHED_H_

#ifdef ROWFALL_SIM_MISTAKES
#include <string_view>
namespace rowfall::base {
// Takes down that the engine is in the state called `name`.
void Reached(std::string_view name);
}  // namespace rowfall::base
#define ROWFALL_REACHED(name, condition)            \
  do {                                              \
    if (condition) ::rowfall::base::Reached(#name); \
  } while (false)
#else
// Names what the condition names, and evaluates nothing.
#define ROWFALL_REACHED(name, condition) \
  static_cast<void>(sizeof(static_cast<bool>(condition)))
#endif

#endif  // ROWFALL_BASE_REACHED_H_
