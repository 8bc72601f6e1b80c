// SPDX-License-Identifier: Apache-2.0
// What the simulation found and no story can tell.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/faulty_sink.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_reject_handler.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall::tests {
namespace {

// A sink that keeps positions refuses a row, and another one when it gets the
// rest. Seed 1216.
TEST(FoundTest, EachDeadLetterHasItsOwnRow) {
  rowfall::testing::FakeClock clock;
  rowfall::testing::MemoryBroker broker;
  broker.SetPollWaits(false);
  auto tables = std::make_shared<rowfall::testing::RecordingTables>();
  Field id;
  id.name = "id";
  id.type = Type::kBigint;
  tables->Add("t", Schema({id}), {.keeps_positions = true});
  auto faulty = std::make_shared<rowfall::testing::FaultyTables>(tables);
  int calls = 0;
  faulty->RefuseRows([&calls](const Batch& batch, size_t row) {
    calls += row == 0 ? 1 : 0;
    const Value value = batch.column(0).ValueAt(row);
    return std::get<int64_t>(value) == calls ? "Not now" : "";
  });
  auto handler = std::make_shared<rowfall::testing::RecordingRejectHandler>();
  EngineOptions options;
  options.tables = faulty;
  options.rejects = handler;
  options.source_factory = broker.Factory();
  options.clock = &clock;
  options.threading = Threading::kHostThreads;
  auto engine = Engine::Open(std::move(options));
  ASSERT_TRUE(engine.ok());
  for (const char* payload : {"{\"id\":1}", "{\"id\":2}", "{\"id\":3}"}) {
    broker.Produce("topic", 0, payload);
  }
  for (const char* sql :
       {"CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' "
        "topic_list='topic' batch=3",
        "CREATE MV v TO t AS SELECT id FROM s"}) {
    ASSERT_TRUE((*engine)->Execute(sql).ok());
  }
  for (int turn = 0; turn < 20; ++turn) {
    ASSERT_TRUE((*engine)->RunOnce("v", 0, absl::ZeroDuration()).ok());
  }
  std::vector<std::string> rows;
  for (const auto& reject : handler->rejects()) rows.push_back(reject.row);
  EXPECT_THAT(rows,
              ::testing::ElementsAre("{\"id\":1}", "{\"id\":2}", "{\"id\":3}"));
}

// An engine whose view `v` writes to a table, turn by turn. The table keeps
// positions if nothing else is said.
class FoundViewTest : public ::testing::Test {
 protected:
  explicit FoundViewTest(SinkTraits traits = {.keeps_positions = true}) {
    broker_.SetPollWaits(false);
    Field id;
    id.name = "id";
    id.type = Type::kBigint;
    table_ = tables_->Add("t", Schema({id}), traits);
  }
  void Open(const std::string& source_options) {
    EngineOptions options;
    options.tables = faulty_;
    options.source_factory = broker_.Factory();
    options.clock = &clock_;
    options.threading = Threading::kHostThreads;
    options.log = [this](const LogEntry& entry) {
      num_errors_ += entry.level == LogLevel::kError ? 1 : 0;
    };
    auto engine = Engine::Open(std::move(options));
    ASSERT_TRUE(engine.ok());
    engine_ = *std::move(engine);
    Execute(
        "CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' "
        "consumer_group='g' topic_list='topic' " +
        source_options);
    Execute("CREATE MV v TO t consumer_group='g' AS SELECT id FROM s");
  }
  void Execute(const std::string& sql) {
    ASSERT_TRUE(engine_->Execute(sql).ok()) << sql;
  }
  void Turns(int count, int worker = 0) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(engine_->RunOnce("v", worker, absl::ZeroDuration()).ok());
    }
  }

  testing::FakeClock clock_;
  testing::MemoryBroker broker_;
  std::shared_ptr<testing::RecordingTables> tables_ =
      std::make_shared<testing::RecordingTables>();
  std::shared_ptr<testing::FaultyTables> faulty_ =
      std::make_shared<testing::FaultyTables>(tables_);
  std::shared_ptr<testing::RecordingTable> table_;
  int num_errors_ = 0;
  std::unique_ptr<Engine> engine_;
};

// The end of a partition is found while the view waits after a conflict: it
// begins there, not at a later end. Seed 3379.
TEST_F(FoundViewTest, AnEndThatIsFoundInABackoffCounts) {
  broker_.CreateTopic("topic", 2);
  Open("start_from='latest' batch=1");
  Turns(3);  // Opens, joins, is given the partitions.
  ASSERT_TRUE(table_->Positions("g").empty());
  broker_.Produce("topic", 0, "{\"id\":1}");
  faulty_->Return(absl::AbortedError("Taken away"));
  while (engine_->Status()[0].state != ViewState::kBackoff) Turns(1);
  Turns(1);
  broker_.Produce("topic", 1, "{\"id\":2}");
  for (int i = 0; i < 20; ++i) {
    clock_.Advance(absl::Seconds(2));
    Turns(1);
  }
  EXPECT_THAT(table_->RowsAsJson(),
              ::testing::UnorderedElementsAre("{\"id\":1}", "{\"id\":2}"));
}

// A worker without a partition is connected as soon as the broker is back.
// Seed 871.
TEST_F(FoundViewTest, AWorkerWithoutPartitionsRunsAfterTrouble) {
  broker_.CreateTopic("topic", 1);
  Open("num_consumers=2");
  const auto turn_both = [this] {
    for (int i = 0; i < 10; ++i) {
      Turns(1, 0);
      Turns(1, 1);
    }
  };
  turn_both();
  ASSERT_EQ(engine_->Status()[0].state, ViewState::kRunning);
  broker_.SetReachable(false);
  turn_both();
  ASSERT_EQ(engine_->Status()[0].state, ViewState::kBackoff);
  broker_.SetReachable(true);
  turn_both();
  EXPECT_EQ(engine_->Status()[0].state, ViewState::kRunning);
}

// The table has a position of a partition that is new to the consumer: the
// group is told. Seed 539.
TEST_F(FoundViewTest, ANewPartitionThatTheTableKnowsIsCommitted) {
  broker_.CreateTopic("topic", 1);
  Open("start_from='latest'");
  Turns(10);
  broker_.CreateTopic("topic", 2);
  broker_.Produce("topic", 1, "{\"id\":1}");
  Turns(10);
  clock_.Advance(absl::Seconds(2));
  Turns(10);
  ASSERT_EQ(table_->num_rows(), 1u);
  broker_.SetCommitted("g", "topic", 1, kOffsetNone);
  broker_.Rebalance("g");
  Turns(10);
  EXPECT_EQ(broker_.Committed("g", "topic", 1), 1);
}

// Partitions that are new to the consumer stay new when positions are loaded
// again after a conflict: they are read from their start. Seed 7068.
TEST_F(FoundViewTest, NewPartitionsAreNewBehindAConflict) {
  broker_.CreateTopic("topic", 1);
  Open("start_from='latest' batch=1");
  Turns(10);
  broker_.CreateTopic("topic", 4);
  for (const int partition : {1, 2, 3}) {
    broker_.Produce("topic", partition, "{\"id\":1}");
  }
  faulty_->Return(absl::AbortedError("Taken away"));
  for (int i = 0; i < 40; ++i) {
    clock_.Advance(absl::Seconds(2));
    Turns(1);
  }
  EXPECT_EQ(table_->num_rows(), 3u);
}

// Logs that are too short are other ones when their time is over, all at once:
// one that has only markers then would pass for the one that was read. Seed
// 65115.
TEST_F(FoundViewTest, AllLogsThatAreTooShortAreNoticedAtOnce) {
  broker_.CreateTopic("topic", 2);
  Open("on_gap='earliest' batch=1");
  for (const int partition : {0, 1}) {
    broker_.Produce("topic", partition, "{\"id\":1}");
  }
  Turns(20);
  ASSERT_EQ(table_->num_rows(), 2u);
  broker_.ReplaceTopic("topic");
  broker_.Rebalance("g");
  Turns(10);
  ASSERT_EQ(num_errors_, 0);
  clock_.Advance(absl::Seconds(6));
  Turns(1);
  EXPECT_EQ(num_errors_, 2);
}

// Two members of a group, whose table keeps no positions.
class FoundGroupTest : public FoundViewTest {
 protected:
  FoundGroupTest() : FoundViewTest(SinkTraits()) {
    broker_.CreateTopic("topic", 2);
  }
  void Produce(int first, int last) {
    for (int id = first; id <= last; ++id) {
      broker_.Produce("topic", 0, "{\"id\":" + std::to_string(id) + "}");
    }
  }
  // They join in this order; the first one has partition 0.
  void Join(int first, int second) {
    broker_.Trouble("g", absl::AbortedError("Made to leave"));
    for (int i = 0; i < 30; ++i) {
      clock_.Advance(absl::Seconds(1));
      Turns(1, first);
      if (i >= 10) Turns(1, second);
    }
  }
  // What the group has of partition 0.
  int64_t Committed() const { return broker_.Committed("g", "topic", 0); }
};

// What a member committed of an earlier log does not come back when it gets the
// partition again: what its owner has decided meanwhile counts. Issue 11.
TEST_F(FoundGroupTest, WhatTheGroupHasIsAboveAMembersMemory) {
  Open("on_gap='latest' num_consumers=2 batch=1");
  Join(0, 1);
  Produce(1, 10);
  Join(0, 1);
  ASSERT_EQ(Committed(), 10);
  Join(1, 0);
  broker_.ReplaceTopic("topic");
  Produce(101, 103);
  Join(1, 0);
  ASSERT_EQ(Committed(), 3);  // The gap was skipped.
  Produce(104, 105);
  Join(1, 0);
  ASSERT_EQ(Committed(), 5);
  ASSERT_EQ(num_errors_, 1);
  Produce(106, 109);
  Join(0, 1);
  EXPECT_EQ(Committed(), 9);
  EXPECT_EQ(table_->num_rows(), 10u + 2u + 4u);
  EXPECT_EQ(num_errors_, 1);
}

// The same log, and an operator's or a late commit's lower offset: it counts,
// and messages come again.
TEST_F(FoundGroupTest, ALowerOffsetOfTheGroupCounts) {
  Open("num_consumers=2 batch=1");
  Produce(1, 10);
  Join(0, 1);
  ASSERT_EQ(Committed(), 10);
  broker_.SetCommitted("g", "topic", 0, 8);
  Join(0, 1);
  EXPECT_EQ(table_->num_rows(), 12u);
}

// The memory is for a group that has nothing any more.
TEST_F(FoundGroupTest, WhatAGroupHasForgottenIsNotReadAgain) {
  Open("num_consumers=2 batch=1");
  Produce(1, 10);
  Join(0, 1);
  ASSERT_EQ(Committed(), 10);
  broker_.SetCommitted("g", "topic", 0, kOffsetNone);
  Join(0, 1);
  EXPECT_EQ(table_->num_rows(), 10u);
  EXPECT_EQ(Committed(), 10);
}

}  // namespace
}  // namespace rowfall::tests
