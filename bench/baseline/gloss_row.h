// SPDX-License-Identifier: Apache-2.0
// The example view's row as RapidJSON's DOM gives it.
#ifndef ROWFALL_BENCH_BASELINE_GLOSS_ROW_H_
#define ROWFALL_BENCH_BASELINE_GLOSS_ROW_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace rowfall::bench {

/// A row as one declares it without thinking of speed.
struct GlossRow {
  int64_t id = 0;
  std::string name;
  std::string short_name;
  int64_t received_at = 0;
  std::string size;  // Compact JSON.
};

/// Parses a message of DesignShape into `row`. Returns whether it is one.
bool ParseByDom(std::string_view json, GlossRow& row);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_BASELINE_GLOSS_ROW_H_
