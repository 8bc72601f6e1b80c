// SPDX-License-Identifier: Apache-2.0
// Creates topics, sends messages and asks for offsets with librdkafka.
#include "examples/kafka/client.h"

#include <librdkafka/rdkafka.h>

#include <utility>

namespace rowfall::examples {
namespace {

struct HandleDeleter {
  void operator()(rd_kafka_AdminOptions_t* p) {
    rd_kafka_AdminOptions_destroy(p);
  }
  void operator()(rd_kafka_NewTopic_t* p) { rd_kafka_NewTopic_destroy(p); }
  void operator()(rd_kafka_queue_t* p) { rd_kafka_queue_destroy(p); }
  void operator()(rd_kafka_event_t* p) { rd_kafka_event_destroy(p); }
  void operator()(rd_kafka_topic_t* p) { rd_kafka_topic_destroy(p); }
  void operator()(const rd_kafka_metadata_t* p) {
    rd_kafka_metadata_destroy(p);
  }
};
template <typename T>
using Handle = std::unique_ptr<T, HandleDeleter>;

std::string Message(std::string_view what, const std::string& topic,
                    std::string_view reason) {
  std::string text(what);
  return text.append(" '").append(topic).append("': ").append(reason);
}

void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& error = *static_cast<std::string*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && error.empty()) {
    error = rd_kafka_err2str(message->err);
  }
}

struct Bytes {
  void* data;
  size_t size;
};

Bytes ToBytes(std::optional<std::string_view> text) {
  if (!text) return {nullptr, 0};
  const char* data = text->empty() ? "" : text->data();
  return {const_cast<char*>(data), text->size()};
}

absl::Status TopicStatus(rd_kafka_event_t* event, const std::string& topic) {
  if (event == nullptr) {
    return absl::UnavailableError(
        Message("Cannot create topic", topic, "no answer"));
  }
  rd_kafka_resp_err_t code = rd_kafka_event_error(event);
  const char* reason = rd_kafka_event_error_string(event);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    size_t count = 0;
    const auto** results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event), &count);
    code = rd_kafka_topic_result_error(results[0]);
    reason = rd_kafka_topic_result_error_string(results[0]);
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  if (reason == nullptr) reason = rd_kafka_err2str(code);
  const std::string text = Message("Cannot create topic", topic, reason);
  return code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS
             ? absl::AlreadyExistsError(text)
             : absl::UnavailableError(text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaClient>> KafkaClient::Make(
    const std::string& brokers, std::map<std::string, std::string> properties) {
  std::unique_ptr<KafkaClient> client(new KafkaClient);
  properties["bootstrap.servers"] = brokers;
  properties.insert({{"linger.ms", "5"},
                     {"enable.idempotence", "true"},
                     {"log.connection.close", "false"},
                     {"queue.buffering.max.kbytes", "65536"}});
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[256] = "";
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error,
                          sizeof error) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return absl::InvalidArgumentError(error);
    }
  }
  rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
  rd_kafka_conf_set_opaque(conf, &client->delivery_error_);
  rd_kafka_conf_set_log_cb(
      conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  client->handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (client->handle_ == nullptr) {
    rd_kafka_conf_destroy(conf);
    return absl::InvalidArgumentError(error);
  }
  return client;
}

KafkaClient::~KafkaClient() {
  if (handle_ != nullptr) rd_kafka_destroy(handle_);
}

absl::Status KafkaClient::CreateTopic(
    const std::string& topic, int partitions,
    const std::map<std::string, std::string>& config) {
  char error[256] = "";
  Handle<rd_kafka_NewTopic_t> request(
      rd_kafka_NewTopic_new(topic.c_str(), partitions, /*replication_factor=*/1,
                            error, sizeof error));
  if (request == nullptr) {
    return absl::InvalidArgumentError(
        Message("Cannot create topic", topic, error));
  }
  for (const auto& [name, value] : config) {
    rd_kafka_NewTopic_set_config(request.get(), name.c_str(), value.c_str());
  }
  Handle<rd_kafka_AdminOptions_t> options(
      rd_kafka_AdminOptions_new(handle_, RD_KAFKA_ADMIN_OP_CREATETOPICS));
  rd_kafka_AdminOptions_set_operation_timeout(options.get(), 30000, error,
                                              sizeof error);
  Handle<rd_kafka_queue_t> queue(rd_kafka_queue_new(handle_));
  rd_kafka_NewTopic_t* requests[] = {request.get()};
  rd_kafka_CreateTopics(handle_, requests, 1, options.get(), queue.get());
  Handle<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), 30000));
  return TopicStatus(event.get(), topic);
}

absl::Status KafkaClient::Send(const std::string& topic, int32_t partition,
                               std::optional<std::string_view> key,
                               std::optional<std::string_view> value) {
  // No bytes at an address are an empty value, no address is none.
  const Bytes key_bytes = ToBytes(key);
  const Bytes value_bytes = ToBytes(value);
  while (true) {
    const rd_kafka_resp_err_t code = rd_kafka_producev(
        handle_, RD_KAFKA_V_TOPIC(topic.c_str()),
        RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key_bytes.data, key_bytes.size),
        RD_KAFKA_V_VALUE(value_bytes.data, value_bytes.size), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      // Messages are kept until their delivery was reported.
      rd_kafka_poll(handle_, 0);
      return absl::OkStatus();
    }
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      return absl::UnavailableError(
          Message("Cannot produce to topic", topic, rd_kafka_err2str(code)));
    }
    rd_kafka_poll(handle_, 10);
  }
}

absl::Status KafkaClient::Flush(absl::Duration timeout) {
  const auto code = rd_kafka_flush(
      handle_, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return absl::DeadlineExceededError("Messages were not written in time");
  }
  if (delivery_error_.empty()) return absl::OkStatus();
  return absl::UnavailableError("A message was not written: '" +
                                std::exchange(delivery_error_, {}) + "'");
}

absl::StatusOr<std::map<int32_t, KafkaClient::Range>> KafkaClient::Ranges(
    const std::string& topic, absl::Duration timeout) {
  const int timeout_ms = static_cast<int>(absl::ToInt64Milliseconds(timeout));
  auto failed = [&](rd_kafka_resp_err_t code) {
    const std::string text = Message("Cannot read the offsets of topic", topic,
                                     rd_kafka_err2str(code));
    return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
               ? absl::NotFoundError(text)
               : absl::UnavailableError(text);
  };
  Handle<rd_kafka_topic_t> handle(
      rd_kafka_topic_new(handle_, topic.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  auto code = rd_kafka_metadata(handle_, 0, handle.get(), &raw, timeout_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code);
  const Handle<const rd_kafka_metadata_t> metadata(raw);
  if (raw->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return failed(raw->topics[0].err);
  }
  std::map<int32_t, Range> ranges;
  for (int i = 0; i < raw->topics[0].partition_cnt; ++i) {
    const int32_t partition = raw->topics[0].partitions[i].id;
    Range& range = ranges[partition];
    code =
        rd_kafka_query_watermark_offsets(handle_, topic.c_str(), partition,
                                         &range.begin, &range.end, timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code);
  }
  return ranges;
}

}  // namespace rowfall::examples
