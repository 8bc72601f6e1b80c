// SPDX-License-Identifier: Apache-2.0
// Views whose one broker is killed, frozen, and comes back.
#include <atomic>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/network/broker_process.h"
#include "tests/fault/network/fault_test.h"

namespace rowfall {
namespace {

// Tables that call back between a write and what follows it.
class TablesWithHook : public TableProvider {
 public:
  TablesWithHook(std::shared_ptr<TableProvider> tables,
                 std::function<void()> after_write)
      : tables_(std::move(tables)), after_write_(std::move(after_write)) {}

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    auto table = tables_->OpenTable(name);
    if (!table.ok()) return table;
    return std::make_shared<HookedSink>(*std::move(table), after_write_);
  }

 private:
  class HookedSink : public Sink {
   public:
    HookedSink(std::shared_ptr<Sink> sink, std::function<void()> after_write)
        : sink_(std::move(sink)), after_write_(std::move(after_write)) {}
    const Schema& schema() const override { return sink_->schema(); }
    SinkTraits traits() const override { return sink_->traits(); }
    absl::Status Write(const Batch& rows, const WriteContext& context,
                       std::vector<RefusedRow>& refused) override {
      absl::Status status = sink_->Write(rows, context, refused);
      if (status.ok() && rows.num_rows() > 0) after_write_();
      return status;
    }
    absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
        std::string_view consumer_group) override {
      return sink_->LoadPositions(consumer_group);
    }

   private:
    const std::shared_ptr<Sink> sink_;
    const std::function<void()> after_write_;
  };

  const std::shared_ptr<TableProvider> tables_;
  const std::function<void()> after_write_;
};

class BrokerFaults : public FaultTest {
 protected:
  ~BrokerFaults() override {
    if (engine_ == nullptr) return;
    broker_.Thaw();
    Close();
  }

  void ConsumeSteadily(const std::string& session_timeout_ms) {
    Consume(cluster_.brokers(), 2, QuickSession(session_timeout_ms));
    Produce(100);
    ASSERT_TRUE(WaitForAll());
    ASSERT_TRUE(WaitForCommits());
  }

  BrokerProcess broker_{BrokerDir()};
};

// A2.
TEST_F(BrokerFaults, LosesNothingWhenTheBrokerIsKilled) {
  ConsumeSteadily("6000");
  for (int round = 0; round < Rounds(1); ++round) {
    Produce(500);
    broker_.Kill();
    EXPECT_TRUE(ShowTrouble());
    broker_.Run();
    const absl::Time start = absl::Now();
    Produce(200);
    EXPECT_TRUE(WaitForAll(absl::Seconds(30)));
    std::cout << "Recovered after " << absl::Now() - start << std::endl;
  }
  EXPECT_TRUE(WaitForCommits());
  CloseAndExpectAll(500 * Rounds(1));
}

// A4: the commit has no answer for a while.
TEST_F(BrokerFaults, GoesOnWhenTheBrokerFreezesBetweenWriteAndCommit) {
  std::atomic<bool> armed{false};
  options_.tables = std::make_shared<TablesWithHook>(tables_, [&] {
    if (armed.exchange(false)) broker_.Freeze();
  });
  ConsumeSteadily("20000");
  const int64_t assigned = num_assigned();
  armed = true;
  Produce(1);
  EXPECT_TRUE(WaitForAll());
  EXPECT_TRUE(ShowTrouble("Commit was not answered in time"));
  broker_.Thaw();
  Produce(100);
  EXPECT_TRUE(WaitForAll());
  EXPECT_TRUE(WaitForCommits());
  EXPECT_EQ(num_assigned(), assigned);
  CloseAndExpectAll();
}

// A5.
TEST_F(BrokerFaults, GoesOnAfterAFreezeLongerThanTheSession) {
  ConsumeSteadily("2000");
  const int64_t assigned = num_assigned();
  Produce(200);
  broker_.Freeze();
  EXPECT_TRUE(ShowTrouble());
  absl::SleepFor(absl::Seconds(IsLong() ? 60 : 5));
  broker_.Thaw();
  Produce(200);
  EXPECT_TRUE(WaitForAll(absl::Seconds(30)));
  EXPECT_TRUE(WaitForCommits());
  EXPECT_GT(num_assigned(), assigned);
  CloseAndExpectAll(200);
}

// A6.
TEST_F(BrokerFaults, NoticesNoFreezeShorterThanTheSession) {
  ConsumeSteadily("20000");
  const int64_t assigned = num_assigned();
  Produce(200);
  broker_.Freeze();
  absl::SleepFor(absl::Seconds(IsLong() ? 8 : 3));
  broker_.Thaw();
  Produce(200);
  EXPECT_TRUE(WaitForAll(absl::Seconds(15)));
  EXPECT_TRUE(WaitForCommits());
  EXPECT_EQ(num_assigned(), assigned);
  CloseAndExpectAll();
}

TEST_F(BrokerFaults, StopsInTimeWhileTheBrokerIsFrozen) {
  ConsumeSteadily("6000");
  Produce(200);
  broker_.Freeze();
  ExpectQuickStop(absl::Seconds(10));
}

TEST_F(BrokerFaults, SuspendsAndDropsWhileTheBrokerIsFrozen) {
  ConsumeSteadily("6000");
  broker_.Freeze();
  const absl::Time start = absl::Now();
  Execute("ALTER MATERIALIZED VIEW plain suspended=1");
  Execute("DROP SOURCE kafka");
  EXPECT_LT(absl::Now() - start, absl::Seconds(16));
  broker_.Thaw();
  CloseAndExpectAll();
}

}  // namespace
}  // namespace rowfall
