// SPDX-License-Identifier: Apache-2.0
// What the process uses, and whether that grows.
#ifndef ROWFALL_TESTS_FAULT_SOAK_USAGE_H_
#define ROWFALL_TESTS_FAULT_SOAK_USAGE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace rowfall::soak {

// Memory, descriptors and threads of this process.
struct Usage {
  int64_t resident_mb = 0;
  int64_t in_use_mb = 0;  // Of what malloc has.
  int descriptors = 0;
  int threads = 0;
};
Usage UsageNow();

// Compares moments at which the process has the same to do.
class UsageWatch {
 public:
  // Threads and descriptors are held against the first moment, memory against
  // the first one behind the tenth minute of the process. Returns what grows,
  // or "".
  std::string Look(const Usage& usage, absl::Duration age);

 private:
  std::optional<Usage> first_;
  std::optional<int64_t> steady_mb_;
};

}  // namespace rowfall::soak

#endif  // ROWFALL_TESTS_FAULT_SOAK_USAGE_H_
