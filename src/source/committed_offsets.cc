// SPDX-License-Identifier: Apache-2.0
// Asks the group's coordinator for committed offsets.
#include "source/committed_offsets.h"

#include <algorithm>
#include <utility>

#include "base/guard.h"
#include "base/text.h"
#include "source/handle.h"

namespace rowfall::source {
namespace {

// A question that is new waits for less, so that it does not hold up the end;
// each that was not answered lets the next one wait longer.
constexpr int kFirstTimeoutMs = 2000;
constexpr int kLongestTimeoutMs = 5000;

absl::Status CannotRead(std::string_view group, std::string_view reason) {
  return absl::UnavailableError(base::Cat("Committed offsets cannot be read, ",
                                          reason, ": ", base::Quote(group)));
}

std::string MarkOf(const rd_kafka_topic_partition_t& element) {
  if (element.metadata == nullptr) return {};
  return {static_cast<const char*>(element.metadata), element.metadata_size};
}

}  // namespace

bool CommittedOffsets::Ask(std::vector<TopicPartition> partitions) {
  std::lock_guard lock(mutex_);
  if (stop_) return false;
  if (!thread_.joinable()) {
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (...) {
      return false;
    }
  }
  question_ = std::move(partitions);
  answer_.reset();
  current_ = ++last_;
  changed_.notify_one();
  return true;
}

void CommittedOffsets::Cancel() {
  std::lock_guard lock(mutex_);
  question_.reset();
  answer_.reset();
  current_ = 0;
}

bool CommittedOffsets::waiting() const {
  std::lock_guard lock(mutex_);
  return current_ != 0;
}

std::optional<CommittedOffsets::Answer> CommittedOffsets::Take() {
  std::lock_guard lock(mutex_);
  if (answer_.has_value()) current_ = 0;
  return std::exchange(answer_, std::nullopt);
}

void CommittedOffsets::Stop() {
  std::lock_guard lock(mutex_);
  stop_ = true;
  changed_.notify_one();
}

void CommittedOffsets::Join() {
  Stop();
  if (thread_.joinable()) thread_.join();
}

void CommittedOffsets::Run() {
  int timeout_ms = kFirstTimeoutMs;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stop_ || question_.has_value(); });
    if (stop_) return;
    const uint64_t number = last_;
    const std::vector<TopicPartition> partitions =
        *std::exchange(question_, std::nullopt);
    lock.unlock();
    Answer answer =
        base::Guarded([&] { return Query(partitions, timeout_ms); });
    timeout_ms = answer.ok() ? kFirstTimeoutMs
                             : std::min(timeout_ms * 2, kLongestTimeoutMs);
    lock.lock();
    if (number == current_) answer_ = std::move(answer);
  }
}

CommittedOffsets::Answer CommittedOffsets::Query(
    const std::vector<TopicPartition>& partitions, int timeout_ms) const {
  const ListHandle list = ToList(partitions);
  const rd_kafka_resp_err_t code =
      rd_kafka_committed(client_, list.get(), timeout_ms);
  if (code == RD_KAFKA_RESP_ERR__TIMED_OUT)
    return CannotRead(group_, "the coordinator does not answer");
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return CannotRead(group_, rd_kafka_err2str(code));
  std::vector<PartitionOffset> positions;
  for (size_t i = 0; i < partitions.size(); ++i) {
    const rd_kafka_topic_partition_t& found = list->elems[i];
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return CannotRead(group_, rd_kafka_err2str(found.err));
    positions.push_back({partitions[i],
                         found.offset < 0 ? kOffsetNone : found.offset,
                         MarkOf(found)});
  }
  return positions;
}

}  // namespace rowfall::source
