// SPDX-License-Identifier: Apache-2.0
// Messages and the statements that read them: the one place for both.
#ifndef ROWFALL_BENCH_WORKLOAD_WORKLOAD_H_
#define ROWFALL_BENCH_WORKLOAD_WORKLOAD_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace rowfall::bench {

/// What a bench is run on.
struct Workload {
  std::string name;
  std::string shape;   ///< For MakeShape().
  std::string source;  ///< CREATE SOURCE without any option.
  std::string view;    ///< CREATE MATERIALIZED VIEW result TO destination.
};

/// Returns the names, "flat:20" for all numbers of columns.
std::vector<std::string> WorkloadNames();

/// Errors: InvalidArgument: an unknown name.
absl::StatusOr<Workload> FindWorkload(std::string_view name);

/// Adds an option to CREATE SOURCE, or replaces it there.
void SetOption(std::string_view name, std::string_view value,
               std::string& source);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_WORKLOAD_WORKLOAD_H_
