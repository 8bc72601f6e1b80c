// SPDX-License-Identifier: Apache-2.0
// Views on a network that fails in each of its ways, and heals.
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/network/broker_process.h"
#include "tests/fault/network/fault_test.h"

namespace rowfall {
namespace {

class NetworkFaults : public FaultTest {
 protected:
  ~NetworkFaults() override {
    proxy_->Heal();
    if (engine_ != nullptr) Close();
  }

  void Consume(int partitions, const std::string& more = Quick()) {
    FaultTest::Consume(AddressOf(*proxy_), partitions, more);
  }
  // Consumes and commits some messages, so that all runs.
  void ConsumeSteadily(int partitions, const std::string& more = Quick()) {
    Consume(partitions, more);
    Produce(50);
    ASSERT_TRUE(WaitForAll());
    ASSERT_TRUE(WaitForCommits());
  }
  int64_t Random(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  std::unique_ptr<TcpProxy> proxy_ = TakeProxy(BrokerDir());
};

// B1, B14 without TLS.
TEST_F(NetworkFaults, LosesAndRepeatsNothingWhenConnectionsEnd) {
  ConsumeSteadily(2);
  for (int round = 0; round < Rounds(8); ++round) {
    Produce(100);
    absl::SleepFor(absl::Milliseconds(Random(0, 200)));
    round % 2 == 0 ? proxy_->ResetAll() : proxy_->CloseAll();
  }
  EXPECT_TRUE(WaitForAll());
  EXPECT_TRUE(ShowTrouble());
  CloseAndExpectAll();
}

// B7: each connection ends within an answer.
TEST_F(NetworkFaults, LosesAndRepeatsNothingWhenAnswersAreCutShort) {
  ConsumeSteadily(2);
  for (int round = 0; round < Rounds(6); ++round) {
    NetworkFault fault;
    (round % 2 == 0 ? fault.close_after : fault.reset_after) = Random(1, 3000);
    proxy_->SetToClient(fault);
    Produce(100);
    absl::SleepFor(absl::Milliseconds(300));
  }
  EXPECT_TRUE(ShowTrouble());
  proxy_->Heal();
  EXPECT_TRUE(WaitForAll());
  CloseAndExpectAll();
}

// B2, shorter than the session.
TEST_F(NetworkFaults, GoesOnAfterABlackHole) {
  ConsumeSteadily(2, QuickSession("20000"));
  const int64_t assigned = num_assigned();
  proxy_->Set({.pause = true});
  Produce(200);
  EXPECT_TRUE(ShowTrouble());
  EXPECT_FALSE(WaitForAll(absl::Milliseconds(500)));
  proxy_->Heal();
  EXPECT_TRUE(WaitForAll(absl::Seconds(15)));
  EXPECT_EQ(num_assigned(), assigned);
  CloseAndExpectAll();
}

// B2, longer than the session: the assignment is lost, and what was settled
// but not committed comes again.
TEST_F(NetworkFaults, GoesOnAfterABlackHoleLongerThanTheSession) {
  ConsumeSteadily(2, QuickSession("2000"));
  Produce(100);
  proxy_->Set({.pause = true});
  EXPECT_TRUE(Eventually(
      [&] { return StatusOf("plain").reason == "The assignment was lost"; },
      absl::Seconds(15)));
  EXPECT_TRUE(ShowTrouble());
  Produce(100);
  proxy_->Heal();
  EXPECT_TRUE(WaitForAll(absl::Seconds(30)));
  CloseAndExpectAll(100);
}

TEST_F(NetworkFaults, StopsInTimeInABlackHole) {
  ConsumeSteadily(2);
  proxy_->Set({.swallow = true});
  Produce(100);
  absl::SleepFor(absl::Milliseconds(300));
  ExpectQuickStop(absl::Seconds(10));
}

// B3.
TEST_F(NetworkFaults, LosesAndRepeatsNothingWhenAnswersAreLate) {
  const absl::Duration delay = absl::Milliseconds(IsLong() ? 1500 : 100);
  Consume(2, Quick({{"session.timeout.ms", "20000"},
                    {"socket.timeout.ms", "12000"}}));
  proxy_->Set({.delay = delay, .jitter = delay * 2});
  for (int round = 0; round < Rounds(2); ++round) {
    Produce(100);
    absl::SleepFor(delay * 3);
  }
  EXPECT_TRUE(WaitForAll(delay * 300));
  EXPECT_EQ(num_assigned(), 4);
  CloseAndExpectAll();
}

// B5: fetches and heartbeats share a line of one kilobyte a second.
TEST_F(NetworkFaults, KeepsItsSessionOnAThinLine) {
  ConsumeSteadily(1, Quick({{"session.timeout.ms", "12000"},
                            {"socket.timeout.ms", "10000"},
                            {"heartbeat.interval.ms", "2000"}}));
  const int64_t assigned = num_assigned();
  proxy_->Set({.bytes_per_second = 1000});
  Produce(40);
  EXPECT_FALSE(WaitForAll(absl::Seconds(1)));
  EXPECT_TRUE(WaitForAll());
  EXPECT_EQ(num_assigned(), assigned);
  proxy_->Heal();
  EXPECT_TRUE(WaitForCommits());
  CloseAndExpectAll();
}

// B6: a flipped bit of a payload is still JSON; only the checksum tells.
TEST_F(NetworkFaults, NeverDeliversACorruptPayload) {
  ConsumeSteadily(1);
  constexpr int64_t kSize = 20000;
  const std::string text(kSize, 'x');
  for (int round = 0; round < Rounds(5); ++round) {
    proxy_->SetToClient({.corrupt_at = Random(kSize, 9 * kSize)});
    cluster_.Produce(topic_, 10, [&](int64_t) {
      return TestMessage{.value = R"({"id": 0, "term": ")" + text + "\"}"};
    });
    const size_t rows = 50 + 10 * (static_cast<size_t>(round) + 1);
    const absl::Time start = absl::Now();
    EXPECT_TRUE(exact_->WaitForRows(rows, kPatience));
    EXPECT_TRUE(plain_->WaitForRows(rows, kPatience));
    // What was overcome does not make the next wait longer.
    EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  }
  EXPECT_TRUE(ShowTrouble());
  Close();
  for (const auto& table : {exact_, plain_}) {
    int64_t intact = 0;
    for (const auto& row : table->rows()) intact += row[1] == Value(text);
    EXPECT_EQ(intact, Rounds(5) * 10);
    EXPECT_EQ(table->num_rows(), 50u + Rounds(5) * 10);
  }
}

// B6: wherever the bit is, what arrives is complete in the end, and nothing
// ends the process.
TEST_F(NetworkFaults, SurvivesCorruptAnswers) {
  ConsumeSteadily(1);
  for (int round = 0; round < Rounds(6); ++round) {
    proxy_->SetToClient({.corrupt_at = Random(0, 3)});
    proxy_->ResetAll();
    absl::SleepFor(absl::Milliseconds(300));
  }
  EXPECT_TRUE(ShowTrouble());
  proxy_->Heal();
  proxy_->ResetAll();
  Produce(100);
  EXPECT_TRUE(WaitForAll());
  CloseAndExpectAll(50);
}

// B9: commits may have happened though no answer says so.
TEST_F(NetworkFaults, LosesNothingWhenOnlyAnswersAreLost) {
  ConsumeSteadily(2);
  for (int round = 0; round < Rounds(1); ++round) {
    Produce(200);
    absl::SleepFor(absl::Milliseconds(Random(0, 100)));
    proxy_->SetToClient({.swallow = true});
    Produce(100);
    EXPECT_TRUE(ShowTrouble());
    absl::SleepFor(absl::Seconds(2));
    proxy_->Heal();
    EXPECT_TRUE(WaitForAll(absl::Seconds(30)));
  }
  CloseAndExpectAll(200 * Rounds(1));
}

// The other way round: requests are lost, the line for answers is alive.
TEST_F(NetworkFaults, LosesNothingWhenOnlyRequestsAreLost) {
  ConsumeSteadily(2);
  Produce(200);
  proxy_->SetToServer({.swallow = true});
  Produce(100);
  EXPECT_TRUE(ShowTrouble());
  proxy_->Heal();
  EXPECT_TRUE(WaitForAll(absl::Seconds(30)));
  CloseAndExpectAll(200);
}

// B11.
TEST_F(NetworkFaults, FlappingMakesNoThreadsFilesOrFloods) {
  ConsumeSteadily(2);
  const int threads = NumThreads();
  const int files = NumFiles();
  const size_t lines = log().size();
  const absl::Duration time = absl::Milliseconds(IsLong() ? 2000 : 400);
  const int rounds = Rounds(6);
  for (int round = 0; round < rounds; ++round) {
    proxy_->SetAccepting(TcpProxy::Accepting::kRefuse);
    proxy_->ResetAll();
    absl::SleepFor(time);
    proxy_->Heal();
    Produce(20);
    absl::SleepFor(time);
  }
  EXPECT_TRUE(WaitForAll());
  EXPECT_TRUE(ShowTrouble());
  EXPECT_TRUE(WaitForCommits());
  // Each consumer has a thread that asks for the ends of the log, made when it
  // is first needed. Of a connection there are three files here: the client's
  // and the proxy's.
  EXPECT_LE(NumThreads(), threads + 2);
  EXPECT_LE(NumFiles(), files + 6);
  // The longer there is no connection, the more are tried.
  const int lines_a_round = IsLong() ? 30 : 10;
  EXPECT_LE(log().size() - lines,
            static_cast<size_t>(20 + lines_a_round * rounds));
  CloseAndExpectAll();
}

// A17: the broker holds its answers back.
TEST_F(NetworkFaults, LosesAndRepeatsNothingUnderAQuota) {
  const std::string client = KafkaCluster::UniqueName("slow");
  RunKafkaScript({"quota", BrokerDir(), client, "2000"});
  Consume(2, Quick({{"client.id", client}}));
  Produce(200);
  EXPECT_TRUE(WaitForAll());
  CloseAndExpectAll();
}

}  // namespace
}  // namespace rowfall
