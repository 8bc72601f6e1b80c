// SPDX-License-Identifier: Apache-2.0
// What the system refuses to a host, or throws at it.
#ifndef ROWFALL_TESTS_FAULT_CRASH_TROUBLE_H_
#define ROWFALL_TESTS_FAULT_CRASH_TROUBLE_H_

#include <string>

namespace rowfall::fault {

// Begins one of
//   ""         none
//   thread:N   the N-th thread that is made from now on fails
//   files:N    for a second no more than N files can be open
//   disk:N     for a second no file can grow beyond N bytes
//   signals    SIGALRM for each thread and SIGPROF for the process, every
//              millisecond, handled by nothing that restarts what they
//              interrupt
void BeginTrouble(const std::string& trouble);

}  // namespace rowfall::fault

#endif  // ROWFALL_TESTS_FAULT_CRASH_TROUBLE_H_
