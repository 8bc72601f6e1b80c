// SPDX-License-Identifier: Apache-2.0
// Counting, and the promise about every single message.
#include "tally.h"

#include <algorithm>

namespace rowfall::soak {

std::string Payload(int partition, int64_t offset) {
  if (offset % 400 == 77) return "{\"id\": no JSON";
  const std::string id =
      IsBad(offset) ? "\"word\"" : std::to_string(IdOf(partition, offset));
  return "{\"id\": " + id + ", \"term\": \"the word number " +
         std::to_string(offset) + "\", \"more\": {\"size\": [1, 2, 3]}}";
}

void Tally::Reserve(int64_t offsets) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto& counts : counts_) counts.reserve(offsets);
}

void Tally::Add(int partition, int64_t offset) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& counts = counts_[partition];
  if (counts.size() <= static_cast<size_t>(offset)) counts.resize(offset + 1);
  uint8_t& count = counts[offset];
  if (count != 0) ++duplicates_;
  count = static_cast<uint8_t>(std::min(count + 1, 255));
  ++total_;
}

int Tally::Count(int partition, int64_t offset) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto& counts = counts_[partition];
  return static_cast<size_t>(offset) < counts.size() ? counts[offset] : 0;
}

int64_t Tally::total() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return total_;
}

int64_t Tally::duplicates() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return duplicates_;
}

std::string Oracle::CheckOne(int partition, int64_t offset) const {
  const bool gives_row = !IsBad(offset) && !IsRefused(IdOf(partition, offset));
  const int row_count = rows.Count(partition, offset);
  const int letter_count = letters.Count(partition, offset);
  const char* wrong = nullptr;
  if (gives_row && row_count == 0) wrong = "is lost";
  if (gives_row && exactly_once_ && row_count > 1) wrong = "is there twice";
  if (gives_row && letter_count != 0) wrong = "is good and a dead letter";
  if (!gives_row && letter_count == 0) wrong = "is bad and no dead letter";
  if (!gives_row && row_count != 0) wrong = "is bad and a row";
  if (wrong == nullptr) return "";
  return view_ + ": message " + std::to_string(partition) + "@" +
         std::to_string(offset) + " " + wrong;
}

std::string Oracle::Check(int partition, int64_t end) {
  int64_t& next = checked_[partition];
  std::string first;
  for (; next < end; ++next) {
    const std::string wrong = CheckOne(partition, next);
    if (first.empty()) first = wrong;
  }
  return first;
}

std::string Oracle::CheckAll(
    const std::array<int64_t, kPartitions>& ends) const {
  for (int partition = 0; partition < kPartitions; ++partition) {
    for (int64_t offset = 0; offset < ends[partition]; ++offset) {
      std::string wrong = CheckOne(partition, offset);
      if (!wrong.empty()) return wrong;
    }
  }
  return "";
}

}  // namespace rowfall::soak
