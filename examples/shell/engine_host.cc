// SPDX-License-Identifier: Apache-2.0
// Opens the engine, and looks whether its views have read everything.
#include "examples/shell/engine_host.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "rowfall/storage/sqlite.h"

namespace rowfall::shell {
namespace {

constexpr absl::Duration kAskTimeout = absl::Seconds(5);
constexpr std::string_view kEmbedded = "embedded";

std::string Join(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text.push_back(',');
    text.append(item);
  }
  return text;
}

template <typename T>
bool Contains(const std::vector<T>& items, const T& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

void PrintLog(const LogEntry& entry) {
  if (entry.level < LogLevel::kWarning) return;
  const std::string view(entry.view);
  const std::string text(entry.text);
  std::fprintf(stderr, "%s%s%s\n", view.c_str(), view.empty() ? "" : ": ",
               text.c_str());
}

const PartitionStatus* Find(const ViewStatus& view, const TopicPartition& p) {
  for (const PartitionStatus& status : view.partitions) {
    if (status.partition == p) return &status;
  }
  return nullptr;
}

// Whether everything before `end` is settled; `status` may be older than it.
bool Settled(const PartitionStatus* status, int64_t end) {
  return status != nullptr && status->lag >= 0 &&
         status->end - status->lag >= end;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EngineHost>> EngineHost::Open(
    const Args& args, const std::string& db_path) {
  std::unique_ptr<EngineHost> host(new EngineHost);
  host->args_ = args;
  host->db_path_ = db_path;
  if (!args.embedded_topics.empty()) {
    std::vector<testing::EmbeddedBroker::Topic> topics;
    for (const auto& [name, partitions] : args.embedded_topics) {
      topics.push_back({name, partitions});
    }
    auto broker = testing::EmbeddedBroker::Start(topics);
    if (!broker.ok()) return broker.status();
    host->broker_ = *std::move(broker);
  }
  host->memory_catalog_ = std::make_shared<MemoryCatalog>();
  const absl::Status status = host->OpenEngine();
  if (!status.ok()) return status;
  return host;
}

absl::Status EngineHost::OpenEngine() {
  EngineOptions options;
  auto tables = OpenSqliteDatabase(db_path_);
  if (!tables.ok()) return tables.status();
  options.tables = *std::move(tables);
  options.catalog = memory_catalog_;
  if (!args_.catalog.empty()) {
    auto catalog = FileCatalog::Open(args_.catalog);
    if (!catalog.ok()) return catalog.status();
    options.catalog = *std::move(catalog);
  }
  if (args_.log) options.log = PrintLog;
  options.source_factory = MakeSourceFactory(options);
  auto engine = Engine::Open(std::move(options));
  if (!engine.ok()) return engine.status();
  engine_ = *std::move(engine);
  return absl::OkStatus();
}

absl::Status EngineHost::Stop() {
  return engine_ == nullptr ? absl::OkStatus() : engine_->Stop();
}

absl::Status EngineHost::Restart() {
  const absl::Status status = engine_->Stop();
  engine_.reset();
  const absl::Status opened = OpenEngine();
  return status.ok() ? opened : status;
}

SourceFactory EngineHost::MakeSourceFactory(const EngineOptions& options) {
  return [this, make = KafkaSourceFactory(options)](const SourceConfig& config)
             -> absl::StatusOr<std::unique_ptr<Source>> {
    auto resolved = Resolve(config);
    if (!resolved.ok()) return resolved.status();
    return make(*resolved);
  };
}

absl::StatusOr<SourceConfig> EngineHost::Resolve(SourceConfig config) {
  if (config.brokers.size() == 1 && config.brokers[0] == kEmbedded) {
    if (broker_ == nullptr) {
      return absl::FailedPreconditionError(
          "No embedded broker: start with --embedded-broker");
    }
    config.brokers = {broker_->bootstrap_servers()};
    config.properties.merge(testing::EmbeddedBroker::client_properties());
  }
  const std::lock_guard lock(mutex_);
  readings_[config.view] = {Join(config.brokers), config.topics,
                            config.partitions};
  return config;
}

absl::StatusOr<examples::KafkaClient*> EngineHost::Client(
    const std::string& brokers) {
  auto& client = clients_[brokers];
  if (client == nullptr) {
    std::map<std::string, std::string> properties;
    if (broker_ != nullptr && brokers == broker_->bootstrap_servers()) {
      // It keeps the last 5 MB of a partition, as they were produced.
      properties["compression.type"] = "zstd";
    }
    auto made = examples::KafkaClient::Make(brokers, std::move(properties));
    if (!made.ok()) return made.status();
    client = *std::move(made);
  }
  return client.get();
}

absl::StatusOr<examples::KafkaClient*> EngineHost::producer() {
  if (!args_.brokers.empty()) return Client(args_.brokers);
  if (broker_ != nullptr) return Client(broker_->bootstrap_servers());
  return absl::FailedPreconditionError(
      "No broker: start with --brokers or --embedded-broker");
}

bool EngineHost::CaughtUp(const ViewStatus& view, const Reading& reading) {
  for (const std::string& topic : reading.topics) {
    if (topic.starts_with('^')) continue;
    auto client = Client(reading.brokers);
    if (!client.ok()) return false;
    const auto ranges = (*client)->Ranges(topic, kAskTimeout);
    if (!ranges.ok()) return false;
    for (const auto& [partition, range] : *ranges) {
      const bool is_read =
          reading.partitions.empty() || Contains(reading.partitions, partition);
      if (range.begin == range.end || !is_read) continue;
      if (!Settled(Find(view, {topic, partition}), range.end)) return false;
    }
  }
  // Those of a regular expression are in no list but the view's own.
  return std::all_of(view.partitions.begin(), view.partitions.end(),
                     [&](const PartitionStatus& status) {
                       return status.lag == 0 ||
                              Contains(reading.topics, status.partition.topic);
                     });
}

absl::StatusOr<bool> EngineHost::CaughtUp() {
  for (const ViewStatus& view : engine_->Status()) {
    if (view.state == ViewState::kSuspended) continue;
    if (view.state == ViewState::kFailed) {
      return absl::FailedPreconditionError("View '" + view.name +
                                           "' is failed: " + view.reason);
    }
    std::optional<Reading> reading;
    {
      const std::lock_guard lock(mutex_);
      const auto found = readings_.find(view.name);
      if (found != readings_.end()) reading = found->second;
    }
    if (view.state != ViewState::kRunning || !reading ||
        !CaughtUp(view, *reading)) {
      return false;
    }
  }
  return true;
}

}  // namespace rowfall::shell
