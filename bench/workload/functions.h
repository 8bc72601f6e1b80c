// SPDX-License-Identifier: Apache-2.0
// The functions that the workloads bring along as a host does.
#ifndef ROWFALL_BENCH_WORKLOAD_FUNCTIONS_H_
#define ROWFALL_BENCH_WORKLOAD_FUNCTIONS_H_

#include <memory>

#include "rowfall/function.h"

namespace rowfall::bench {

/// Returns HAS_MATCH(text, regular expression), which is costly.
std::shared_ptr<const FunctionRegistry> MakeFunctions();

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_WORKLOAD_FUNCTIONS_H_
