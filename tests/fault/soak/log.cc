// SPDX-License-Identifier: Apache-2.0
// Writes lines.
#include "log.h"

#include <stdexcept>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rowfall::soak {

Log::Log(const std::string& path) : file_(std::fopen(path.c_str(), "w")) {
  if (file_ == nullptr) throw std::runtime_error("Cannot write '" + path + "'");
}

Log::~Log() { std::fclose(file_); }

void Log::Line(const std::string& text) {
  const std::string time =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone());
  const std::lock_guard<std::mutex> lock(mutex_);
  std::fprintf(file_, "%s %s\n", time.c_str(), text.c_str());
  std::fflush(file_);
}

void Log::Finding(const std::string& text) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++num_findings_;
  }
  Line("FINDING " + text);
}

int Log::num_findings() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return num_findings_;
}

}  // namespace rowfall::soak
