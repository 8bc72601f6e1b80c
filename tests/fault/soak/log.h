// SPDX-License-Identifier: Apache-2.0
// The log of the soak.
#ifndef ROWFALL_TESTS_FAULT_SOAK_LOG_H_
#define ROWFALL_TESTS_FAULT_SOAK_LOG_H_

#include <cstdio>
#include <mutex>
#include <string>

namespace rowfall::soak {

// Lines with the time in front. Thread-safe.
class Log {
 public:
  explicit Log(const std::string& path);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void Line(const std::string& text);
  // What must not be.
  void Finding(const std::string& text);
  int num_findings() const;

 private:
  mutable std::mutex mutex_;
  std::FILE* file_;
  int num_findings_ = 0;
};

}  // namespace rowfall::soak

#endif  // ROWFALL_TESTS_FAULT_SOAK_LOG_H_
