// SPDX-License-Identifier: Apache-2.0
// Topics, messages and offsets of the tests' broker, by librdkafka.
#include "tests/kafka/cluster.h"

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rowfall {
namespace {

constexpr int kTimeoutMs = 30000;

void Check(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

void Check(rd_kafka_resp_err_t code, std::string_view what) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  throw std::runtime_error(std::string(what) + ": " + rd_kafka_err2str(code));
}

std::string FindBrokers() {
  if (const char* brokers = std::getenv("ROWFALL_TEST_BROKERS")) return brokers;
  const char* file = std::getenv("ROWFALL_TEST_BROKERS_FILE");
  std::string brokers;
  if (file == nullptr ||
      !std::getline(std::ifstream(file) >> std::ws, brokers)) {
    throw std::runtime_error(
        "No broker: run the tests by ctest, or set ROWFALL_TEST_BROKERS");
  }
  return brokers;
}

// librdkafka crashes where it asks for committed offsets on a producer and the
// broker does not know the group yet: it wants to look for the coordinator of
// the client's own group, which only consumers have (librdkafka #5040).
std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)> MakeConsumer(
    const std::string& brokers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "group.id", "test-cluster", nullptr, 0);
  rd_kafka_conf_set_log_cb(
      conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  char error[256] = "";
  rd_kafka_t* handle =
      rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (handle == nullptr) {
    rd_kafka_conf_destroy(conf);
    throw std::runtime_error(error);
  }
  return {handle, rd_kafka_destroy};
}

// A coordinator that has just started.
bool PassesInTime(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
         code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR;
}

// Answers of the admin API come on a queue; this waits for one.
class AdminCall {
 public:
  AdminCall(rd_kafka_t* handle, rd_kafka_admin_op_t operation)
      : options_(rd_kafka_AdminOptions_new(handle, operation),
                 rd_kafka_AdminOptions_destroy),
        queue_(rd_kafka_queue_new(handle), rd_kafka_queue_destroy),
        event_(nullptr, rd_kafka_event_destroy) {
    // Beyond the program's life: src/source/committed_offsets.h tells why no
    // question may time out.
    rd_kafka_AdminOptions_set_request_timeout(options_.get(), 3600 * 1000,
                                              nullptr, 0);
  }

  rd_kafka_AdminOptions_t* options() { return options_.get(); }
  rd_kafka_queue_t* queue() { return queue_.get(); }

  rd_kafka_event_t* Wait(std::string_view what) {
    rd_kafka_event_t* event = WaitForAny(what);
    Check(rd_kafka_event_error(event), what);
    return event;
  }
  // An error, too.
  rd_kafka_event_t* WaitForAny(std::string_view what) {
    event_.reset(rd_kafka_queue_poll(queue_.get(), kTimeoutMs));
    if (event_ == nullptr) {
      throw std::runtime_error(std::string(what) + ": no answer");
    }
    return event_.get();
  }

 private:
  std::unique_ptr<rd_kafka_AdminOptions_t, void (*)(rd_kafka_AdminOptions_t*)>
      options_;
  std::unique_ptr<rd_kafka_queue_t, void (*)(rd_kafka_queue_t*)> queue_;
  std::unique_ptr<rd_kafka_event_t, void (*)(rd_kafka_event_t*)> event_;
};

using PartitionList =
    std::unique_ptr<rd_kafka_topic_partition_list_t,
                    void (*)(rd_kafka_topic_partition_list_t*)>;

PartitionList MakeList(const std::string& topic, int partitions) {
  PartitionList list(rd_kafka_topic_partition_list_new(partitions),
                     rd_kafka_topic_partition_list_destroy);
  for (int i = 0; i < partitions; ++i) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), i);
  }
  return list;
}

void CheckGroup(const rd_kafka_group_result_t* group, std::string_view what) {
  if (const auto* error = rd_kafka_group_result_error(group)) {
    Check(rd_kafka_error_code(error), what);
  }
  const auto* partitions = rd_kafka_group_result_partitions(group);
  for (int i = 0; partitions != nullptr && i < partitions->cnt; ++i) {
    Check(partitions->elems[i].err, what);
  }
}

rd_kafka_resp_err_t AskCommitted(rd_kafka_t* handle, const std::string& group,
                                 const std::string& topic, int partitions,
                                 std::map<int32_t, int64_t>& committed) {
  AdminCall call(handle, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
  PartitionList list = MakeList(topic, partitions);
  auto* request =
      rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), list.get());
  rd_kafka_ListConsumerGroupOffsets(handle, &request, 1, call.options(),
                                    call.queue());
  rd_kafka_ListConsumerGroupOffsets_destroy(request);
  rd_kafka_event_t* event = call.WaitForAny("ListConsumerGroupOffsets");
  const auto code = rd_kafka_event_error(event);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
  const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(event);
  size_t count = 0;
  const auto** groups =
      rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
  if (const auto* error = rd_kafka_group_result_error(groups[0])) {
    return rd_kafka_error_code(error);
  }
  const auto* offsets = rd_kafka_group_result_partitions(groups[0]);
  for (int i = 0; i < offsets->cnt; ++i) {
    if (offsets->elems[i].offset < 0) continue;
    committed[offsets->elems[i].partition] = offsets->elems[i].offset;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

KafkaCluster::KafkaCluster()
    : brokers_(FindBrokers()), consumer_(MakeConsumer(brokers_)) {
  auto client = examples::KafkaClient::Make(brokers_);
  Check(client.status());
  client_ = *std::move(client);
}

std::string KafkaCluster::UniqueName(std::string_view prefix) {
  static std::atomic<int> counter{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::string(prefix) + "-" + std::to_string(now.count() / 1000) + "-" +
         std::to_string(getpid()) + "-" + std::to_string(counter++);
}

std::string KafkaCluster::CreateTopic(
    std::string_view prefix, int partitions,
    const std::map<std::string, std::string>& config) {
  std::string topic = UniqueName(prefix);
  Check(client_->CreateTopic(topic, partitions, config));
  return topic;
}

void KafkaCluster::CreateTopicAgain(const std::string& topic, int partitions) {
  // A topic's deletion is answered before its name is free.
  absl::Status status;
  for (int i = 0; i < 300; ++i) {
    status = client_->CreateTopic(topic, partitions, {});
    if (!absl::IsAlreadyExists(status)) break;
    absl::SleepFor(absl::Milliseconds(100));
  }
  Check(status);
}

void KafkaCluster::DeleteTopic(const std::string& topic) {
  AdminCall call(client_->handle(), RD_KAFKA_ADMIN_OP_DELETETOPICS);
  rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_DeleteTopics(client_->handle(), &request, 1, call.options(),
                        call.queue());
  rd_kafka_DeleteTopic_destroy(request);
  const auto* result =
      rd_kafka_event_DeleteTopics_result(call.Wait("DeleteTopics"));
  size_t count = 0;
  const auto** topics = rd_kafka_DeleteTopics_result_topics(result, &count);
  Check(rd_kafka_topic_result_error(topics[0]), "DeleteTopics");
}

void KafkaCluster::RecreateTopic(const std::string& topic, int partitions) {
  DeleteTopic(topic);
  CreateTopicAgain(topic, partitions);
}

void KafkaCluster::SetPartitions(const std::string& topic, int partitions) {
  AdminCall call(client_->handle(), RD_KAFKA_ADMIN_OP_CREATEPARTITIONS);
  char error[256];
  rd_kafka_NewPartitions_t* request = rd_kafka_NewPartitions_new(
      topic.c_str(), partitions, error, sizeof error);
  rd_kafka_CreatePartitions(client_->handle(), &request, 1, call.options(),
                            call.queue());
  rd_kafka_NewPartitions_destroy(request);
  const auto* result =
      rd_kafka_event_CreatePartitions_result(call.Wait("CreatePartitions"));
  size_t count = 0;
  const auto** topics = rd_kafka_CreatePartitions_result_topics(result, &count);
  Check(rd_kafka_topic_result_error(topics[0]), "CreatePartitions");
}

void KafkaCluster::DeleteRecords(const std::string& topic, int32_t partition,
                                 int64_t offset) {
  AdminCall call(client_->handle(), RD_KAFKA_ADMIN_OP_DELETERECORDS);
  PartitionList list(rd_kafka_topic_partition_list_new(1),
                     rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)
      ->offset = offset;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list.get());
  rd_kafka_DeleteRecords(client_->handle(), &request, 1, call.options(),
                         call.queue());
  rd_kafka_DeleteRecords_destroy(request);
  const auto* offsets = rd_kafka_DeleteRecords_result_offsets(
      rd_kafka_event_DeleteRecords_result(call.Wait("DeleteRecords")));
  Check(offsets->elems[0].err, "DeleteRecords");
}

void KafkaCluster::Produce(const std::string& topic,
                           const TestMessage& message) {
  Produce(topic, 1, [&](int64_t) { return message; });
}

void KafkaCluster::Produce(const std::string& topic, int64_t count,
                           const std::function<TestMessage(int64_t)>& make) {
  for (int64_t i = 0; i < count; ++i) {
    const TestMessage message = make(i);
    Check(client_->Send(topic, message.partition, message.key, message.value));
  }
  Check(client_->Flush(absl::Milliseconds(kTimeoutMs)));
}

void KafkaCluster::ReadCommitted(const std::string& group,
                                 const std::string& topic, int partitions,
                                 const OffsetCall& read) {
  AdminCall call(consumer_.get(), RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
  PartitionList list = MakeList(topic, partitions);
  auto* request =
      rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), list.get());
  rd_kafka_ListConsumerGroupOffsets(consumer_.get(), &request, 1,
                                    call.options(), call.queue());
  rd_kafka_ListConsumerGroupOffsets_destroy(request);
  const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(
      call.Wait("ListConsumerGroupOffsets"));
  size_t count = 0;
  const auto** groups =
      rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
  if (const auto* error = rd_kafka_group_result_error(groups[0])) {
    Check(rd_kafka_error_code(error), "ListConsumerGroupOffsets");
  }
  read(rd_kafka_group_result_partitions(groups[0]));
}

std::map<int32_t, int64_t> KafkaCluster::Committed(const std::string& group,
                                                   const std::string& topic,
                                                   int partitions) {
  const absl::Time deadline = absl::Now() + absl::Milliseconds(kTimeoutMs);
  std::map<int32_t, int64_t> committed;
  while (true) {
    const auto code =
        AskCommitted(consumer_.get(), group, topic, partitions, committed);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return committed;
    if (!PassesInTime(code) || absl::Now() > deadline) {
      Check(code, "ListConsumerGroupOffsets");
    }
    absl::SleepFor(absl::Milliseconds(100));
  }
}

void KafkaCluster::SetCommitted(const std::string& group,
                                const std::string& topic,
                                const std::map<int32_t, int64_t>& offsets) {
  AdminCall call(client_->handle(),
                 RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS);
  PartitionList list = MakeList(topic, 0);
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)
        ->offset = offset;
  }
  auto* request =
      rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get());
  rd_kafka_AlterConsumerGroupOffsets(client_->handle(), &request, 1,
                                     call.options(), call.queue());
  rd_kafka_AlterConsumerGroupOffsets_destroy(request);
  size_t count = 0;
  const auto** groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
      rd_kafka_event_AlterConsumerGroupOffsets_result(
          call.Wait("AlterConsumerGroupOffsets")),
      &count);
  CheckGroup(groups[0], "AlterConsumerGroupOffsets");
}

void KafkaCluster::DeleteCommitted(const std::string& group,
                                   const std::string& topic, int partitions) {
  AdminCall call(client_->handle(),
                 RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS);
  PartitionList list = MakeList(topic, partitions);
  auto* request =
      rd_kafka_DeleteConsumerGroupOffsets_new(group.c_str(), list.get());
  rd_kafka_DeleteConsumerGroupOffsets(client_->handle(), &request, 1,
                                      call.options(), call.queue());
  rd_kafka_DeleteConsumerGroupOffsets_destroy(request);
  size_t count = 0;
  const auto** groups = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
      rd_kafka_event_DeleteConsumerGroupOffsets_result(
          call.Wait("DeleteConsumerGroupOffsets")),
      &count);
  CheckGroup(groups[0], "DeleteConsumerGroupOffsets");
}

int KafkaCluster::NumMembers(const std::string& group) {
  AdminCall call(client_->handle(), RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);
  const char* names[] = {group.c_str()};
  rd_kafka_DescribeConsumerGroups(client_->handle(), names, 1, call.options(),
                                  call.queue());
  size_t count = 0;
  const auto** groups = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(
          call.Wait("DescribeConsumerGroups")),
      &count);
  const auto* error = rd_kafka_ConsumerGroupDescription_error(groups[0]);
  if (error != nullptr) {
    if (rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) {
      return 0;
    }
    Check(rd_kafka_error_code(error), "DescribeConsumerGroups");
  }
  return static_cast<int>(
      rd_kafka_ConsumerGroupDescription_member_count(groups[0]));
}

std::string KafkaCluster::CommittedMetadata(const std::string& group,
                                            const std::string& topic,
                                            int32_t partition) {
  std::string metadata;
  ReadCommitted(group, topic, partition + 1, [&](const auto* offsets) {
    const auto& element = offsets->elems[partition];
    if (element.metadata == nullptr) return;
    metadata.assign(static_cast<const char*>(element.metadata),
                    element.metadata_size);
  });
  return metadata;
}

std::map<int32_t, int64_t> KafkaCluster::Ends(const std::string& topic) {
  auto ranges = client_->Ranges(topic, absl::Milliseconds(kTimeoutMs));
  // A topic that was just made is unknown, then without leaders for a moment.
  for (int i = 0; i < 50 && (absl::IsUnavailable(ranges.status()) ||
                             absl::IsNotFound(ranges.status()));
       ++i) {
    absl::SleepFor(absl::Milliseconds(100));
    ranges = client_->Ranges(topic, absl::Milliseconds(kTimeoutMs));
  }
  Check(ranges.status());
  std::map<int32_t, int64_t> ends;
  for (const auto& [partition, range] : *ranges) ends[partition] = range.end;
  return ends;
}

}  // namespace rowfall
