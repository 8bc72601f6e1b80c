// SPDX-License-Identifier: Apache-2.0
// Reads /proc and asks malloc.
#include "usage.h"

#include <dirent.h>
#include <malloc.h>

#include <fstream>

// There in builds with a sanitizer, whose malloc it counts.
extern "C" __attribute__((weak)) size_t
__sanitizer_get_current_allocated_bytes();

namespace rowfall::soak {
namespace {

constexpr absl::Duration kUntilSteady = absl::Minutes(10);
constexpr int64_t kMostGrowthMb = 32;
constexpr int kMostThreads = 20;
constexpr int kMostDescriptors = 40;

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

std::string UsageWatch::Look(const Usage& usage, absl::Duration age) {
  if (!first_.has_value()) first_ = usage;
  if (usage.threads > first_->threads + kMostThreads ||
      usage.descriptors > first_->descriptors + kMostDescriptors) {
    return "threads or descriptors grow: " + std::to_string(usage.threads) +
           ", " + std::to_string(usage.descriptors);
  }
  if (age < kUntilSteady) return "";
  if (!steady_mb_.has_value()) steady_mb_ = usage.in_use_mb;
  if (usage.in_use_mb <= *steady_mb_ + kMostGrowthMb) return "";
  return "memory grows: " + std::to_string(*steady_mb_) + " MB, " +
         std::to_string(usage.in_use_mb) + " MB";
}

}  // namespace rowfall::soak
