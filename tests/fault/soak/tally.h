// SPDX-License-Identifier: Apache-2.0
// Which message became what, and how often.
#ifndef ROWFALL_TESTS_FAULT_SOAK_TALLY_H_
#define ROWFALL_TESTS_FAULT_SOAK_TALLY_H_

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace rowfall::soak {

inline constexpr int kPartitions = 6;

// The id in a message says where the message stands, so that rows tell it.
inline int64_t IdOf(int partition, int64_t offset) {
  return int64_t{partition} << 40 | offset;
}
inline int PartitionOf(int64_t id) { return static_cast<int>(id >> 40); }
inline int64_t OffsetOf(int64_t id) { return id & ((int64_t{1} << 40) - 1); }

// Messages that are no JSON, or have a value that does not fit.
inline bool IsBad(int64_t offset) { return offset % 200 == 77; }
// Rows that every table refuses.
inline bool IsRefused(int64_t id) { return id % 5000 == 4999; }
std::string Payload(int partition, int64_t offset);

// Counts events by partition and offset. Thread-safe.
class Tally {
 public:
  // So that what the counts take does not grow: memory is measured.
  void Reserve(int64_t offsets);
  void Add(int partition, int64_t offset);
  int Count(int partition, int64_t offset) const;
  int64_t total() const;
  // Events beyond the first of their message.
  int64_t duplicates() const;

 private:
  mutable std::mutex mutex_;
  std::array<std::vector<uint8_t>, kPartitions> counts_;
  int64_t total_ = 0;
  int64_t duplicates_ = 0;
};

// What one view must have done: rows for good messages, letters for others.
class Oracle {
 public:
  Oracle(std::string view, bool exactly_once)
      : view_(std::move(view)), exactly_once_(exactly_once) {}

  Tally rows, letters;

  // Checks everything before `end` that was not checked yet. Returns what is
  // wrong, the first of each call.
  std::string Check(int partition, int64_t end);
  // Checks all again, to the end.
  std::string CheckAll(const std::array<int64_t, kPartitions>& ends) const;

 private:
  std::string CheckOne(int partition, int64_t offset) const;

  const std::string view_;
  const bool exactly_once_;
  std::array<int64_t, kPartitions> checked_{};
};

}  // namespace rowfall::soak

#endif  // ROWFALL_TESTS_FAULT_SOAK_TALLY_H_
