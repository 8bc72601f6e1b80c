// SPDX-License-Identifier: Apache-2.0
// A plain librdkafka consumer that throws its messages away.
#include "bench/baseline.h"

#include <librdkafka/rdkafka.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rowfall::bench {
namespace {

constexpr int kTimeoutMs = 30000;
constexpr size_t kBatch = 1000;

rd_kafka_t* MakeConsumer(const std::string& brokers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[256];
  for (const auto& [name, value] :
       {std::pair{"bootstrap.servers", brokers.c_str()},
        std::pair{"group.id", "rowfall-bench-baseline"},
        std::pair{"enable.auto.commit", "false"}}) {
    rd_kafka_conf_set(conf, name, value, error, sizeof error);
  }
  return rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
}

bool AssignAll(rd_kafka_t* consumer, const std::string& topic) {
  rd_kafka_topic_t* handle =
      rd_kafka_topic_new(consumer, topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code =
      rd_kafka_metadata(consumer, 0, handle, &metadata, kTimeoutMs);
  rd_kafka_topic_destroy(handle);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  auto* list = rd_kafka_topic_partition_list_new(1);
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), i)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_assign(consumer, list);
  const bool any = list->cnt > 0;
  rd_kafka_topic_partition_list_destroy(list);
  return any;
}

// Returns messages per second; 0 where the topic brings nothing more.
double Consume(rd_kafka_t* consumer, int64_t wanted) {
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(consumer);
  std::array<rd_kafka_message_t*, kBatch> batch;
  int64_t count = 0;
  absl::Time start;
  while (count < wanted) {
    const ssize_t got =
        rd_kafka_consume_batch_queue(queue, kTimeoutMs, batch.data(), kBatch);
    if (got <= 0) break;
    if (count == 0) start = absl::Now();
    for (ssize_t i = 0; i < got; ++i) {
      if (batch[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++count;
      rd_kafka_message_destroy(batch[i]);
    }
  }
  const absl::Duration elapsed = absl::Now() - start;
  rd_kafka_queue_destroy(queue);
  if (count < wanted) return 0;
  return count / std::max(absl::ToDoubleSeconds(elapsed), 1e-9);
}

double Run(const std::string& brokers, const std::string& topic,
           int64_t messages) {
  rd_kafka_t* consumer = MakeConsumer(brokers);
  if (consumer == nullptr) return 0;
  const double rate =
      AssignAll(consumer, topic) ? Consume(consumer, messages) : 0;
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  return rate;
}

}  // namespace

absl::StatusOr<double> MeasureBaseline(const std::string& brokers,
                                       const std::string& topic,
                                       int64_t messages) {
  int fds[2];
  if (pipe(fds) != 0) return absl::UnavailableError("Cannot make a pipe");
  const pid_t child = fork();
  if (child < 0) return absl::UnavailableError("Cannot start a process");
  if (child == 0) {
    const double rate = Run(brokers, topic, messages);
    _exit(write(fds[1], &rate, sizeof rate) == sizeof rate ? 0 : 1);
  }
  close(fds[1]);
  double rate = 0;
  const bool answered = read(fds[0], &rate, sizeof rate) == sizeof rate;
  close(fds[0]);
  waitpid(child, nullptr, 0);
  if (answered && rate > 0) return rate;
  return absl::UnavailableError("The plain consumer did not read topic '" +
                                topic + "' to the end");
}

}  // namespace rowfall::bench
