// SPDX-License-Identifier: Apache-2.0
// Asks the group's coordinator for committed offsets, in a thread whose hanging
// harms nothing.
#ifndef ROWFALL_SOURCE_COMMITTED_OFFSETS_H_
#define ROWFALL_SOURCE_COMMITTED_OFFSETS_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "absl/status/statusor.h"
#include "rowfall/message.h"
#include "source/question_thread.h"

namespace rowfall::source {

// One question at a time. An error is never an answer: who asks tries again.
// rd_kafka_committed() holds up who calls it, so no worker may. The Admin API
// does not, but is no way: where a question of its times out while the
// coordinator cannot be reached, the client uses what it has freed and aborts
// the process (all versions up to 2.14 at least), and from 2.10 on it waits for
// ever for a coordinator that was restarted. All is for one thread but Join(),
// which the client must outlive.
class CommittedOffsets {
 public:
  using Answer = absl::StatusOr<std::vector<PartitionOffset>>;

  CommittedOffsets(rd_kafka_t* client, std::string group)
      : client_(client), group_(std::move(group)) {}

  // Asks; a former question is forgotten, though its end is waited for.
  // Returns false where no thread can be made.
  bool Ask(std::vector<TopicPartition> partitions);
  // Forgets the question.
  void Cancel();
  bool waiting() const;

  // Returns the answer when it is there: for each partition its offset,
  // kOffsetNone where there is none, and the metadata as its mark.
  // Errors: Unavailable, after 2 to 5 seconds without an answer;
  // ResourceExhausted: no memory.
  std::optional<Answer> Take();

  // As QuestionThread's.
  void Stop() { thread_.Stop(); }
  void Join() { thread_.Join(); }

 private:
  // A question that is new waits for less, so that it does not hold up the
  // end; each that was not answered lets the next one wait longer.
  static constexpr int kFirstTimeoutMs = 2000;

  void AnswerTo(uint64_t number, const std::vector<TopicPartition>& partitions);
  Answer Query(const std::vector<TopicPartition>& partitions) const;

  rd_kafka_t* const client_;
  const std::string group_;
  mutable std::mutex mutex_;
  uint64_t last_ = 0;     // Questions so far.
  uint64_t current_ = 0;  // Whose answer is awaited; 0: none.
  std::optional<Answer> answer_;
  int timeout_ms_ = kFirstTimeoutMs;  // The thread's alone.
  QuestionThread thread_;             // Ends before the rest.
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_COMMITTED_OFFSETS_H_
