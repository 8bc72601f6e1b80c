// SPDX-License-Identifier: Apache-2.0
// Asks brokers which topics there are, in a thread whose hanging harms nothing.
#ifndef ROWFALL_SOURCE_TOPIC_WATCH_H_
#define ROWFALL_SOURCE_TOPIC_WATCH_H_

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "absl/status/statusor.h"
#include "rowfall/topic_filter.h"
#include "source/question_thread.h"

namespace rowfall::source {

// The client itself knows regular expressions, of the C library: one can
// overflow the stack of its thread, and take for ever for a name that somebody
// else has chosen. So it gets names only, which are compared here. All is for
// one thread but Join(), which the client must outlive.
class TopicWatch {
 public:
  TopicWatch(rd_kafka_t* client, TopicFilter filter)
      : client_(client), filter_(std::move(filter)) {}

  const TopicFilter& filter() const { return filter_; }

  // Asks, unless a question waits. Returns false where no thread can be made.
  bool Ask();
  bool waiting() const;

  // Returns the answer when it is there: the topics that the filter matches,
  // sorted.
  // Errors: Unavailable: nobody answers; ResourceExhausted: no memory.
  using Answer = absl::StatusOr<std::vector<std::string>>;
  std::optional<Answer> Take();

  // As QuestionThread's.
  void Stop() { thread_.Stop(); }
  void Join() { thread_.Join(); }

 private:
  // As those of CommittedOffsets.
  static constexpr int kFirstTimeoutMs = 1000;

  void AnswerIt();
  Answer Query();
  Answer Match(const rd_kafka_metadata_t& metadata);

  rd_kafka_t* const client_;
  const TopicFilter filter_;
  mutable std::mutex mutex_;
  bool waiting_ = false;
  std::optional<Answer> answer_;
  // The thread's alone. A name is compared once, as long as it is there.
  std::map<std::string, bool, std::less<>> known_;
  int timeout_ms_ = kFirstTimeoutMs;
  QuestionThread thread_;  // Ends before the rest.
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_TOPIC_WATCH_H_
