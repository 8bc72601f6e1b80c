// SPDX-License-Identifier: Apache-2.0
// Transactions, headers and times by librdkafka.
#include "tests/kafka/producer.h"

#include <librdkafka/rdkafka.h>

#include <memory>
#include <stdexcept>

namespace rowfall {
namespace {

constexpr int kTimeoutMs = 30000;

void Check(rd_kafka_resp_err_t code) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  throw std::runtime_error(rd_kafka_err2str(code));
}

void Check(rd_kafka_error_t* error) {
  if (error == nullptr) return;
  const std::string text = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  throw std::runtime_error(text);
}

rd_kafka_t* MakeHandle(rd_kafka_type_t type,
                       const std::map<std::string, std::string>& properties) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[256] = "";
  for (const auto& [key, value] : properties) {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), error,
                          sizeof error) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      throw std::runtime_error(error);
    }
  }
  rd_kafka_conf_set_log_cb(
      conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_t* handle = rd_kafka_new(type, conf, error, sizeof error);
  if (handle == nullptr) {
    rd_kafka_conf_destroy(conf);
    throw std::runtime_error(error);
  }
  return handle;
}

void* Data(const std::optional<std::string>& text) {
  return text ? const_cast<char*>(text->data()) : nullptr;
}

size_t Size(const std::optional<std::string>& text) {
  return text ? text->size() : 0;
}

}  // namespace

TestProducer::TestProducer(const std::string& brokers,
                           std::map<std::string, std::string> properties) {
  properties["bootstrap.servers"] = brokers;
  handle_ = MakeHandle(RD_KAFKA_PRODUCER, properties);
  if (properties.contains("transactional.id")) {
    Check(rd_kafka_init_transactions(handle_, kTimeoutMs));
  }
}

TestProducer::~TestProducer() { rd_kafka_destroy(handle_); }

void TestProducer::Send(const std::string& topic, const RichMessage& message) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(message.headers.size());
  for (const auto& [name, value] : message.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                        Data(value), static_cast<ssize_t>(Size(value)));
  }
  rd_kafka_resp_err_t code;
  while ((code = rd_kafka_producev(
              handle_, RD_KAFKA_V_TOPIC(topic.c_str()),
              RD_KAFKA_V_PARTITION(message.partition),
              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
              RD_KAFKA_V_KEY(Data(message.key), Size(message.key)),
              RD_KAFKA_V_VALUE(Data(message.value), Size(message.value)),
              RD_KAFKA_V_TIMESTAMP(message.timestamp_ms),
              RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END)) ==
         RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    rd_kafka_poll(handle_, 10);
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_headers_destroy(headers);
  Check(code);
}

void TestProducer::Flush() { Check(rd_kafka_flush(handle_, kTimeoutMs)); }

void TestProducer::Begin() { Check(rd_kafka_begin_transaction(handle_)); }

void TestProducer::Commit() {
  Check(rd_kafka_commit_transaction(handle_, kTimeoutMs));
}

void TestProducer::Abort() {
  Flush();  // The broker refuses to abort what it has not heard of.
  Check(rd_kafka_abort_transaction(handle_, kTimeoutMs));
}

int64_t CountMessages(const std::string& brokers, const std::string& topic,
                      int32_t partition) {
  rd_kafka_t* handle =
      MakeHandle(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers},
                                     {"group.id", "count"},
                                     {"enable.auto.commit", "false"},
                                     {"enable.partition.eof", "true"}});
  rd_kafka_poll_set_consumer(handle);
  auto* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset =
      RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(handle, list);
  rd_kafka_topic_partition_list_destroy(list);
  int64_t count = 0;
  bool at_end = false;
  while (!at_end) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(handle, 100);
    if (message == nullptr) continue;
    at_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++count;
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(handle);
  rd_kafka_destroy(handle);
  return count;
}

}  // namespace rowfall
