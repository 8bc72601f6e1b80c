// SPDX-License-Identifier: Apache-2.0
// Sums up the runs of a contender.
#include "bench/runner/median.h"

#include <algorithm>

#include "bench/runner/record.h"

namespace rowfall::bench {

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

void PrintMedian(std::string_view bench, std::string_view workload,
                 std::string_view contender, const std::vector<double>& rates,
                 double first_median) {
  const auto [min, max] = std::minmax_element(rates.begin(), rates.end());
  const double median = Median(rates);
  Record(std::string(bench) + "_median")
      .Text("workload", workload)
      .Text("contender", contender)
      .Count("rounds", static_cast<int64_t>(rates.size()))
      .Number("median_per_s", median)
      .Number("min_per_s", *min)
      .Number("max_per_s", *max)
      .Number("ratio_to_first", median / first_median)
      .Print();
}

}  // namespace rowfall::bench
