// SPDX-License-Identifier: Apache-2.0
// Asks the group's coordinator for committed offsets without blocking.
#include "source/committed_offsets.h"

#include <memory>
#include <utility>

#include "base/text.h"

namespace rowfall::source {
namespace {

using OptionsHandle = std::unique_ptr<rd_kafka_AdminOptions_t,
                                      Destroyer<rd_kafka_AdminOptions_destroy>>;
using QuestionHandle =
    std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t,
                    Destroyer<rd_kafka_ListConsumerGroupOffsets_destroy>>;

constexpr int kLongestTimeoutMs = 3600 * 1000;

absl::Status CannotRead(std::string_view group, std::string_view reason) {
  return absl::UnavailableError(base::Cat("Committed offsets cannot be read, ",
                                          reason, ": ", base::Quote(group)));
}

std::string MarkOf(const rd_kafka_topic_partition_t& element) {
  if (element.metadata == nullptr) return {};
  return {static_cast<const char*>(element.metadata), element.metadata_size};
}

}  // namespace

CommittedOffsets::CommittedOffsets(rd_kafka_t* client, std::string group,
                                   bool stable_only)
    : client_(client), group_(std::move(group)), stable_only_(stable_only) {}

void CommittedOffsets::Ask(std::vector<TopicPartition> partitions,
                           absl::Duration now) {
  Cancel();
  partitions_ = std::move(partitions);
  if (queue_ == nullptr) queue_.reset(rd_kafka_queue_new(client_));
  OptionsHandle options(rd_kafka_AdminOptions_new(
      client_, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kLongestTimeoutMs,
                                            nullptr, 0);
  ErrorHandle unused(rd_kafka_AdminOptions_set_require_stable_offsets(
      options.get(), stable_only_ ? 1 : 0));
  rd_kafka_AdminOptions_set_opaque(options.get(),
                                   reinterpret_cast<void*>(++last_));
  ListHandle list = ToList(partitions_);
  QuestionHandle question(
      rd_kafka_ListConsumerGroupOffsets_new(group_.c_str(), list.get()));
  rd_kafka_ListConsumerGroupOffsets_t* questions[] = {question.get()};
  open_.emplace(last_, now);
  current_ = last_;
  rd_kafka_ListConsumerGroupOffsets(client_, questions, 1, options.get(),
                                    queue_.get());
}

void CommittedOffsets::Cancel() {
  current_ = 0;
  answer_.reset();
}

void CommittedOffsets::Close() {
  Cancel();
  open_.clear();
  queue_.reset();
}

absl::Status CommittedOffsets::NoAnswerYet() const {
  return CannotRead(group_, "the coordinator does not answer");
}

std::optional<CommittedOffsets::Answer> CommittedOffsets::Take() {
  Receive();
  if (answer_.has_value()) current_ = 0;
  return std::exchange(answer_, std::nullopt);
}

absl::Duration CommittedOffsets::OldestAge(absl::Duration now) {
  Receive();
  return open_.empty() ? absl::ZeroDuration() : now - open_.begin()->second;
}

void CommittedOffsets::Receive() {
  while (!open_.empty()) {
    EventHandle event(rd_kafka_queue_poll(queue_.get(), 0));
    if (event == nullptr) return;
    const auto id =
        reinterpret_cast<intptr_t>(rd_kafka_event_opaque(event.get()));
    open_.erase(id);
    if (id == current_) answer_ = Read(event.get());
  }
}

CommittedOffsets::Answer CommittedOffsets::Read(
    const rd_kafka_event_t* event) const {
  if (rd_kafka_event_error(const_cast<rd_kafka_event_t*>(event)))
    return CannotRead(group_, rd_kafka_event_error_string(
                                  const_cast<rd_kafka_event_t*>(event)));
  const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(
      const_cast<rd_kafka_event_t*>(event));
  size_t num_groups = 0;
  const rd_kafka_group_result_t** groups =
      result == nullptr ? nullptr
                        : rd_kafka_ListConsumerGroupOffsets_result_groups(
                              result, &num_groups);
  if (num_groups != 1) return CannotRead(group_, "the answer has no group");
  if (const rd_kafka_error_t* error = rd_kafka_group_result_error(groups[0]))
    return CannotRead(group_, rd_kafka_error_string(error));
  const rd_kafka_topic_partition_list_t* list =
      rd_kafka_group_result_partitions(groups[0]);
  std::vector<PartitionOffset> positions;
  for (const TopicPartition& partition : partitions_) {
    const rd_kafka_topic_partition_t* found =
        list == nullptr
            ? nullptr
            : rd_kafka_topic_partition_list_find(
                  const_cast<rd_kafka_topic_partition_list_t*>(list),
                  partition.topic.c_str(), partition.partition);
    if (found == nullptr)
      return CannotRead(group_, "the answer lacks a partition");
    if (found->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return CannotRead(group_, rd_kafka_err2str(found->err));
    positions.push_back({partition,
                         found->offset < 0 ? kOffsetNone : found->offset,
                         MarkOf(*found)});
  }
  return positions;
}

}  // namespace rowfall::source
