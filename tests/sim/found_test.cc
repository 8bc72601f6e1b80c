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

}  // namespace
}  // namespace rowfall::tests
