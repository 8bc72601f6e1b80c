// SPDX-License-Identifier: Apache-2.0
// The median of a contender's runs.
#ifndef ROWFALL_BENCH_RUNNER_MEDIAN_H_
#define ROWFALL_BENCH_RUNNER_MEDIAN_H_

#include <string>
#include <string_view>
#include <vector>

namespace rowfall::bench {

/// REQUIRES: there is a value.
double Median(std::vector<double> values);

/// Prints "<bench>_median" with median, spread, and the ratio of the median to
/// that of the contender that is named first.
void PrintMedian(std::string_view bench, std::string_view workload,
                 std::string_view contender, const std::vector<double>& rates,
                 double first_median);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_RUNNER_MEDIAN_H_
