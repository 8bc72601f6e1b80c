// SPDX-License-Identifier: Apache-2.0
// Commits of a Kafka consumer, in the background and with a deadline.
#include <utility>

#include "base/status.h"
#include "base/text.h"
#include "source/commit_result.h"
#include "source/kafka_consumer.h"

namespace rowfall::source {

// Brokers accept commits of anybody for any partition and offset.
absl::Status KafkaConsumer::CheckCommit(
    std::span<const PartitionOffset> positions) {
  if (client_ == nullptr)
    return absl::FailedPreconditionError("Source is closed");
  for (const PartitionOffset& position : positions) {
    const TopicPartition& partition = position.partition;
    if (position.offset < 0)
      return absl::InvalidArgumentError(
          base::Cat("Offset must not be negative: ", position.offset, " [",
                    partition.ToString(), "]"));
    if (table_.Find(partition.topic, partition.partition) == nullptr)
      return absl::AbortedError(
          base::Cat("Partition is not assigned [", partition.ToString(), "]"));
  }
  return absl::OkStatus();
}

void KafkaConsumer::CommitAsync(std::span<const PartitionOffset> positions,
                                uint64_t id) {
  const StandIn::Turn turn(stand_in_);
  absl::Status status = CheckCommit(positions);
  if (!status.ok() || positions.empty()) {
    Add(CommitFinished{id, std::move(status), {}});
    return;
  }
  const uintptr_t number = ++last_commit_;
  rd_kafka_resp_err_t code = rd_kafka_commit_queue(
      handle(), ToList(positions).get(), queue_.get(), KafkaClient::CommitDone,
      reinterpret_cast<void*>(number));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    commits_[number] = id;
  } else {
    Add(CommitFinished{id, CommitStatus(code), {}});
  }
}

void KafkaConsumer::OnCommit(rd_kafka_resp_err_t code,
                             const rd_kafka_topic_partition_list_t* list,
                             void* tag) {
  auto commit = commits_.find(reinterpret_cast<uintptr_t>(tag));
  if (commit == commits_.end()) return;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    group_is_silent_ = false;
    unreachable_ = false;
  }
  CommitResult result = MakeCommitResult(code, list);
  const uint64_t id = commit->second;
  commits_.erase(commit);
  Add(CommitFinished{id, std::move(result.status),
                     std::move(result.partitions)});
}

absl::Status KafkaConsumer::Commit(std::span<const PartitionOffset> positions,
                                   absl::Duration timeout) {
  const StandIn::Turn turn(stand_in_);
  ROWFALL_RETURN_IF_ERROR(CheckCommit(positions));
  if (positions.empty()) return absl::OkStatus();
  const absl::Duration deadline = Now() + timeout;
  // A queue of its own: messages must not come between. An answer that comes
  // after the deadline goes away with it.
  QueueHandle answers(rd_kafka_queue_new(handle()));
  rd_kafka_resp_err_t code = rd_kafka_commit_queue(
      handle(), ToList(positions).get(), answers.get(), nullptr, nullptr);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return CommitStatus(code);
  for (absl::Duration rest = timeout;; rest = deadline - Now()) {
    const int wait_ms = static_cast<int>(absl::ToInt64Milliseconds(
        std::clamp(rest, absl::ZeroDuration(), absl::Hours(1))));
    EventHandle event(rd_kafka_queue_poll(answers.get(), wait_ms));
    if (event != nullptr) {
      group_is_silent_ = false;
      return MakeCommitResult(rd_kafka_event_error(event.get()),
                              rd_kafka_event_topic_partition_list(event.get()))
          .status;
    }
    if (Now() >= deadline) break;
  }
  group_is_silent_ = true;
  return absl::DeadlineExceededError(
      base::Cat("Commit was not answered in time, it may still happen: ",
                absl::FormatDuration(timeout)));
}

}  // namespace rowfall::source
