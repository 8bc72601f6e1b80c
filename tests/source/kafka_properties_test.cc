// SPDX-License-Identifier: Apache-2.0
// Which client properties SQL and the host may set.
#include "source/kafka_properties.h"

#include <librdkafka/rdkafka.h>

#include <cstdint>

#include "base/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "source/kafka_settings.h"
#include "source/property_table.h"

namespace rowfall::source {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Text(const absl::Status& status) {
  return std::string(base::FromAbsl(status.message()));
}

TEST(KafkaPropertiesTest, SqlMaySetSecurityFetchAndSession) {
  for (auto [key, value] : std::vector<std::pair<const char*, const char*>>{
           {"security.protocol", "SASL_SSL"},
           {"sasl.mechanism", "scram-sha-256"},
           {"sasl.username", "u"},
           {"sasl.password", "p"},
           {"ssl.ca.pem", "x"},
           {"session.timeout.ms", "6000"},
           {"fetch.wait.max.ms", "50"},
           {"isolation.level", "read_uncommitted"},
           {"client.id", "me"}})
    EXPECT_TRUE(CheckSqlProperty(key, value).ok()) << key;
}

TEST(KafkaPropertiesTest, EveryRuleOfSqlIsKnownToTheClient) {
  for (const PropertyRule& rule : PropertyRules()) {
    if (rule.access != Access::kSql) continue;
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    EXPECT_NE(
        rd_kafka_conf_set(conf, std::string(rule.key).c_str(), "", nullptr, 0),
        RD_KAFKA_CONF_UNKNOWN)
        << rule.key;
    rd_kafka_conf_destroy(conf);
  }
}

// Issue 11, 8: at, below and beyond each bound; the client itself takes all
// that the table takes.
TEST(KafkaPropertiesTest, EveryNumberIsBoundedOnBothSides) {
  int num_bounded = 0;
  for (const PropertyRule& rule : PropertyRules()) {
    if (!rule.has_bounds()) continue;
    ++num_bounded;
    const auto check = [&rule](int64_t value) {
      return CheckSqlProperty(rule.key, base::Cat(value));
    };
    const auto& [min, max] = rule.bounds;
    EXPECT_TRUE(check(min).ok()) << rule.key << check(min);
    EXPECT_TRUE(check(max).ok()) << rule.key << check(max);
    for (const int64_t value : {min - 1, max + 1, int64_t{-1}}) {
      EXPECT_EQ(Text(check(value)),
                base::Cat("Value does not fit property ", rule.key,
                          ", expected a whole number from ", min, " to ", max,
                          ", as ", rule.text, ": '", value, "'"));
    }
    for (const char* text : {"", " 1000", "0x1000", "1e4", "+1000", "1000ms",
                             "99999999999999999999"}) {
      EXPECT_FALSE(CheckSqlProperty(rule.key, text).ok()) << rule.key << text;
    }
  }
  EXPECT_GE(num_bounded, 23);
}

// What takes a number is in the table with bounds, what takes words with them.
TEST(KafkaPropertiesTest, NoPropertyOfSqlIsUnbounded) {
  for (const PropertyRule& rule : PropertyRules()) {
    if (rule.access != Access::kSql || rule.has_bounds()) continue;
    for (const char* key : {".ms", ".bytes", ".ttl", ".fails", ".enable",
                            ".disable", ".level", ".protocol", ".crcs"}) {
      EXPECT_FALSE(rule.text.empty() && rule.key.ends_with(key)) << rule.key;
    }
    if (!rule.text.empty()) {
      EXPECT_FALSE(CheckSqlProperty(rule.key, "no such word").ok()) << rule.key;
      continue;
    }
    EXPECT_FALSE(CheckSqlProperty(rule.key, std::string(100'000, 'x')).ok() &&
                 !rule.key.ends_with(".pem"))
        << rule.key;
    EXPECT_FALSE(CheckSqlProperty(rule.key, "a\xe2\x80\xae\n").ok() &&
                 !rule.key.ends_with(".pem"))
        << rule.key;
  }
}

TEST(KafkaPropertiesTest, PartitionsThatAreAddedAreAlwaysFound) {
  for (const char* value : {"-1", "0", "900001"}) {
    EXPECT_FALSE(
        CheckSqlProperty("topic.metadata.refresh.interval.ms", value).ok());
    EXPECT_FALSE(
        CheckHostProperty("topic.metadata.refresh.interval.ms", value).ok());
  }
}

TEST(KafkaPropertiesTest, NobodyMayBreakTheDeliveryPromise) {
  for (const char* key :
       {"enable.auto.commit", "auto.commit.interval.ms",
        "enable.auto.offset.store", "auto.offset.reset", "group.id",
        "bootstrap.servers", "offset.store.method", "enable.partition.eof",
        "allow.auto.create.topics", "queued.max.messages.kbytes",
        "rebalance_cb", "log.queue", "opaque"}) {
    EXPECT_EQ(CheckSqlProperty(key, "true").code(),
              absl::StatusCode::kInvalidArgument)
        << key;
    EXPECT_EQ(CheckHostProperty(key, "true").code(),
              absl::StatusCode::kInvalidArgument)
        << key;
  }
  EXPECT_EQ(Text(CheckSqlProperty("enable.auto.commit", "true")),
            "Property cannot be set, rowfall itself decides which offsets are "
            "committed: 'enable.auto.commit'");
}

TEST(KafkaPropertiesTest, SqlMayNotRunCodeOpenFilesOrDialOut) {
  for (const char* key :
       {"plugin.library.paths", "sasl.kerberos.kinit.cmd",
        "sasl.kerberos.principal", "ssl.engine.location", "ssl.ca.location",
        "ssl.key.location", "ssl.keystore.location", "debug",
        "sasl.oauthbearer.token.endpoint.url", "builtin.features",
        "test.mock.num.brokers", "statistics.interval.ms"})
    EXPECT_EQ(CheckSqlProperty(key, "x").code(),
              absl::StatusCode::kInvalidArgument)
        << key;
  EXPECT_EQ(Text(CheckSqlProperty("ssl.ca.location", "/etc/passwd")),
            "Property cannot be set in SQL, it opens a file of the host: "
            "'ssl.ca.location'");
  EXPECT_TRUE(CheckHostProperty("ssl.ca.location", "/etc/ca.pem").ok());
  EXPECT_TRUE(CheckHostProperty("statistics.interval.ms", "5000").ok());
}

TEST(KafkaPropertiesTest, ValuesThatWeakenTheCheckOfTheBrokerAreRefused) {
  EXPECT_EQ(
      Text(CheckSqlProperty("ssl.endpoint.identification.algorithm", "none")),
      "Value does not fit property ssl.endpoint.identification.algorithm, "
      "expected https: 'none'");
  EXPECT_FALSE(
      CheckSqlProperty("enable.ssl.certificate.verification", "false").ok());
  EXPECT_FALSE(CheckSqlProperty("sasl.mechanism", "GSSAPI").ok());
  EXPECT_FALSE(CheckSqlProperty("check.crcs", "false").ok());
}

TEST(KafkaPropertiesTest, UnsafeAssignorIsRefusedForAll) {
  EXPECT_FALSE(
      CheckSqlProperty("partition.assignment.strategy", "cooperative-sticky")
          .ok());
  EXPECT_FALSE(
      CheckHostProperty("partition.assignment.strategy", "cooperative-sticky")
          .ok());
  EXPECT_TRUE(
      CheckHostProperty("partition.assignment.strategy", "roundrobin").ok());
}

TEST(KafkaPropertiesTest, UnknownPropertyNamesTheNearest) {
  absl::Status status = CheckSqlProperty("sesion.timeout.ms", "6000");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Text(status),
            "Property not found: 'sesion.timeout.ms', did you mean "
            "'session.timeout.ms'?");
  EXPECT_EQ(CheckHostProperty("no.such.thing", "1").code(),
            absl::StatusCode::kNotFound);
}

TEST(KafkaPropertiesTest, TheClientItselfChecksValues) {
  EXPECT_EQ(Text(CheckSqlProperty("session.timeout.ms", "soon")),
            "Value does not fit property session.timeout.ms, expected a whole "
            "number from 1000 to 1800000, as a shorter time loses the "
            "partitions at each pause, a longer one leaves them with a worker "
            "that is gone: 'soon'");
  EXPECT_FALSE(CheckSqlProperty("session.timeout.ms", "0").ok());
  EXPECT_FALSE(CheckSqlProperty("client.id", std::string(65, 'x')).ok());
  EXPECT_FALSE(
      CheckSqlProperty("sasl.username", std::string_view("a\0b", 3)).ok());
}

TEST(KafkaPropertiesTest, SecretsAreNeverInTheText) {
  const std::string secret("hunter2\0", 8);
  for (const char* key :
       {"sasl.password", "ssl.key.pem", "ssl.key.password",
        "sasl.oauthbearer.client.secret", "sasl.oauthbearer.extensions",
        "ssl.keystore.password"}) {
    EXPECT_TRUE(IsSecretProperty(key)) << key;
    absl::Status status = CheckSqlProperty(key, secret);
    EXPECT_FALSE(status.ok()) << key;
    EXPECT_THAT(Text(status), Not(HasSubstr("hunter2"))) << key;
    EXPECT_THAT(Text(CheckHostProperty(key, secret)), Not(HasSubstr("hunter2")))
        << key;
  }
}

// As librdkafka takes it, which is not only as it prints it.
TEST(IsolationTest, IsWhatTheClientRunsWith) {
  EXPECT_EQ(IsolationOf({}), Isolation::kReadCommitted);
  for (const char* text :
       {"read_committed", "read_uncommitted", "READ_UNCOMMITTED",
        "Read_Committed", " read_uncommitted", "read_uncommitted ", "", "0",
        "1", "uncommitted", "read_committed,read_uncommitted"}) {
    SourceConfig config;
    config.brokers = {"a:1"};
    config.consumer_group = "g";
    config.properties = {{"isolation.level", text}};
    const auto conf = MakeConf(config, 1 << 20);
    const bool uncommitted =
        conf.ok() &&
        GetProperty(conf->get(), "isolation.level") == "read_uncommitted";
    EXPECT_EQ(IsolationOf(config.properties),
              uncommitted ? Isolation::kReadUncommitted
                          : Isolation::kReadCommitted)
        << text;
  }
  EXPECT_EQ(IsolationOf({{"isolation.level", "READ_UNCOMMITTED"}}),
            Isolation::kReadUncommitted);
}

}  // namespace
}  // namespace rowfall::source
