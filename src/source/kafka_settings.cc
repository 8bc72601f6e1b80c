// SPDX-License-Identifier: Apache-2.0
// The configuration of a consumer.
#include "source/kafka_settings.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "base/text.h"
#include "source/client_version.h"
#include "source/kafka_properties.h"
#include "source/property_table.h"
#include "source/redactor.h"

namespace rowfall::source {
namespace {

struct Setting {
  const char* key;
  const char* value;
};

// Ours as long as nobody says otherwise.
constexpr auto kDefaults = std::to_array<Setting>({
    {"isolation.level", "read_committed"},
    {"partition.assignment.strategy", "range,roundrobin"},
    {"session.timeout.ms", "45000"},
    {"heartbeat.interval.ms", "3000"},
    {"max.poll.interval.ms", "300000"},
    {"fetch.wait.max.ms", "100"},
    {"fetch.min.bytes", "1"},
    {"fetch.error.backoff.ms", "100"},
    {"socket.timeout.ms", "30000"},
    {"socket.keepalive.enable", "true"},
    {"socket.nagle.disable", "true"},
    {"topic.metadata.refresh.interval.ms", "60000"},
    // How long a topic that is not there may be one that is just being made.
    {"topic.metadata.propagation.max.ms", "5000"},
    {"client.id", "rowfall"},
});

// What the delivery promise rests on; nothing overrides it.
constexpr auto kFixed = std::to_array<Setting>({
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"check.crcs", "true"},
    {"enable.partition.eof", "true"},
    {"allow.auto.create.topics", "false"},
    // The bound where messages are so small that the client's own memory, some
    // 300 bytes a message, is most of it; otherwise the bytes below are.
    {"queued.min.messages", "50000"},
});

absl::Status Set(rd_kafka_conf_t* conf, const char* key,
                 const std::string& value) {
  if (rd_kafka_conf_set(conf, key, value.c_str(), nullptr, 0) ==
      RD_KAFKA_CONF_OK)
    return absl::OkStatus();
  std::string text = base::Cat("Value does not fit property ", key);
  if (!IsSecretProperty(key)) base::AppendCat(text, ": ", base::Quote(value));
  return absl::InvalidArgumentError(text);
}

// Where the library knows the property.
absl::Status SetIfKnown(rd_kafka_conf_t* conf, const char* key,
                        const std::string& value) {
  size_t size = 0;
  if (rd_kafka_conf_get(conf, key, nullptr, &size) != RD_KAFKA_CONF_OK)
    return absl::OkStatus();
  return Set(conf, key, value);
}

absl::Status SetLimits(rd_kafka_conf_t* conf, size_t max_prefetch_bytes) {
  size_t kbytes = std::clamp<size_t>(max_prefetch_bytes >> 10, 64, 2097151);
  ROWFALL_RETURN_IF_ERROR(
      Set(conf, "queued.max.messages.kbytes", base::Cat(kbytes)));
  return SetIfKnown(conf, "fetch.queue.backoff.ms", "10");
}

// A static member's name must be another one for each worker.
std::string PropertyValue(const SourceConfig& config, const std::string& key,
                          const std::string& value) {
  if (key != "group.instance.id" || value.empty()) return value;
  return base::Cat(value, "-", config.worker);
}

absl::Status SetProperties(rd_kafka_conf_t* conf, const SourceConfig& config) {
  for (const auto& [key, value] : config.properties) {
    ROWFALL_RETURN_IF_ERROR(CheckHostProperty(key, value));
    ROWFALL_RETURN_IF_ERROR(
        Set(conf, key.c_str(), PropertyValue(config, key, value)));
  }
  return absl::OkStatus();
}

// librdkafka's own default is Kerberos, which runs a command of the system.
absl::Status CheckMechanism(const rd_kafka_conf_t* conf,
                            const SourceConfig& config) {
  if (!GetProperty(conf, "security.protocol").starts_with("sasl") ||
      config.properties.contains("sasl.mechanism") ||
      config.properties.contains("sasl.mechanisms"))
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      "Property sasl.mechanism is needed with a security.protocol of SASL");
}

std::string Join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) {
    if (!joined.empty()) joined += ',';
    joined += text;
  }
  return joined;
}

}  // namespace

std::string GetProperty(const rd_kafka_conf_t* conf, const char* key) {
  size_t size = 0;
  if (rd_kafka_conf_get(conf, key, nullptr, &size) != RD_KAFKA_CONF_OK)
    return "";
  std::string value(size, '\0');
  rd_kafka_conf_get(conf, key, value.data(), &size);
  value.resize(value.find('\0'));
  return value;
}

absl::StatusOr<ConfHandle> MakeConf(const SourceConfig& config,
                                    size_t max_prefetch_bytes) {
  ConfHandle conf(rd_kafka_conf_new());
  for (const Setting& setting : kDefaults)
    ROWFALL_RETURN_IF_ERROR(Set(conf.get(), setting.key, setting.value));
  ROWFALL_RETURN_IF_ERROR(SetProperties(conf.get(), config));
  ROWFALL_RETURN_IF_ERROR(CheckMechanism(conf.get(), config));
  for (const Setting& setting : kFixed)
    ROWFALL_RETURN_IF_ERROR(Set(conf.get(), setting.key, setting.value));
  ROWFALL_RETURN_IF_ERROR(SetLimits(conf.get(), max_prefetch_bytes));
  ROWFALL_RETURN_IF_ERROR(
      SetIfKnown(conf.get(), "enable.metrics.push", "false"));
  ROWFALL_RETURN_IF_ERROR(
      Set(conf.get(), "bootstrap.servers", Join(config.brokers)));
  ROWFALL_RETURN_IF_ERROR(Set(conf.get(), "group.id", config.consumer_group));
  return conf;
}

absl::Status CheckEffective(const rd_kafka_conf_t* conf) {
  for (const Setting& setting : kFixed) {
    std::string value = GetProperty(conf, setting.key);
    if (value != setting.value) {
      return absl::InternalError(base::Cat("Kafka client runs with ",
                                           setting.key, "=", value,
                                           " instead of ", setting.value));
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> SecretValues(const SourceConfig& config) {
  std::vector<std::string> secrets;
  for (const auto& [key, value] : config.properties) {
    if (IsSecretProperty(key)) secrets.push_back(value);
  }
  return secrets;
}

}  // namespace rowfall::source
