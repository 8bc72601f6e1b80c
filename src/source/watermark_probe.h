// SPDX-License-Identifier: Apache-2.0
// Asks brokers how far their logs go and how many there are, in a thread whose
// hanging harms nothing.
#ifndef ROWFALL_SOURCE_WATERMARK_PROBE_H_
#define ROWFALL_SOURCE_WATERMARK_PROBE_H_

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "rowfall/message.h"
#include "rowfall/source.h"

namespace rowfall::source {

// rd_kafka_query_watermark_offsets() can outlast its timeout, so no worker may
// call it. The thread begins with the first question. All but Join() is for
// one thread; the client must outlive Join().
class WatermarkProbe {
 public:
  explicit WatermarkProbe(rd_kafka_t* client) : client_(client) {}
  ~WatermarkProbe() { Join(); }

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

  // Ends the thread after its current question; does not wait.
  void Stop();
  // Stop(), and waits, maybe for ever.
  void Join();

 private:
  bool Begin();
  void Run();
  std::optional<std::map<std::string, int32_t>> QueryTopics();

  rd_kafka_t* const client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<TopicPartition> questions_;
  std::vector<std::pair<TopicPartition, Watermarks>> answers_;
  bool asks_topics_ = false;
  std::optional<std::map<std::string, int32_t>> topics_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_WATERMARK_PROBE_H_
