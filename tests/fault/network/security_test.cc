// SPDX-License-Identifier: Apache-2.0
// TLS, SASL and access control of a real broker: what is refused is said, what
// is secret is not, and nothing ever falls back to plain text.
#include <librdkafka/rdkafka.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/network/access.h"
#include "tests/fault/network/broker_process.h"
#include "tests/fault/network/fault_test.h"

namespace rowfall {
namespace {

std::string ReadFile(const std::string& name) {
  std::ifstream file(BrokerDir() + "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error("No file " + name);
  return text.str();
}

std::string ReadLine(const std::string& name) {
  std::string text = ReadFile(name);
  return text.substr(0, text.find('\n'));
}

std::string Pem(const std::string& name) {
  return ReadFile("tls/" + name + ".pem");
}

std::string Property(const std::string& key, const std::string& value) {
  return " " + key + "='" + value + "'";
}

class Security : public FaultTest {
 protected:
  static std::string Listener(const std::string& name) {
    std::ifstream listeners(BrokerDir() + "/listeners");
    for (std::string found, address; listeners >> found >> address;) {
      if (found == name) return address;
    }
    throw std::runtime_error("No listener " + name);
  }

  static std::string Tls(const std::string& ca = "ca") {
    return Quick() + Property("security.protocol", "ssl") +
           Property("ssl.ca.pem", Pem(ca));
  }
  static std::string Sasl(const std::string& mechanism,
                          const std::string& password) {
    return Quick() + Property("security.protocol", "sasl_ssl") +
           Property("ssl.ca.pem", Pem("ca")) +
           Property("sasl.mechanism", mechanism) +
           Property("sasl.username", "alice") +
           Property("sasl.password", password);
  }

  void ExpectWorks() {
    Produce(100);
    EXPECT_TRUE(WaitForAll(absl::Seconds(20)));
    EXPECT_TRUE(WaitForCommits());
    CloseAndExpectAll();
  }
  // Nothing comes, the reason shows, and the client does not storm the broker.
  void ExpectRefused(const std::string& reason) {
    Produce(10);
    EXPECT_TRUE(ShowTrouble(reason)) << StatusOf("plain").last_error;
    const int64_t lines = CountLog("");
    absl::SleepFor(absl::Seconds(1));
    EXPECT_LT(CountLog("") - lines, 30);
    EXPECT_EQ(plain_->num_rows() + exact_->num_rows(), 0u);
    EXPECT_THAT(StatusOf("plain").state,
                ::testing::AnyOf(ViewState::kConnecting, ViewState::kBackoff,
                                 ViewState::kFailed));
    ExpectSecretsAreHidden();
    ExpectQuickStop(absl::Seconds(10));
  }
  // Greps all that a user can see for what was planted.
  void ExpectSecretsAreHidden() {
    std::string all;
    for (const char* sql : {"SHOW SOURCE kafka", "SHOW MV plain",
                            "SHOW MV STATUS plain", "SHOW MV STATUS exact"}) {
      for (const auto& row : Execute(sql).rows) {
        for (const std::string& value : row) all += value + "\n";
      }
    }
    for (const std::string& line : log()) all += line + "\n";
    for (const ViewStatus& status : engine_->Status())
      all += status.reason + "\n" + status.last_error + "\n";
    all += PrometheusText(engine_->Status());
    EXPECT_NE(all.find("CREATE SOURCE"), std::string::npos);
    for (const std::string& secret : secrets_)
      EXPECT_EQ(all.find(secret), std::string::npos) << all;
  }

  const std::string password_ = ReadLine("password");
  std::vector<std::string> secrets_ = {password_};
};

TEST_F(Security, ReadsOverTls) {
  Consume(Listener("TLS"), 2, Tls());
  ExpectWorks();
}

// B14: connections end without the word that TLS has for it.
TEST_F(Security, LosesAndRepeatsNothingWhenTlsIsCutOff) {
  const auto proxy = TakeProxy(BrokerDir(), "proxied_tls");
  Consume(AddressOf(*proxy), 2, Tls());
  for (int round = 0; round < Rounds(4); ++round) {
    Produce(100);
    absl::SleepFor(absl::Milliseconds(100));
    round % 2 == 0 ? proxy->CloseAll() : proxy->ResetAll();
  }
  EXPECT_TRUE(ShowTrouble());
  ExpectWorks();
}

// B12.
TEST_F(Security, RefusesABrokerThatAnotherAuthoritySigned) {
  Consume(Listener("TLS"), 2, Tls("other_ca"));
  ExpectRefused("certificate");
}

// B12.
TEST_F(Security, RefusesAnExpiredCertificate) {
  Consume(Listener("EXPIRED"), 2, Tls());
  ExpectRefused("certificate");
}

// B12.
TEST_F(Security, RefusesACertificateOfAnotherHost) {
  Consume(Listener("WRONGHOST"), 2, Tls());
  ExpectRefused("certificate");
}

// B12: neither side takes the other's plain text.
TEST_F(Security, NeverFallsBackToPlainText) {
  Consume(cluster_.brokers(), 2, Tls());
  ExpectRefused("SSL handshake failed");
}

TEST_F(Security, SaysThatABrokerWantsTls) {
  Consume(Listener("TLS"), 2, Quick());
  ExpectRefused("");
}

// B12, both ends.
TEST_F(Security, ShowsItsOwnCertificate) {
  secrets_.push_back(Pem("client.key").substr(40, 60));
  const std::string topic = cluster_.CreateTopic("fault", 2);
  AccessControl access(cluster_.brokers());
  access.Allow("CN=client", Resource::kTopic, topic);
  access.Allow("CN=client", Resource::kGroup, source_group_ + ".plain");
  access.Allow("CN=client", Resource::kGroup, source_group_ + ".exact");
  ConsumeTopic(topic, 2, Listener("CLIENTTLS"),
               Tls() + Property("ssl.certificate.pem", Pem("client.cert")) +
                   Property("ssl.key.pem", Pem("client.key")));
  Produce(100);
  EXPECT_TRUE(WaitForAll(absl::Seconds(20)));
  ExpectSecretsAreHidden();
  CloseAndExpectAll();
}

TEST_F(Security, SaysThatTheBrokerWantsACertificate) {
  Consume(Listener("CLIENTTLS"), 2, Tls());
  ExpectRefused("");
}

// Kafka 4 refuses the SCRAM of librdkafka before 2.6.1.
bool ClientCanDo(const std::string& mechanism) {
  return mechanism == "PLAIN" || rd_kafka_version() >= 0x020601ff;
}

class SaslSecurity : public Security,
                     public ::testing::WithParamInterface<const char*> {};

// B13.
TEST_P(SaslSecurity, AWrongPasswordIsSaidAndCanBeCorrected) {
  const std::string wrong = "wr0ng-" + password_.substr(0, 6);
  secrets_.push_back(wrong);
  const std::string topic = cluster_.CreateTopic("fault", 2);
  AccessControl access(cluster_.brokers());
  access.Allow("alice", Resource::kTopic, topic);
  access.Allow("alice", Resource::kGroup, source_group_ + ".plain");
  access.Allow("alice", Resource::kGroup, source_group_ + ".exact");
  ConsumeTopic(topic, 2, Listener("SASL"), Sasl(GetParam(), wrong));
  Produce(100);
  EXPECT_TRUE(ShowTrouble("uthentication"));
  const int64_t lines = CountLog("");
  absl::SleepFor(absl::Seconds(1));
  EXPECT_LT(CountLog("") - lines, 30);
  EXPECT_EQ(plain_->num_rows(), 0u);
  ExpectSecretsAreHidden();

  Execute("DROP SOURCE kafka");
  Execute("DROP MV plain");
  Execute("DROP MV exact");
  ConsumeTopic(topic, 2, Listener("SASL"), Sasl(GetParam(), password_));
  if (!ClientCanDo(GetParam())) {
    EXPECT_TRUE(ShowTrouble("SCRAM with Kafka 4 needs librdkafka 2.6.1"));
    return;
  }
  EXPECT_TRUE(WaitForAll(absl::Seconds(20)));
  ExpectSecretsAreHidden();
  CloseAndExpectAll();
}

INSTANTIATE_TEST_SUITE_P(Mechanisms, SaslSecurity,
                         ::testing::Values("PLAIN", "SCRAM-SHA-256"),
                         [](const auto& mechanism) {
                           return std::string(mechanism.param) == "PLAIN"
                                      ? "Plain"
                                      : "Scram";
                         });

class Authorization : public Security {
 protected:
  void ConsumeAsAlice(const std::string& topics) {
    ConsumeTopic(topics, 1, Listener("SASL"), Sasl("PLAIN", password_));
  }
  void AllowGroups() {
    access_.Allow("alice", Resource::kGroup, source_group_ + ".plain");
    access_.Allow("alice", Resource::kGroup, source_group_ + ".exact");
  }

  AccessControl access_{cluster_.brokers()};
};

// A14.
TEST_F(Authorization, ReadsTheTopicsThatItMayReadAndNamesTheOther) {
  const std::string allowed = cluster_.CreateTopic("fault", 1);
  const std::string denied = cluster_.CreateTopic("denied", 1);
  AllowGroups();
  access_.Allow("alice", Resource::kTopic, allowed);
  ConsumeAsAlice(allowed + "," + denied);
  topic_ = allowed;
  Produce(50);
  EXPECT_TRUE(WaitForAll(absl::Seconds(20)));
  EXPECT_TRUE(ShowTrouble(denied)) << StatusOf("plain").last_error;
  CloseAndExpectAll();
}

// A15.
TEST_F(Authorization, GoesOnWhenTheTopicMayBeReadAgain) {
  const std::string topic = cluster_.CreateTopic("fault", 1);
  AllowGroups();
  access_.Allow("alice", Resource::kTopic, topic);
  ConsumeAsAlice(topic);
  Produce(50);
  ASSERT_TRUE(WaitForAll(absl::Seconds(20)));
  ASSERT_TRUE(WaitForCommits());
  access_.Withdraw("alice", Resource::kTopic, topic);
  EXPECT_TRUE(ShowTrouble("uthoriz")) << StatusOf("plain").last_error;
  Produce(50);
  EXPECT_FALSE(WaitForAll(absl::Seconds(1)));
  access_.Allow("alice", Resource::kTopic, topic);
  EXPECT_TRUE(WaitForAll(absl::Seconds(30)));
  CloseAndExpectAll(50);
}

// A16: rows are safe, and no offset says so: the view stops.
TEST_F(Authorization, StopsWhenTheGroupMayNotCommit) {
  const std::string topic = cluster_.CreateTopic("fault", 1);
  AllowGroups();
  access_.Allow("alice", Resource::kTopic, topic);
  ConsumeAsAlice(topic);
  Produce(50);
  ASSERT_TRUE(WaitForAll(absl::Seconds(20)));
  ASSERT_TRUE(WaitForCommits());
  access_.Withdraw("alice", Resource::kGroup, source_group_ + ".plain");
  Produce(50);
  EXPECT_TRUE(Eventually([&] { return !StatusOf("plain").last_error.empty(); },
                         absl::Seconds(10)));
  EXPECT_THAT(StatusOf("plain").last_error, ::testing::HasSubstr("uthoriz"));
  std::cout << ViewStateName(StatusOf("plain").state) << ": "
            << StatusOf("plain").reason << std::endl;
  access_.Allow("alice", Resource::kGroup, source_group_ + ".plain");
  if (StatusOf("plain").state == ViewState::kFailed) {
    Execute("ALTER MV plain suspended=1");
    Execute("ALTER MV plain suspended=0");
  }
  EXPECT_TRUE(WaitForAll(absl::Seconds(30)));
  CloseAndExpectAll(50);
}

}  // namespace
}  // namespace rowfall
