// SPDX-License-Identifier: Apache-2.0
// Access control lists, by librdkafka's admin API.
#include "tests/fault/network/access.h"

#include <librdkafka/rdkafka.h>

#include <stdexcept>

namespace rowfall {
namespace {

constexpr int kTimeoutMs = 20000;

using Event = std::unique_ptr<rd_kafka_event_t, void (*)(rd_kafka_event_t*)>;
using Queue = std::unique_ptr<rd_kafka_queue_t, void (*)(rd_kafka_queue_t*)>;

rd_kafka_t* MakeClient(const std::string& brokers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), nullptr, 0);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
  if (client == nullptr) throw std::runtime_error("No client for access");
  return client;
}

rd_kafka_ResourceType_t TypeOf(Resource resource) {
  return resource == Resource::kTopic ? RD_KAFKA_RESOURCE_TOPIC
                                      : RD_KAFKA_RESOURCE_GROUP;
}

Event Wait(rd_kafka_queue_t* queue, const char* what) {
  Event event(rd_kafka_queue_poll(queue, kTimeoutMs), rd_kafka_event_destroy);
  if (event == nullptr || rd_kafka_event_error(event.get()))
    throw std::runtime_error(std::string(what) + ": " +
                             (event == nullptr
                                  ? "no answer"
                                  : rd_kafka_event_error_string(event.get())));
  return event;
}

void Check(const rd_kafka_error_t* error, const char* what) {
  if (error == nullptr) return;
  throw std::runtime_error(std::string(what) + ": " +
                           rd_kafka_error_string(error));
}

}  // namespace

AccessControl::AccessControl(const std::string& brokers)
    : client_(MakeClient(brokers), rd_kafka_destroy) {}

void AccessControl::Allow(const std::string& user, Resource resource,
                          const std::string& name) {
  Queue queue(rd_kafka_queue_new(client_.get()), rd_kafka_queue_destroy);
  char error[256] = "";
  rd_kafka_AclBinding_t* binding = rd_kafka_AclBinding_new(
      TypeOf(resource), name.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL,
      ("User:" + user).c_str(), "*", RD_KAFKA_ACL_OPERATION_READ,
      RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, error, sizeof error);
  if (binding == nullptr) throw std::runtime_error(error);
  rd_kafka_CreateAcls(client_.get(), &binding, 1, nullptr, queue.get());
  rd_kafka_AclBinding_destroy(binding);
  const Event event = Wait(queue.get(), "CreateAcls");
  size_t count = 0;
  const rd_kafka_acl_result_t** results = rd_kafka_CreateAcls_result_acls(
      rd_kafka_event_CreateAcls_result(event.get()), &count);
  Check(rd_kafka_acl_result_error(results[0]), "CreateAcls");
}

void AccessControl::Withdraw(const std::string& user, Resource resource,
                             const std::string& name) {
  Queue queue(rd_kafka_queue_new(client_.get()), rd_kafka_queue_destroy);
  char error[256] = "";
  rd_kafka_AclBindingFilter_t* filter = rd_kafka_AclBindingFilter_new(
      TypeOf(resource), name.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL,
      ("User:" + user).c_str(), "*", RD_KAFKA_ACL_OPERATION_READ,
      RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, error, sizeof error);
  if (filter == nullptr) throw std::runtime_error(error);
  rd_kafka_DeleteAcls(client_.get(), &filter, 1, nullptr, queue.get());
  rd_kafka_AclBinding_destroy(filter);
  const Event event = Wait(queue.get(), "DeleteAcls");
  size_t count = 0;
  const rd_kafka_DeleteAcls_result_response_t** responses =
      rd_kafka_DeleteAcls_result_responses(
          rd_kafka_event_DeleteAcls_result(event.get()), &count);
  Check(rd_kafka_DeleteAcls_result_response_error(responses[0]), "DeleteAcls");
}

}  // namespace rowfall
