// SPDX-License-Identifier: Apache-2.0
// One line about the rows that come in.
#ifndef ROWFALL_EXAMPLES_SHELL_PROGRESS_H_
#define ROWFALL_EXAMPLES_SHELL_PROGRESS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rowfall/stats.h"

namespace rowfall::shell {

/// Compares the views' figures with those of the call before.
class Progress {
 public:
  /// Returns e.g. "view_table: 1200 rows, 400 rows/s, lag 30" for the views
  /// that wrote rows since the last call; empty if none did.
  std::string Update(const std::vector<ViewStatus>& views, absl::Time now);

 private:
  std::map<std::string, uint64_t> rows_;
  absl::Time time_ = absl::InfinitePast();
};

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_PROGRESS_H_
