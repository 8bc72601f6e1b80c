// SPDX-License-Identifier: Apache-2.0
// The configuration a consumer really gets.
#include "source/kafka_settings.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "source/kafka_source.h"

namespace rowfall::source {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SourceConfig Config() {
  SourceConfig config;
  config.brokers = {"a:1", "b:2"};
  config.topics = {"t"};
  config.consumer_group = "g";
  return config;
}

TEST(KafkaSettingsTest, NeverResetsNeverCommitsByItself) {
  auto conf = MakeConf(Config(), 16 << 20);
  ASSERT_TRUE(conf.ok()) << conf.status();
  EXPECT_TRUE(CheckEffective(conf->get()).ok());
  auto get = [&](const char* key) { return GetProperty(conf->get(), key); };
  EXPECT_EQ(get("enable.auto.commit"), "false");
  EXPECT_EQ(get("enable.auto.offset.store"), "false");
  EXPECT_EQ(get("auto.offset.reset"), "error");
  EXPECT_EQ(get("isolation.level"), "read_committed");
  EXPECT_EQ(get("partition.assignment.strategy"), "range,roundrobin");
  EXPECT_EQ(get("check.crcs"), "true");
  EXPECT_EQ(get("queued.max.messages.kbytes"), "16384");
  EXPECT_EQ(get("bootstrap.servers"), "a:1,b:2");
  EXPECT_EQ(get("group.id"), "g");
  EXPECT_EQ(get("no.such.thing"), "");
}

TEST(KafkaSettingsTest, PropertiesOverrideDefaults) {
  SourceConfig config = Config();
  config.worker = 3;
  config.properties = {{"session.timeout.ms", "9000"},
                       {"isolation.level", "read_uncommitted"},
                       {"group.instance.id", "me"}};
  auto conf = MakeConf(config, 16 << 20);
  ASSERT_TRUE(conf.ok()) << conf.status();
  EXPECT_EQ(GetProperty(conf->get(), "session.timeout.ms"), "9000");
  EXPECT_EQ(GetProperty(conf->get(), "isolation.level"), "read_uncommitted");
  // Each worker is a member of its own.
  EXPECT_EQ(GetProperty(conf->get(), "group.instance.id"), "me-3");
}

TEST(KafkaSettingsTest, EffectiveValuesAreChecked) {
  ConfHandle conf(rd_kafka_conf_new());
  absl::Status status = CheckEffective(conf.get());
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message(),
            "Kafka client runs with enable.auto.commit=true instead of false");
}

TEST(KafkaSettingsTest, SaslNeedsAMechanism) {
  SourceConfig config = Config();
  config.properties = {{"security.protocol", "sasl_plaintext"}};
  EXPECT_EQ(MakeConf(config, 1 << 20).status().message(),
            "Property sasl.mechanism is needed with a security.protocol of "
            "SASL");
  config.properties["sasl.mechanism"] = "PLAIN";
  EXPECT_TRUE(MakeConf(config, 1 << 20).ok());
}

// What waits while the worker is slower than the broker.
TEST(KafkaSettingsTest, WhatIsFetchedAheadIsBounded) {
  using Limits = std::vector<std::pair<size_t, std::string>>;
  for (const auto& [bytes, kbytes] : Limits{
           {1 << 20, "1024"}, {64 << 20, "65536"}, {SIZE_MAX, "2097151"}}) {
    auto conf = MakeConf(Config(), bytes);
    ASSERT_TRUE(conf.ok()) << conf.status();
    EXPECT_EQ(GetProperty(conf->get(), "queued.max.messages.kbytes"), kbytes);
    EXPECT_EQ(GetProperty(conf->get(), "queued.min.messages"), "50000");
  }
}

TEST(KafkaSettingsTest, PrefetchHasALeastSize) {
  auto conf = MakeConf(Config(), 0);
  ASSERT_TRUE(conf.ok());
  EXPECT_EQ(GetProperty(conf->get(), "queued.max.messages.kbytes"), "64");
}

TEST(MakeKafkaSourceTest, RefusesWhatCannotWork) {
  auto text = [](const SourceConfig& config) {
    return std::string(base::FromAbsl(
        MakeKafkaSource(config, KafkaOptions()).status().message()));
  };
  SourceConfig config = Config();
  config.brokers.clear();
  EXPECT_EQ(text(config), "Source needs at least one broker");
  config = Config();
  config.topics.clear();
  EXPECT_EQ(text(config), "Source needs at least one topic");
  config = Config();
  config.consumer_group.clear();
  EXPECT_EQ(text(config), "Source needs a consumer group");
  config = Config();
  config.topics = {"^t.*"};
  config.partitions = {0};
  EXPECT_EQ(text(config),
            "A list of partitions needs the topics' names: "
            "'^t.*'");
  config = Config();
  config.partitions = {-1};
  EXPECT_EQ(text(config), "Partition must not be negative: -1");
  config = Config();
  config.properties = {{"auto.offset.reset", "latest"}};
  EXPECT_THAT(text(config), HasSubstr("Property cannot be set"));
}

TEST(MakeKafkaSourceTest, SecretsAreNotInTheErrorOfTheClient) {
  SourceConfig config = Config();
  config.properties = {{"security.protocol", "ssl"},
                       {"ssl.key.pem", "hunter2"},
                       {"ssl.certificate.pem", "nonsense"}};
  auto source = MakeKafkaSource(config, KafkaOptions());
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(source.status().ToString(), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace rowfall::source
