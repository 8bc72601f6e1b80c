// SPDX-License-Identifier: Apache-2.0
// Asks brokers how far their logs go and how many there are, in a thread whose
// hanging harms nothing.
#ifndef ROWFALL_SOURCE_WATERMARK_PROBE_H_
#define ROWFALL_SOURCE_WATERMARK_PROBE_H_

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "rowfall/message.h"
#include "rowfall/source.h"
#include "source/question_thread.h"

namespace rowfall::source {

// rd_kafka_query_watermark_offsets() can outlast its timeout, so no worker may
// call it. All is for one thread but Join(), which the client must outlive.
class WatermarkProbe {
 public:
  explicit WatermarkProbe(rd_kafka_t* client) : client_(client) {}

  // Asks; a question that waits already is not asked twice. Returns false
  // where no thread can be made.
  bool Ask(const TopicPartition& partition);
  // Returns the answers since the last call; kOffsetNone where it failed.
  std::vector<std::pair<TopicPartition, Watermarks>> Take();

  // Asks how many partitions each topic has, again and again until somebody
  // knows.
  bool AskTopics();
  // Returns the answer, once it is there.
  std::optional<std::map<std::string, int32_t>> Topics();

  // As QuestionThread's.
  void Stop() { thread_.Stop(); }
  void Join() { thread_.Join(); }

 private:
  void AnswerTo(const TopicPartition& partition);
  // Returns whether somebody knew.
  bool AnswerTopics();
  std::optional<std::map<std::string, int32_t>> QueryTopics();

  rd_kafka_t* const client_;
  std::mutex mutex_;
  std::set<TopicPartition> waiting_;
  std::vector<std::pair<TopicPartition, Watermarks>> answers_;
  std::optional<std::map<std::string, int32_t>> topics_;
  QuestionThread thread_;  // Ends before the rest.
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_WATERMARK_PROBE_H_
