// SPDX-License-Identifier: Apache-2.0
// Writes lines, and reads /proc.
#include "log.h"

#include <dirent.h>
#include <malloc.h>

#include <fstream>
#include <stdexcept>

#include "absl/time/clock.h"
#include "absl/time/time.h"

// There in builds with a sanitizer, whose malloc it counts.
extern "C" __attribute__((weak)) size_t
__sanitizer_get_current_allocated_bytes();

namespace rowfall::soak {
namespace {

size_t BytesInUse() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return __sanitizer_get_current_allocated_bytes();
  }
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

Usage UsageNow() {
  Usage usage;
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> usage.resident_mb;
    if (word == "Threads:") status >> usage.threads;
  }
  usage.resident_mb /= 1024;
  usage.in_use_mb = static_cast<int64_t>(BytesInUse() >> 20);
  if (DIR* folder = ::opendir("/proc/self/fd")) {
    while (::readdir(folder) != nullptr) ++usage.descriptors;
    ::closedir(folder);
  }
  return usage;
}

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
