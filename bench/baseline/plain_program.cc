// SPDX-License-Identifier: Apache-2.0
// The program that one writes first.
#include <string_view>
#include <vector>

#include "absl/time/clock.h"
#include "bench/baseline/baselines.h"
#include "bench/baseline/gloss_row.h"
#include "bench/baseline/topic_reader.h"

namespace rowfall::bench {

absl::StatusOr<Figures> RunPlainProgram(const Job& job, size_t batch) {
  auto reader = TopicReader::Open(job);
  if (!reader.ok()) return reader.status();
  std::vector<GlossRow> rows;
  while (!(*reader)->done()) {
    rd_kafka_message_t* message =
        rd_kafka_consumer_poll((*reader)->consumer(), TopicReader::kTimeoutMs);
    if (message == nullptr) break;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      (*reader)->Count(1);
      GlossRow row;
      row.received_at = absl::ToUnixSeconds(absl::Now());
      if (!ParseByDom(
              {static_cast<const char*>(message->payload), message->len},
              row)) {
        return absl::InvalidArgumentError("Not a message of shape 'design'");
      }
      rows.push_back(row);
    }
    rd_kafka_message_destroy(message);
    if (rows.size() < batch && !(*reader)->done()) continue;
    rows.clear();  // Here it would write them.
    rd_kafka_commit((*reader)->consumer(), nullptr, /*async=*/0);
  }
  return (*reader)->Finish();
}

}  // namespace rowfall::bench
