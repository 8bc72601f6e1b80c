// SPDX-License-Identifier: Apache-2.0
// A measurement as one line of JSON: what all bench programs print.
#ifndef ROWFALL_BENCH_RUNNER_RECORD_H_
#define ROWFALL_BENCH_RUNNER_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace rowfall::bench {

/// Fields in the order in which they were added.
class Record {
 public:
  explicit Record(std::string_view bench) { Text("bench", bench); }

  Record& Text(std::string_view name, std::string_view value);
  /// With three digits behind the point.
  Record& Number(std::string_view name, double value);
  Record& Count(std::string_view name, int64_t value);

  /// Writes the line to standard output, at once.
  void Print() const;

 private:
  void Name(std::string_view name);

  std::string line_ = "{";
};

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_RUNNER_RECORD_H_
