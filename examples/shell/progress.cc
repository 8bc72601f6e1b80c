// SPDX-License-Identifier: Apache-2.0
// Words the progress of the views.
#include "examples/shell/progress.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rowfall::shell {
namespace {

int64_t Lag(const ViewStatus& view) {
  int64_t lag = 0;
  for (const PartitionStatus& partition : view.partitions) {
    lag += std::max<int64_t>(partition.lag, 0);
  }
  return lag;
}

}  // namespace

std::string Progress::Update(const std::vector<ViewStatus>& views,
                             absl::Time now) {
  const absl::Duration elapsed = now - std::exchange(time_, now);
  std::string text;
  for (const ViewStatus& view : views) {
    const uint64_t before = std::exchange(rows_[view.name], view.rows_written);
    if (view.rows_written <= before) continue;
    if (!text.empty()) text.append("; ");
    text.append(view.name).append(": ");
    text.append(std::to_string(view.rows_written)).append(" rows");
    if (elapsed < absl::Seconds(10)) {
      const double rate =
          (view.rows_written - before) / absl::ToDoubleSeconds(elapsed);
      text.append(", ").append(std::to_string(std::llround(rate)));
      text.append(" rows/s");
    }
    text.append(", lag ").append(std::to_string(Lag(view)));
  }
  return text;
}

}  // namespace rowfall::shell
