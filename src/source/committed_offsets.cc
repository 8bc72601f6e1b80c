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

constexpr int kLongestTimeoutMs = 5000;

// Stays where an answer lacks a partition, which would look like one without
// an offset.
constexpr rd_kafka_resp_err_t kUnanswered = RD_KAFKA_RESP_ERR__IN_PROGRESS;

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
  // The thread looks for current_ first, so it waits until that is set.
  std::lock_guard lock(mutex_);
  const uint64_t number = last_ + 1;
  if (!thread_.Ask([this, number, partitions = std::move(partitions)] {
        AnswerTo(number, partitions);
        return false;
      })) {
    return false;
  }
  answer_.reset();
  current_ = last_ = number;
  return true;
}

void CommittedOffsets::Cancel() {
  std::lock_guard lock(mutex_);
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

void CommittedOffsets::AnswerTo(uint64_t number,
                                const std::vector<TopicPartition>& partitions) {
  {
    std::lock_guard lock(mutex_);
    if (number != current_) return;
  }
  Answer answer = base::Guarded([&] { return Query(partitions); });
  timeout_ms_ = answer.ok() ? kFirstTimeoutMs
                            : std::min(timeout_ms_ * 2, kLongestTimeoutMs);
  std::lock_guard lock(mutex_);
  if (number == current_) answer_ = std::move(answer);
}

CommittedOffsets::Answer CommittedOffsets::Query(
    const std::vector<TopicPartition>& partitions) const {
  const ListHandle list = ToList(partitions);
  for (size_t i = 0; i < partitions.size(); ++i)
    list->elems[i].err = kUnanswered;
  const rd_kafka_resp_err_t code =
      rd_kafka_committed(client_, list.get(), timeout_ms_);
  if (code == RD_KAFKA_RESP_ERR__TIMED_OUT)
    return CannotRead(group_, "the coordinator does not answer");
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return CannotRead(group_, rd_kafka_err2str(code));
  std::vector<PartitionOffset> positions;
  for (size_t i = 0; i < partitions.size(); ++i) {
    const rd_kafka_topic_partition_t& found = list->elems[i];
    if (found.err == kUnanswered)
      return CannotRead(group_, "the answer lacks a partition");
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return CannotRead(group_, rd_kafka_err2str(found.err));
    positions.push_back({partitions[i],
                         found.offset < 0 ? kOffsetNone : found.offset,
                         MarkOf(found)});
  }
  return positions;
}

}  // namespace rowfall::source
