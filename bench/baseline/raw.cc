// SPDX-License-Identifier: Apache-2.0
// Plain librdkafka consumers that throw their messages away.
#include <array>

#include "bench/baseline/baselines.h"
#include "bench/baseline/topic_reader.h"

namespace rowfall::bench {

absl::StatusOr<Figures> ReadInBatches(const Job& job) {
  auto reader = TopicReader::Open(job);
  if (!reader.ok()) return reader.status();
  std::array<rd_kafka_message_t*, 1000> batch;
  while (!(*reader)->done()) {
    const ssize_t got = rd_kafka_consume_batch_queue(
        (*reader)->queue(), TopicReader::kTimeoutMs, batch.data(),
        (*reader)->Next(batch.size()));
    if (got <= 0) break;
    int64_t messages = 0;
    for (ssize_t i = 0; i < got; ++i) {
      if (batch[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++messages;
      rd_kafka_message_destroy(batch[i]);
    }
    (*reader)->Count(messages);
  }
  return (*reader)->Finish();
}

absl::StatusOr<Figures> ReadOneByOne(const Job& job) {
  auto reader = TopicReader::Open(job);
  if (!reader.ok()) return reader.status();
  while (!(*reader)->done()) {
    rd_kafka_message_t* message =
        rd_kafka_consumer_poll((*reader)->consumer(), TopicReader::kTimeoutMs);
    if (message == nullptr) break;
    (*reader)->Count(message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? 1 : 0);
    rd_kafka_message_destroy(message);
  }
  return (*reader)->Finish();
}

}  // namespace rowfall::bench
