// SPDX-License-Identifier: Apache-2.0
// A librdkafka client with all that its threads may touch.
#include "source/kafka_client.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/status.h"
#include "base/text.h"
#include "rowfall/clock.h"
#include "source/handle.h"
#include "source/kafka_settings.h"
#include "source/reaper.h"
#include "source/thread_check.h"

namespace rowfall::source {
namespace {

// Besides one for each broker of the list: the client's own, those of two
// brokers that stand for something else, three of brokers that it gets to know
// of, and some that others take meanwhile.
constexpr int kThreads = 8;

KafkaClient* ClientOf(void* opaque) {
  return static_cast<KafkaClient*>(opaque);
}

LogLevel FromSyslog(int level) {
  if (level <= 3) return LogLevel::kError;
  if (level == 4) return LogLevel::kWarning;
  return level <= 6 ? LogLevel::kInfo : LogLevel::kDebug;
}

// Exceptions must not cross librdkafka's frames.
void LogDone(const rd_kafka_t* handle, int level, const char* facility,
             const char* text) noexcept {
  KafkaClient* client =
      handle == nullptr ? nullptr : ClientOf(rd_kafka_opaque(handle));
  if (client == nullptr) return;
  try {
    client->log().Add(FromSyslog(level),
                      base::Cat(facility, ": ", std::string_view(text)));
  } catch (...) {
    // No memory for a line of the log.
  }
}

void ErrorDone(rd_kafka_t*, int code, const char* reason,
               void* opaque) noexcept {
  KafkaClient* client = ClientOf(opaque);
  if (client == nullptr || client->callbacks() == nullptr) return;
  try {
    client->callbacks()->OnError(static_cast<rd_kafka_resp_err_t>(code),
                                 reason);
  } catch (...) {
    // No memory to report it; the trouble itself comes again.
  }
}

void RebalanceDone(rd_kafka_t* handle, rd_kafka_resp_err_t code,
                   rd_kafka_topic_partition_list_t* list,
                   void* opaque) noexcept {
  KafkaClient* client = ClientOf(opaque);
  try {
    if (client != nullptr && client->callbacks() != nullptr) {
      client->callbacks()->OnRebalance(code, list);
      return;
    }
  } catch (...) {
    // The group must not wait for a consumer without memory: it gets nothing
    // and the next rebalance tries again.
  }
  AssignPartitions(handle, nullptr);
}

void SetCallbacks(rd_kafka_conf_t* conf, KafkaClient* client) {
  rd_kafka_conf_set_opaque(conf, client);
  rd_kafka_conf_set_log_cb(conf, LogDone);
  rd_kafka_conf_set_error_cb(conf, ErrorDone);
  rd_kafka_conf_set_rebalance_cb(conf, RebalanceDone);
}

}  // namespace

void KafkaClient::CommitDone(rd_kafka_t* handle, rd_kafka_resp_err_t code,
                             rd_kafka_topic_partition_list_t* list, void* tag) {
  KafkaClient* client = ClientOf(rd_kafka_opaque(handle));
  if (client == nullptr || client->callbacks() == nullptr) return;
  try {
    client->callbacks()->OnCommit(code, list, tag);
  } catch (...) {
    // The commit stays unanswered; its offsets are durable all the same.
  }
}

absl::StatusOr<std::shared_ptr<KafkaClient>> KafkaClient::Make(
    const SourceConfig& config, size_t max_prefetch_bytes) {
  ROWFALL_ASSIGN_OR_RETURN(TopicFilter topics,
                           TopicFilter::Make(config.topics));
  ROWFALL_ASSIGN_OR_RETURN(ConfHandle conf,
                           MakeConf(config, max_prefetch_bytes));
  auto client = std::make_shared<KafkaClient>(Redactor(SecretValues(config)));
  SetCallbacks(conf.get(), client.get());
  char error[512] = "";
  {
    // One client at a time, so that the threads are there for it.
    static std::mutex& mutex = *new std::mutex;
    const std::lock_guard lock(mutex);
    ROWFALL_RETURN_IF_ERROR(
        CheckThreads(kThreads + static_cast<int>(config.brokers.size())));
    client->handle_ =
        rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), error, sizeof(error));
  }
  if (client->handle_ == nullptr) {
    std::string reason = client->log_.redactor().Clean(error);
    if (rd_kafka_last_error() == RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE)
      return absl::ResourceExhaustedError(
          base::Cat("Kafka client cannot be made: ", reason));
    return absl::InvalidArgumentError(
        base::Cat("Properties do not fit together: ", reason));
  }
  (void)conf.release();  // The client's from here on.
  client->probe_ = std::make_unique<WatermarkProbe>(client->handle_);
  client->committed_ = std::make_unique<CommittedOffsets>(
      client->handle_, config.consumer_group);
  client->topics_ =
      std::make_unique<TopicWatch>(client->handle_, std::move(topics));
  absl::Status status = CheckEffective(rd_kafka_conf(client->handle_));
  // Errors and logs come where messages come.
  if (status.ok() &&
      rd_kafka_poll_set_consumer(client->handle_) != RD_KAFKA_RESP_ERR_NO_ERROR)
    status = absl::InternalError("Kafka client has no consumer queue");
  if (status.ok()) return client;
  (void)End(std::move(client), absl::Seconds(5), Leaving::kSilently);
  return status;
}

// Agrees to every rebalance until the consumer has left, without calling back.
bool KafkaClient::Leave(absl::Duration timeout) {
  Clock* clock = Clock::Real();
  const absl::Duration deadline = clock->Monotonic() + timeout;
  QueueHandle queue(rd_kafka_queue_new(handle_));
  ErrorHandle error(rd_kafka_consumer_close_queue(handle_, queue.get()));
  // A fatal error: there is no group left to leave.
  if (error != nullptr) return rd_kafka_consumer_closed(handle_) != 0;
  while (rd_kafka_consumer_closed(handle_) == 0) {
    if (clock->Monotonic() >= deadline) return false;
    EventHandle event(rd_kafka_queue_poll(queue.get(), 20));
    if (event != nullptr &&
        rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE)
      AssignPartitions(handle_, nullptr);
  }
  return true;
}

absl::Status KafkaClient::End(std::shared_ptr<KafkaClient> client,
                              absl::Duration timeout, Leaving leaving) {
  const absl::Duration start = Clock::Real()->Monotonic();
  client->callbacks_ = nullptr;
  client->probe_->Stop();
  client->committed_->Stop();
  client->topics_->Stop();
  // Once begun, leaving takes up to 5 seconds of a broker's silence.
  const bool left = leaving == Leaving::kTell && client->Leave(timeout * 0.6);
  const int flags = left ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE;
  auto destroy = [client, flags] {
    client->probe_->Join();
    client->committed_->Join();
    client->topics_->Join();
    rd_kafka_destroy_flags(client->handle_, flags);
  };
  const absl::Duration rest = timeout - (Clock::Real()->Monotonic() - start);
  if (RunAbandonably(destroy, std::max(rest, absl::ZeroDuration())))
    return absl::OkStatus();
  return absl::DeadlineExceededError(
      base::Cat("Kafka client did not end in time and was left behind: ",
                absl::FormatDuration(timeout)));
}

}  // namespace rowfall::source
