// SPDX-License-Identifier: Apache-2.0
// What a run of a contender gives, measured in a process of its own.
#ifndef ROWFALL_BENCH_RUNNER_FIGURES_H_
#define ROWFALL_BENCH_RUNNER_FIGURES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace rowfall::bench {

/// What a contender is to read.
struct Job {
  std::string brokers;
  std::string topic;
  int64_t messages = 0;
  /// Properties of librdkafka that the run is made with.
  std::map<std::string, std::string> properties;
};

/// Trivially copyable, because it comes from another process.
struct Figures {
  int64_t messages = 0;
  int64_t rows = 0;
  /// From the first message's arrival to the last one's end.
  double seconds = 0;
  double cpu_seconds = 0;
  double max_rss_mb = 0;
  /// Sums over all workers; zero where the contender does not tell.
  double map_seconds = 0;
  double evaluate_seconds = 0;
  double write_seconds = 0;
  double commit_seconds = 0;
};

/// Calls `run` in a child process, so that no run sees the memory, the
/// threads or the caches of another, and returns what it returns. The process
/// and its peak memory are added to the figures here.
/// REQUIRES: this process has no threads.
absl::StatusOr<Figures> RunInChild(
    const std::function<absl::StatusOr<Figures>()>& run);

/// Returns the processor time that this process has used.
double CpuSeconds();
/// Returns this process' resident memory now, and at its peak.
double RssMb();
double MaxRssMb();

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_RUNNER_FIGURES_H_
