// SPDX-License-Identifier: Apache-2.0
// Asks the group's coordinator for committed offsets without blocking.
#ifndef ROWFALL_SOURCE_COMMITTED_OFFSETS_H_
#define ROWFALL_SOURCE_COMMITTED_OFFSETS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rowfall/message.h"
#include "source/handle.h"

namespace rowfall::source {

// One question at a time. An error is never an answer: who asks tries again.
// rd_kafka_committed() would hold Poll() up, or never succeed in short slices.
//
// No question may time out in the client. Where one does while the coordinator
// cannot be reached, librdkafka (all versions up to 2.14 at least) uses what it
// has freed as soon as the coordinator can be, and aborts the process. So each
// has the longest time there is; who does not want to wait ends the client.
class CommittedOffsets {
 public:
  using Answer = absl::StatusOr<std::vector<PartitionOffset>>;

  // `client` must outlive this.
  CommittedOffsets(rd_kafka_t* client, std::string group, bool stable_only);

  // Sends the question; a former one is forgotten.
  void Ask(std::vector<TopicPartition> partitions, absl::Duration now);
  // Forgets the question, which the client does not.
  void Cancel();
  // Before the client ends.
  void Close();
  bool waiting() const { return current_ != 0; }
  absl::Status NoAnswerYet() const;

  // Returns the answer when it is there: for each partition its offset,
  // kOffsetNone where there is none, and the metadata as its mark.
  // Errors: Unavailable.
  std::optional<Answer> Take();
  // How long the client has been working at a question, forgotten or not.
  absl::Duration OldestAge(absl::Duration now);

 private:
  // Takes what has come.
  void Receive();
  Answer Read(const rd_kafka_event_t* event) const;

  rd_kafka_t* const client_;
  const std::string group_;
  const bool stable_only_;
  std::vector<TopicPartition> partitions_;
  QueueHandle queue_;
  std::map<intptr_t, absl::Duration> open_;  // When each was asked.
  intptr_t last_ = 0;
  intptr_t current_ = 0;  // 0: none.
  std::optional<Answer> answer_;
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_COMMITTED_OFFSETS_H_
