// SPDX-License-Identifier: Apache-2.0
// The command lines of the bench programs.
#ifndef ROWFALL_BENCH_RUNNER_FLAGS_H_
#define ROWFALL_BENCH_RUNNER_FLAGS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace rowfall::bench {

/// Options of the form `--name value`, and switches `--name`. `--help` prints
/// the usage and ends the process.
class Flags {
 public:
  /// Ends the process with `usage` where an option is unknown, lacks its
  /// value, or one of `required` is missing.
  Flags(int argc, char** argv, const std::string& usage,
        const std::set<std::string>& options,
        const std::set<std::string>& required,
        const std::set<std::string>& switches = {});

  bool Has(const std::string& name) const { return values_.count(name) != 0; }
  std::string Text(const std::string& name,
                   const std::string& otherwise = "") const;
  /// Ends the process with the usage where it is no positive number.
  int64_t Number(const std::string& name, int64_t otherwise) const;

  /// Prints `problem` and the usage and ends the process.
  [[noreturn]] void Fail(const std::string& problem) const;

 private:
  [[noreturn]] void Help() const;

  std::string usage_;
  std::map<std::string, std::string> values_;
};

/// Prints what failed. Returns what main() returns: 0 where nothing did,
/// else 1.
int ExitCode(const absl::Status& status);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_RUNNER_FLAGS_H_
