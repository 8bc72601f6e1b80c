// SPDX-License-Identifier: Apache-2.0
// Asks the group's coordinator for committed offsets without blocking.
#ifndef ROWFALL_SOURCE_COMMITTED_OFFSETS_H_
#define ROWFALL_SOURCE_COMMITTED_OFFSETS_H_

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
class CommittedOffsets {
 public:
  // `client` must outlive this.
  CommittedOffsets(rd_kafka_t* client, std::string group, bool stable_only);

  // Sends the question; a former one is forgotten.
  void Ask(std::vector<TopicPartition> partitions, absl::Duration timeout);
  void Cancel() { queue_.reset(); }
  bool waiting() const { return queue_ != nullptr; }

  // Returns the answer when it is there: for each partition its offset,
  // kOffsetNone where there is none, and the metadata as its mark.
  // Errors: Unavailable.
  std::optional<absl::StatusOr<std::vector<PartitionOffset>>> Take();

 private:
  absl::StatusOr<std::vector<PartitionOffset>> Read(
      const rd_kafka_event_t* event) const;

  rd_kafka_t* const client_;
  const std::string group_;
  const bool stable_only_;
  std::vector<TopicPartition> partitions_;
  QueueHandle queue_;
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_COMMITTED_OFFSETS_H_
