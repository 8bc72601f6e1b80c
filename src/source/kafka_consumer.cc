// SPDX-License-Identifier: Apache-2.0
// The life of a Kafka consumer: made, started, woken, closed.
#include "source/kafka_consumer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/status.h"
#include "base/text.h"
#include "source/client_version.h"
#include "source/kafka_settings.h"
#include "source/reaper.h"

namespace rowfall::source {
namespace {

constexpr absl::Duration kCloseTimeout = absl::Seconds(5);

absl::Duration MaxPollInterval(rd_kafka_t* handle) {
  const std::string text =
      GetProperty(rd_kafka_conf(handle), "max.poll.interval.ms");
  int64_t milliseconds = 300000;  // The client's own default.
  std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  return absl::Milliseconds(milliseconds);
}

struct Freer {
  void operator()(char* text) const { rd_kafka_mem_free(nullptr, text); }
};

bool IsPattern(const std::string& topic) { return topic.starts_with('^'); }

absl::Status CheckConfig(const SourceConfig& config) {
  if (config.brokers.empty())
    return absl::InvalidArgumentError("Source needs at least one broker");
  if (config.topics.empty())
    return absl::InvalidArgumentError("Source needs at least one topic");
  if (config.consumer_group.empty())
    return absl::InvalidArgumentError("Source needs a consumer group");
  if (config.partitions.empty()) return absl::OkStatus();
  for (const std::string& topic : config.topics) {
    if (IsPattern(topic))
      return absl::InvalidArgumentError(
          base::Cat("A list of partitions needs the topics' names: ",
                    base::Quote(topic)));
  }
  for (int32_t partition : config.partitions) {
    if (partition < 0)
      return absl::InvalidArgumentError(
          base::Cat("Partition must not be negative: ", partition));
  }
  return absl::OkStatus();
}

std::vector<TopicPartition> ListedPartitions(const SourceConfig& config) {
  std::vector<TopicPartition> partitions;
  for (const std::string& topic : config.topics) {
    for (int32_t partition : config.partitions)
      partitions.push_back({topic, partition});
  }
  std::sort(partitions.begin(), partitions.end());
  partitions.erase(std::unique(partitions.begin(), partitions.end()),
                   partitions.end());
  return partitions;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Source>> MakeKafkaSource(
    const SourceConfig& config, const KafkaOptions& options) {
  ROWFALL_RETURN_IF_ERROR(CheckClientVersion(rd_kafka_version()));
  ROWFALL_RETURN_IF_ERROR(CheckConfig(config));
  ROWFALL_ASSIGN_OR_RETURN(
      std::shared_ptr<KafkaClient> client,
      KafkaClient::Make(config, options.max_prefetch_bytes));
  return std::make_unique<KafkaConsumer>(config, options, std::move(client));
}

int64_t NumLeakedClients() { return NumAbandoned(); }

KafkaConsumer::KafkaConsumer(SourceConfig config, const KafkaOptions& options,
                             std::shared_ptr<KafkaClient> client)
    : config_(std::move(config)),
      options_(options),
      clock_(options.clock != nullptr ? options.clock : Clock::Real()),
      batches_are_safe_(BatchConsumeIsSafe(rd_kafka_version())),
      fetch_stalls_(FetchStalls(rd_kafka_version())),
      client_(std::move(client)),
      queue_(rd_kafka_queue_get_consumer(client_->handle())),
      wake_queue_(queue_.get()),
      stand_in_(MaxPollInterval(client_->handle())) {
  client_->set_callbacks(this);
}

KafkaConsumer::~KafkaConsumer() { (void)Close(kCloseTimeout); }

absl::Status KafkaConsumer::Start() {
  if (client_ == nullptr)
    return absl::FailedPreconditionError("Source is closed");
  if (std::exchange(started_, true))
    return absl::FailedPreconditionError("Source is started already");
  std::string warning = ClientVersionWarning(rd_kafka_version());
  if (!warning.empty()) client_->log().Add(LogLevel::kDebug, warning);
  DrainLog();
  if (config_.starts_at_end) client_->probe().AskTopics();
  if (!config_.partitions.empty()) {
    ReadOffsetsOf(ListedPartitions(config_));
    return absl::OkStatus();
  }
  if (!StartStandIn())
    return absl::ResourceExhaustedError("No thread for a Kafka consumer");
  const TopicFilter& topics = client_->topics().filter();
  if (topics.patterns().empty()) return Subscribe(topics.names());
  WatchTopics();
  return absl::OkStatus();
}

void KafkaConsumer::Add(SourceEvent event) {
  events_.push_back(std::move(event));
  if (may_yield_) rd_kafka_yield(handle());
}

void KafkaConsumer::Report(absl::Status trouble) {
  const bool is_final = !absl::IsUnavailable(trouble);
  if (is_final || troubles_.Admit(trouble, Now()))
    Add(SourceTrouble{std::move(trouble)});
}

void KafkaConsumer::OnError(rd_kafka_resp_err_t code, std::string_view reason) {
  if (IsNoise(code)) return;
  if (code == RD_KAFKA_RESP_ERR__FATAL) {
    char text[512] = "";
    code = rd_kafka_fatal_error(handle(), text, sizeof(text));
    Report(TroubleStatus(RD_KAFKA_RESP_ERR__FATAL,
                         client_->log().redactor().Clean(text), ""));
    return;
  }
  std::string detail = client_->log().redactor().Clean(reason);
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    group_is_silent_ = true;
    // It follows on the error of the last broker and must not hide it.
    if (!broker_trouble_.empty())
      base::AppendCat(detail, ": ", broker_trouble_);
  } else {
    detail.resize(WithoutTimes(detail).size());
    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION)
      base::AppendCat(detail, ClientVersionHint(rd_kafka_version(), detail));
    broker_trouble_ = detail;
  }
  absl::Status trouble = TroubleStatus(code, detail, "");
  if (IsOversize(reason) && oversize_.Lasts(Now()))
    trouble = absl::FailedPreconditionError(trouble.message());
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN &&
      !std::exchange(unreachable_, true)) {
    Add(SourceTrouble{std::move(trouble), true});
    return;
  }
  Report(std::move(trouble));
}

Watermarks KafkaConsumer::GetWatermarks(const TopicPartition& partition) {
  Watermarks marks;
  if (client_ == nullptr) return marks;
  if (rd_kafka_get_watermark_offsets(handle(), partition.topic.c_str(),
                                     partition.partition, &marks.low,
                                     &marks.high) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return Watermarks();
  if (marks.low < 0) marks.low = kOffsetNone;
  if (marks.high < 0) marks.high = kOffsetNone;
  return marks;
}

// Without a timeout the client only looks what metadata have said.
std::string KafkaConsumer::ClusterId() {
  if (client_ == nullptr) return {};
  const std::unique_ptr<char, Freer> name(rd_kafka_clusterid(handle(), 0));
  return name == nullptr ? std::string() : std::string(name.get());
}

void KafkaConsumer::Wake() {
  woken_ = true;
  std::lock_guard lock(wake_mutex_);
  if (wake_queue_ != nullptr) rd_kafka_queue_yield(wake_queue_);
}

absl::Status KafkaConsumer::Close(absl::Duration timeout) {
  if (client_ == nullptr) return close_status_;
  stand_in_.Stop();
  {
    std::lock_guard lock(wake_mutex_);
    wake_queue_ = nullptr;
  }
  // Whatever is still held would keep the client from ending.
  Forget();
  queue_.reset();
  // What librdkafka says about the end belongs to the log as well.
  auto client = client_;
  close_status_ =
      KafkaClient::End(std::move(client_), timeout,
                       group_is_silent_ ? KafkaClient::Leaving::kSilently
                                        : KafkaClient::Leaving::kTell);
  client_ = nullptr;
  client->log().Drain(options_.log);
  if (!close_status_.ok() && options_.log)
    options_.log(LogLevel::kError, base::FromAbsl(close_status_.message()));
  return close_status_;
}

}  // namespace rowfall::source
