// SPDX-License-Identifier: Apache-2.0
// Producing and reading with librdkafka.
#include "traffic.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/kafka/client.h"

namespace rowfall::soak {

Traffic::Traffic(std::string brokers, std::string topic,
                 int messages_per_second, Findings findings)
    : brokers_(std::move(brokers)),
      topic_(std::move(topic)),
      rate_(messages_per_second),
      findings_(std::move(findings)),
      thread_([this] { Run(); }) {}

Traffic::~Traffic() { Stop(); }

void Traffic::Stop() {
  stop_.store(true);
  if (thread_.joinable()) thread_.join();
}

void Traffic::Run() {
  auto client = examples::KafkaClient::Make(
      brokers_, {{"enable.idempotence", "true"},
                 {"message.timeout.ms", "0"},
                 {"linger.ms", "50"},
                 {"compression.codec", "lz4"},
                 {"queue.buffering.max.messages", "1000000"}});
  if (!client.ok()) return findings_("producer: " + client.status().ToString());
  const absl::Time start = absl::Now();
  int64_t sent = 0;
  while (!stop_.load()) {
    const auto due = static_cast<int64_t>(
        absl::ToDoubleSeconds(absl::Now() - start) * rate_);
    for (; sent < due && !stop_.load(); ++sent) {
      const int partition = static_cast<int>(sent % kPartitions);
      const absl::Status status =
          (*client)->Send(topic_, partition, std::nullopt,
                          Payload(partition, ends_[partition]));
      if (!status.ok()) return findings_("producer: " + status.ToString());
      ++ends_[partition];
      num_produced_.fetch_add(1);
    }
    absl::SleepFor(absl::Milliseconds(20));
  }
  const absl::Status flushed = (*client)->Flush(absl::Minutes(5));
  if (!flushed.ok()) findings_("producer: " + flushed.ToString());
}

namespace {

class Reader {
 public:
  explicit Reader(const std::string& brokers) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    for (const auto& [key, value] : {std::pair<const char*, const char*>{
                                         "bootstrap.servers", brokers.c_str()},
                                     {"group.id", "soak-reader"},
                                     {"enable.auto.commit", "false"},
                                     {"auto.offset.reset", "error"}}) {
      rd_kafka_conf_set(conf, key, value, nullptr, 0);
    }
    handle_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
    rd_kafka_poll_set_consumer(handle_);
  }
  ~Reader() {
    rd_kafka_consumer_close(handle_);
    rd_kafka_destroy(handle_);
  }
  rd_kafka_t* handle() const { return handle_; }

 private:
  rd_kafka_t* handle_ = nullptr;
};

}  // namespace

std::string CheckTopic(const std::string& brokers, const std::string& topic,
                       const std::array<int64_t, kPartitions>& ends) {
  const Reader reader(brokers);
  auto* list = rd_kafka_topic_partition_list_new(kPartitions);
  for (int i = 0; i < kPartitions; ++i) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), i)->offset = 0;
  }
  rd_kafka_assign(reader.handle(), list);
  rd_kafka_topic_partition_list_destroy(list);
  std::array<int64_t, kPartitions> next{};
  std::string wrong;
  absl::Time last = absl::Now();
  while (next != ends && wrong.empty()) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(reader.handle(), 1000);
    if (message != nullptr && message->err == 0) {
      int64_t& expected = next[message->partition];
      const std::string_view payload(static_cast<char*>(message->payload),
                                     message->len);
      if (message->offset != expected ||
          payload != Payload(message->partition, expected)) {
        wrong = "the topic is not as produced at " +
                std::to_string(message->partition) + "@" +
                std::to_string(message->offset);
      }
      ++expected;
      last = absl::Now();
    }
    if (message != nullptr) rd_kafka_message_destroy(message);
    if (absl::Now() - last > absl::Minutes(1)) wrong = "the topic has no end";
  }
  return wrong;
}

}  // namespace rowfall::soak
