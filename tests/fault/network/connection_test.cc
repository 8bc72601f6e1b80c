// SPDX-License-Identifier: Apache-2.0
// Views whose brokers cannot be reached when they begin.
#include <librdkafka/rdkafka.h>
// After it.
#include <librdkafka/rdkafka_mock.h>

#include <iostream>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "examples/kafka/client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/network/broker_process.h"
#include "tests/fault/network/fault_test.h"

namespace rowfall {
namespace {

class Connecting : public FaultTest {
 protected:
  ~Connecting() override {
    proxy_->Heal();
    if (engine_ != nullptr) Close();
  }

  std::unique_ptr<TcpProxy> proxy_ = TakeProxy(BrokerDir());
};

// A1.
TEST_F(Connecting, GoesOnWhenTheBrokerComesUp) {
  proxy_->SetAccepting(TcpProxy::Accepting::kRefuse);
  Consume(AddressOf(*proxy_), 2);
  Produce(100);
  EXPECT_TRUE(ShowTrouble());
  EXPECT_EQ(StatusOf("plain").state, ViewState::kBackoff);
  // No busy loop: a connection each 150 to 300 ms and view, not more.
  const int64_t before = proxy_->num_accepted();
  absl::SleepFor(absl::Seconds(1));
  EXPECT_LT(proxy_->num_accepted() - before, 40);
  proxy_->Heal();
  EXPECT_TRUE(WaitForAll(absl::Seconds(15)));
  CloseAndExpectAll();
}

// A1.
TEST_F(Connecting, DropsQuicklyWithoutABroker) {
  proxy_->SetAccepting(TcpProxy::Accepting::kRefuse);
  Consume(AddressOf(*proxy_), 2);
  EXPECT_TRUE(ShowTrouble());
  const absl::Time start = absl::Now();
  Execute("DROP MATERIALIZED VIEW plain");
  Execute("DROP SOURCE kafka");
  EXPECT_LT(absl::Now() - start, absl::Seconds(8));
  ExpectQuickStop(absl::Seconds(8));
}

// B15: the connection is made and nobody is there.
TEST_F(Connecting, TriesTheNextBrokerWhereOneNeverAnswers) {
  TcpProxy silent(0, proxy_->port());
  silent.SetAccepting(TcpProxy::Accepting::kIgnore);
  Consume(AddressOf(silent) + "," + AddressOf(*proxy_), 2,
          Quick({{"socket.connection.setup.timeout.ms", "1000"}}));
  Produce(100);
  EXPECT_TRUE(WaitForAll(absl::Seconds(20)));
  CloseAndExpectAll();
}

// B15.
TEST_F(Connecting, SaysThatABrokerNeverAnswers) {
  proxy_->SetAccepting(TcpProxy::Accepting::kIgnore);
  Consume(AddressOf(*proxy_), 2,
          Quick({{"socket.connection.setup.timeout.ms", "1000"}}));
  Produce(100);
  EXPECT_TRUE(ShowTrouble());
  proxy_->Heal();
  EXPECT_TRUE(WaitForAll(absl::Seconds(20)));
  CloseAndExpectAll();
}

// B10, as far as a host can bring it about: names come from the system.
TEST_F(Connecting, SaysThatANameIsUnknownAndTakesTheNext) {
  Consume("no-such-host.invalid:9092", 1);
  EXPECT_TRUE(ShowTrouble("no-such-host.invalid"));
  Execute("DROP MV plain");
  Execute("DROP MV exact");
  Execute("DROP SOURCE kafka");
  ConsumeTopic(topic_, 1, "no-such-host.invalid:9092," + AddressOf(*proxy_),
               Quick());
  Produce(100);
  EXPECT_TRUE(WaitForAll(absl::Seconds(20)));
  CloseAndExpectAll();
}

// A19: librdkafka's own broker, without a request that a consumer needs. Where
// it lacks Fetch or FindCoordinator, which no broker does, librdkafka 2.0.2
// says nothing: the view shows `running` or `connecting`, and no row.
class OldBroker : public Connecting,
                  public ::testing::WithParamInterface<int16_t> {
 protected:
  OldBroker()
      : client_(
            rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0),
            rd_kafka_destroy),
        broker_(rd_kafka_mock_cluster_new(client_.get(), 1),
                rd_kafka_mock_cluster_destroy) {
    rd_kafka_mock_topic_create(broker_.get(), "old", 1, 1);
    auto producer = examples::KafkaClient::Make(
        rd_kafka_mock_cluster_bootstraps(broker_.get()));
    EXPECT_TRUE(producer.ok() &&
                (*producer)->Send("old", 0, {}, R"({"id": 1})").ok() &&
                (*producer)->Flush(absl::Seconds(20)).ok());
  }

  std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)> client_;
  std::unique_ptr<rd_kafka_mock_cluster_t, void (*)(rd_kafka_mock_cluster_t*)>
      broker_;
};

TEST_P(OldBroker, IsNamedAsTheTrouble) {
  rd_kafka_mock_set_apiversion(broker_.get(), GetParam(), -1, -1);
  ConsumeTopic("old", 1, rd_kafka_mock_cluster_bootstraps(broker_.get()),
               Quick());
  EXPECT_TRUE(ShowTrouble()) << ViewStateName(StatusOf("plain").state);
  std::cout << StatusOf("plain").last_error << std::endl;
  ExpectQuickStop(absl::Seconds(10));
}

INSTANTIATE_TEST_SUITE_P(Requests, OldBroker, ::testing::Values(2, 8, 9, 11),
                         [](const auto& request) -> std::string {
                           switch (request.param) {
                             case 2:
                               return "ListOffsets";
                             case 8:
                               return "OffsetCommit";
                             case 9:
                               return "OffsetFetch";
                             default:
                               return "JoinGroup";
                           }
                         });

}  // namespace
}  // namespace rowfall
