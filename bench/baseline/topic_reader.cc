// SPDX-License-Identifier: Apache-2.0
// Assigns all partitions of a topic to a plain consumer.
#include "bench/baseline/topic_reader.h"

#include <unistd.h>

#include <algorithm>

#include "absl/time/clock.h"

namespace rowfall::bench {
namespace {

absl::StatusOr<rd_kafka_t*> MakeConsumer(const Job& job) {
  auto properties = job.properties;
  properties["bootstrap.servers"] = job.brokers;
  properties["enable.auto.commit"] = "false";
  properties["group.id"] = "rowfall-bench-" +
                           std::to_string(absl::ToUnixMicros(absl::Now())) +
                           "-" + std::to_string(getpid());
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[256] = "";
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error,
                          sizeof error) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return absl::InvalidArgumentError(error);
    }
  }
  rd_kafka_t* consumer =
      rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (consumer != nullptr) return consumer;
  rd_kafka_conf_destroy(conf);
  return absl::InvalidArgumentError(error);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TopicReader>> TopicReader::Open(const Job& job) {
  const auto consumer = MakeConsumer(job);
  if (!consumer.ok()) return consumer.status();
  std::unique_ptr<TopicReader> reader(new TopicReader(*consumer, job.messages));
  const absl::Status status = reader->AssignAll(job.topic);
  if (!status.ok()) return status;
  return reader;
}

TopicReader::TopicReader(rd_kafka_t* consumer, int64_t wanted)
    : consumer_(consumer),
      queue_(rd_kafka_queue_get_consumer(consumer)),
      wanted_(wanted) {}

TopicReader::~TopicReader() {
  rd_kafka_queue_destroy(queue_);
  rd_kafka_consumer_close(consumer_);
  rd_kafka_destroy(consumer_);
}

absl::Status TopicReader::AssignAll(const std::string& topic) {
  rd_kafka_topic_t* handle =
      rd_kafka_topic_new(consumer_, topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code =
      rd_kafka_metadata(consumer_, 0, handle, &metadata, kTimeoutMs);
  rd_kafka_topic_destroy(handle);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return absl::UnavailableError(rd_kafka_err2str(code));
  }
  auto* list = rd_kafka_topic_partition_list_new(1);
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), i)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_metadata_destroy(metadata);
  const bool any = list->cnt > 0;
  if (any) rd_kafka_assign(consumer_, list);
  rd_kafka_topic_partition_list_destroy(list);
  if (any) return absl::OkStatus();
  return absl::NotFoundError("No such topic: '" + topic + "'");
}

void TopicReader::Count(int64_t messages) {
  if (count_ == 0 && messages > 0) start_ = absl::Now();
  count_ += messages;
}

absl::StatusOr<Figures> TopicReader::Finish() const {
  if (!done()) {
    return absl::UnavailableError(std::to_string(count_) + " of " +
                                  std::to_string(wanted_) +
                                  " messages came in time");
  }
  Figures figures;
  figures.messages = figures.rows = count_;
  figures.seconds = std::max(absl::ToDoubleSeconds(absl::Now() - start_), 1e-9);
  return figures;
}

}  // namespace rowfall::bench
