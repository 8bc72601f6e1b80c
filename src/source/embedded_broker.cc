// SPDX-License-Identifier: Apache-2.0
// A Kafka broker inside the process, on librdkafka's mock cluster.
#include "rowfall/testing/embedded_broker.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <utility>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/status.h"
#include "base/text.h"
#include "rowfall/clock.h"
#include "source/handle.h"

namespace rowfall::testing {
namespace {

using source::ConfHandle;
using source::Destroyer;
using HeadersHandle =
    std::unique_ptr<rd_kafka_headers_t, Destroyer<rd_kafka_headers_destroy>>;

absl::Status ToStatus(rd_kafka_resp_err_t code, const std::string& what) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return absl::OkStatus();
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return absl::NotFoundError(
          base::Cat("No such topic or partition: ", base::Quote(what)));
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      return absl::AlreadyExistsError(
          base::Cat("Topic already exists: ", base::Quote(what)));
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return absl::InvalidArgumentError(
          base::Cat(rd_kafka_err2str(code), ": ", base::Quote(what)));
    default:
      return absl::UnavailableError(
          base::Cat(rd_kafka_err2str(code), ": ", base::Quote(what)));
  }
}

void Discard(const rd_kafka_t*, int, const char*, const char*) {}

// Sets what the mock cluster and the producer on it need.
absl::StatusOr<ConfHandle> MakeConf(int num_brokers) {
  ConfHandle conf(rd_kafka_conf_new());
  const std::pair<const char*, std::string> settings[] = {
      {"test.mock.num.brokers", base::Cat(num_brokers)},
      {"linger.ms", "1"},
      // A partition keeps a number of bytes: the smaller, the more messages.
      {"compression.type", "lz4"},
      {"message.max.bytes", "10000000"},
      {"allow.auto.create.topics", "false"},
  };
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), key, value.c_str(), nullptr, 0) !=
        RD_KAFKA_CONF_OK)
      return absl::InternalError(base::Cat("Cannot set ", key));
  }
  rd_kafka_conf_set_log_cb(conf.get(), Discard);
  return conf;
}

class MockBroker final : public EmbeddedBroker {
 public:
  ~MockBroker() override {
    if (client_ == nullptr) return;
    rd_kafka_purge(client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_destroy(client_);
  }

  absl::Status Init(int num_brokers) {
    ROWFALL_ASSIGN_OR_RETURN(ConfHandle conf, MakeConf(num_brokers));
    rd_kafka_conf_set_opaque(conf.get(), this);
    rd_kafka_conf_set_dr_msg_cb(conf.get(), Delivered);
    char error[512] = "";
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), error, sizeof(error));
    if (client_ == nullptr)
      return absl::ResourceExhaustedError(
          base::Cat("Embedded broker cannot be started: ", error));
    (void)conf.release();  // The client's from here on.
    cluster_ = rd_kafka_handle_mock_cluster(client_);
    ROWFALL_RET_CHECK(cluster_ != nullptr);
    num_brokers_ = num_brokers;
    return absl::OkStatus();
  }

  std::string bootstrap_servers() const override {
    return rd_kafka_mock_cluster_bootstraps(cluster_);
  }

  absl::Status CreateTopic(const Topic& topic) override {
    if (topic.name.empty() || topic.partitions < 1)
      return absl::InvalidArgumentError(base::Cat(
          "Topic needs a name and a partition: ", base::Quote(topic.name)));
    {
      std::lock_guard lock(mutex_);
      if (!topics_.insert(topic.name).second)
        return ToStatus(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, topic.name);
    }
    return ToStatus(rd_kafka_mock_topic_create(cluster_, topic.name.c_str(),
                                               topic.partitions, num_brokers_),
                    topic.name);
  }

  absl::Status Produce(const Record& record) override {
    const std::string topic(record.topic);
    {
      // The cluster would make any topic that is asked for.
      std::lock_guard lock(mutex_);
      if (!topics_.contains(topic))
        return ToStatus(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, topic);
    }
    while (true) {
      rd_kafka_resp_err_t code = Enqueue(topic, record);
      if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) return ToStatus(code, topic);
      rd_kafka_poll(client_, 100);
    }
  }

  absl::Status Flush(absl::Duration timeout) override {
    rd_kafka_resp_err_t code = rd_kafka_flush(
        client_, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
    if (code == RD_KAFKA_RESP_ERR__TIMED_OUT)
      return absl::DeadlineExceededError(base::Cat(
          "Messages are not in the log yet: ", rd_kafka_outq_len(client_)));
    if (int64_t failed = num_failed_.exchange(0); failed > 0)
      return absl::UnavailableError(
          base::Cat("Messages were not taken: ", failed));
    return absl::OkStatus();
  }

  void PushRequestErrors(int16_t api_key,
                         const std::vector<int>& errors) override {
    std::vector<rd_kafka_resp_err_t> codes;
    for (int error : errors)
      codes.push_back(static_cast<rd_kafka_resp_err_t>(error));
    rd_kafka_mock_push_request_errors_array(cluster_, api_key, codes.size(),
                                            codes.data());
  }
  void ClearRequestErrors(int16_t api_key) override {
    rd_kafka_mock_clear_request_errors(cluster_, api_key);
  }
  void PushRequestDelay(int broker, int16_t api_key, absl::Duration delay,
                        int error) override {
    rd_kafka_mock_broker_push_request_error_rtts(
        cluster_, broker, api_key, 1, static_cast<rd_kafka_resp_err_t>(error),
        static_cast<int>(absl::ToInt64Milliseconds(delay)));
  }
  void SetBrokerDown(int broker) override {
    rd_kafka_mock_broker_set_down(cluster_, broker);
  }
  void SetBrokerUp(int broker) override {
    rd_kafka_mock_broker_set_up(cluster_, broker);
  }
  void SetRoundTrip(int broker, absl::Duration round_trip) override {
    rd_kafka_mock_broker_set_rtt(
        cluster_, broker,
        static_cast<int>(absl::ToInt64Milliseconds(round_trip)));
  }
  void SetCoordinator(std::string_view group, int broker) override {
    rd_kafka_mock_coordinator_set(cluster_, "group", std::string(group).c_str(),
                                  broker);
  }
  void SetLeader(std::string_view topic, int32_t partition,
                 int broker) override {
    rd_kafka_mock_partition_set_leader(cluster_, std::string(topic).c_str(),
                                       partition, broker);
  }

 private:
  static void Delivered(rd_kafka_t*, const rd_kafka_message_t* message,
                        void* opaque) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      ++static_cast<MockBroker*>(opaque)->num_failed_;
  }

  rd_kafka_resp_err_t Enqueue(const std::string& topic, const Record& record) {
    HeadersHandle headers(rd_kafka_headers_new(record.headers.size()));
    for (const Header& header : record.headers)
      rd_kafka_header_add(headers.get(), header.name.data(),
                          static_cast<ssize_t>(header.name.size()),
                          header.has_value ? header.value.data() : nullptr,
                          static_cast<ssize_t>(header.value.size()));
    // A payload that is there but empty must not become a tombstone.
    static constexpr char kEmpty = 0;
    auto data = [](const std::optional<std::string_view>& bytes) {
      if (!bytes.has_value()) return static_cast<const char*>(nullptr);
      return bytes->empty() ? &kEmpty : bytes->data();
    };
    rd_kafka_resp_err_t code = rd_kafka_producev(
        client_, RD_KAFKA_V_TOPIC(topic.c_str()),
        RD_KAFKA_V_PARTITION(record.partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(data(record.key),
                       record.key.has_value() ? record.key->size() : 0),
        RD_KAFKA_V_VALUE(
            const_cast<char*>(data(record.payload)),
            record.payload.has_value() ? record.payload->size() : 0),
        RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) (void)headers.release();
    return code;
  }

  rd_kafka_t* client_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;  // The client's.
  int num_brokers_ = 1;
  std::atomic<int64_t> num_failed_{0};
  std::mutex mutex_;
  std::set<std::string> topics_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedBroker>> EmbeddedBroker::Start(
    const std::vector<Topic>& topics, int num_brokers) {
  auto broker = std::make_unique<MockBroker>();
  ROWFALL_RETURN_IF_ERROR(broker->Init(std::max(num_brokers, 1)));
  for (const Topic& topic : topics)
    ROWFALL_RETURN_IF_ERROR(broker->CreateTopic(topic));
  return broker;
}

std::map<std::string, std::string> EmbeddedBroker::client_properties() {
  // The group waits for this less a second, and a member that is late by it
  // is thrown out.
  return {{"session.timeout.ms", "3000"}, {"heartbeat.interval.ms", "300"}};
}

}  // namespace rowfall::testing
