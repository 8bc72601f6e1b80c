// SPDX-License-Identifier: Apache-2.0
// The partitions of a Kafka consumer: given, taken, moved, paused.
#include <algorithm>
#include <utility>

#include "base/status.h"
#include "base/text.h"
#include "source/kafka_consumer.h"

namespace rowfall::source {
namespace {

// The coordinator has answered, so somebody will say it soon.
constexpr absl::Duration kTopicsWait = absl::Seconds(5);

std::vector<TopicPartition> FromList(
    const rd_kafka_topic_partition_list_t* list) {
  std::vector<TopicPartition> partitions;
  for (int i = 0; list != nullptr && i < list->cnt; ++i)
    partitions.push_back({list->elems[i].topic, list->elems[i].partition});
  std::sort(partitions.begin(), partitions.end());
  return partitions;
}

std::string PlaceOf(const TopicPartition& partition) {
  return base::Cat(" [", partition.ToString(), "]");
}

}  // namespace

// Takes notes only. The group waits for rd_kafka_assign() as long as it must.
void KafkaConsumer::OnRebalance(rd_kafka_resp_err_t code,
                                const rd_kafka_topic_partition_list_t* list) {
  std::vector<TopicPartition> partitions = FromList(list);
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    ReadOffsetsOf(std::move(partitions));
    // The wait that this came in may be long, and there is work to do.
    if (may_yield_) rd_kafka_yield(handle());
    return;
  }
  // Read before anything else: assigning clears it.
  const bool lost = rd_kafka_assignment_lost(handle()) != 0;
  if (code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS ||
      phase_ == Phase::kReadOffsets) {
    // Nobody knows of these partitions yet.
    client_->committed().Cancel();
    pending_.clear();
    ResumePaused();
    Forget();
    AssignPartitions(handle(), nullptr);
    phase_ = Phase::kSteady;
    return;
  }
  pending_.clear();
  phase_ = Phase::kAwaitUnassign;
  answer_by_ = StandIn::Now() + stand_in_.interval() / 2;
  Add(PartitionsRevoked{std::move(partitions), lost});
}

void KafkaConsumer::ReadOffsetsOf(std::vector<TopicPartition> partitions) {
  pending_ = std::move(partitions);
  ask_at_ = ask_backoff_ = absl::ZeroDuration();
  topics_by_ = Now() + kTopicsWait;
  phase_ = Phase::kReadOffsets;
  // Brings the client to its leaders meanwhile. A partition that has none when
  // it is assigned, be it for a moment, waits half a second for its first
  // offset.
  for (const TopicPartition& partition : pending_) GetWatermarks(partition);
}

absl::Status KafkaConsumer::CheckPositions(
    std::span<const PartitionOffset> positions) const {
  std::vector<TopicPartition> given;
  for (const PartitionOffset& position : positions) {
    if (position.offset < 0 && position.offset != kOffsetBeginning &&
        position.offset != kOffsetEnd)
      return absl::InvalidArgumentError(
          base::Cat("Position is no offset: ", position.offset,
                    PlaceOf(position.partition)));
    given.push_back(position.partition);
  }
  std::sort(given.begin(), given.end());
  if (std::adjacent_find(given.begin(), given.end()) != given.end())
    return absl::InvalidArgumentError("A partition is given twice");
  if (phase_ == Phase::kAwaitAssign && given != pending_)
    return absl::InvalidArgumentError(
        "Positions are not those of the partitions that were assigned");
  return absl::OkStatus();
}

absl::Status KafkaConsumer::Assign(std::span<const PartitionOffset> positions) {
  if (client_ == nullptr)
    return absl::FailedPreconditionError("Source is closed");
  const StandIn::Turn turn(stand_in_);
  if (phase_ == Phase::kAwaitUnassign || phase_ == Phase::kReadOffsets ||
      num_answered_ > 0)
    return absl::AbortedError("Partitions were taken");
  ROWFALL_RETURN_IF_ERROR(CheckPositions(positions));
  if (phase_ == Phase::kAwaitAssign) {
    Forget();
    table_.Assign(positions);
    pending_.clear();
    phase_ = Phase::kSteady;
    return AssignAll();
  }
  for (const PartitionOffset& position : positions) {
    const TopicPartition& partition = position.partition;
    if (table_.Find(partition.topic, partition.partition) == nullptr)
      return absl::AbortedError(
          base::Cat("Partition is not assigned", PlaceOf(partition)));
  }
  for (const PartitionOffset& position : positions) {
    table_.Move(position);
    std::erase_if(out_of_range_, [&](const OutOfRange& waiting) {
      return waiting.event.position.partition == position.partition;
    });
    std::erase_if(rewinds_, [&](const Rewind& rewind) {
      return rewind.partition == position.partition;
    });
  }
  return AssignAll();
}

// Tells librdkafka all at once: seeking has defects, and with the protocols in
// use one partition cannot be assigned alone. What was carried is read again.
absl::Status KafkaConsumer::AssignAll() {
  carried_.clear();
  ResumePaused();
  rd_kafka_resp_err_t code =
      AssignPartitions(handle(), ToList(table_.Positions()).get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    table_.Clear();
    return absl::UnavailableError(
        base::Cat("Partitions cannot be assigned: ", rd_kafka_err2str(code)));
  }
  if (paused_) PauseOwned();
  return absl::OkStatus();
}

absl::Status KafkaConsumer::Unassign() {
  if (client_ == nullptr)
    return absl::FailedPreconditionError("Source is closed");
  const StandIn::Turn turn(stand_in_);
  if (num_answered_ > 0) {
    --num_answered_;
    return absl::OkStatus();
  }
  if (phase_ == Phase::kReadOffsets)
    return absl::AbortedError("Partitions are being assigned");
  return LetGo();
}

absl::Status KafkaConsumer::LetGo() {
  const bool unanswered = phase_ == Phase::kAwaitAssign;
  ResumePaused();
  Forget();
  pending_.clear();
  phase_ = Phase::kSteady;
  // An assignment that was not answered is answered by an empty one.
  ListHandle nothing(unanswered ? rd_kafka_topic_partition_list_new(0)
                                : nullptr);
  rd_kafka_resp_err_t code = AssignPartitions(handle(), nothing.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return absl::UnavailableError(
      base::Cat("Partitions cannot be let go: ", rd_kafka_err2str(code)));
}

// Ends the epoch: nothing received so far is delivered any more.
void KafkaConsumer::Forget() {
  table_.Clear();
  carried_.clear();
  paused_partitions_.clear();
  out_of_range_.clear();
  rewinds_.clear();
}

void KafkaConsumer::Pause() {
  if (client_ == nullptr) return;
  const StandIn::Turn turn(stand_in_);
  if (std::exchange(paused_, true)) return;
  PauseOwned();
}

void KafkaConsumer::Resume() {
  if (client_ == nullptr) return;
  const StandIn::Turn turn(stand_in_);
  if (!std::exchange(paused_, false)) return;
  ResumePaused();
}

void KafkaConsumer::PauseOwned() {
  if (table_.empty()) return;
  paused_partitions_ = table_.Partitions();
  rd_kafka_pause_partitions(handle(), ToList(paused_partitions_).get());
}

void KafkaConsumer::ResumePaused() {
  if (paused_partitions_.empty()) return;
  rd_kafka_resume_partitions(handle(), ToList(paused_partitions_).get());
  paused_partitions_.clear();
}

}  // namespace rowfall::source
