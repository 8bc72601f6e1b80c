// SPDX-License-Identifier: Apache-2.0
// Dead letters as the host gets them: bytes, identity, and what precedes what.
#include "rowfall/reject.h"

#include <memory>
#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_reject_handler.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using namespace std::string_literals;

class RejectTest : public ::testing::TestWithParam<std::string> {
 protected:
  RejectTest() {
    broker_.SetPollWaits(false);
    broker_.CreateTopic("t", 1);
    tables_->Add("t", Schema({{"id", Type::kBigint}, {"n", Type::kInt}}));
    EngineOptions options;
    options.tables = tables_;
    options.rejects = handler_;
    options.source_factory = broker_.Factory();
    options.clock = &clock_;
    options.threading = Threading::kHostThreads;
    engine_ = *Engine::Open(std::move(options));
  }

  void Create(const std::string& options) {
    Execute(
        "CREATE SOURCE s (id bigint, n int) type='kafka' "
        "broker_list='b:1' topic_list='t' batch=2 " +
        options);
    Execute("CREATE MV v TO t AS SELECT id, n FROM s");
  }
  void Execute(const std::string& sql) {
    const auto result = engine_->Execute(sql);
    ASSERT_TRUE(result.ok()) << result.status();
  }
  void Run() {
    for (int turn = 0; turn < 20; ++turn) {
      ASSERT_TRUE(engine_->RunOnce("v", 0, absl::ZeroDuration()).ok());
    }
  }

  testing::FakeClock clock_;
  testing::MemoryBroker broker_;
  std::shared_ptr<testing::RecordingTables> tables_ =
      std::make_shared<testing::RecordingTables>();
  std::shared_ptr<testing::RecordingRejectHandler> handler_ =
      std::make_shared<testing::RecordingRejectHandler>();
  std::unique_ptr<Engine> engine_;
};

// Bytes that no text has; header names twice, empty and null values.
TEST_P(RejectTest, HandsOverTheBytesAsTheyCame) {
  Create(GetParam());
  const std::string payload = "\xff\0{\x80\n"s;
  const std::string key = "\0key\xfe\0"s;
  broker_.Produce("t", 0,
                  {.payload = payload,
                   .key = key,
                   .headers = {{"trace", "\0\x01\xff"s},
                               {"trace", std::nullopt},
                               {"trace", ""},
                               {"", "no name"}},
                   .timestamp_ms = 1700000000123});
  broker_.Produce("t", 0, {.payload = std::nullopt, .key = ""});
  Run();
  const auto rejects = handler_->rejects();
  ASSERT_EQ(rejects.size(), 2u);
  EXPECT_EQ(rejects[0].payload, payload);
  EXPECT_EQ(rejects[0].key, key);
  EXPECT_EQ(rejects[0].timestamp_ms, 1700000000123);
  EXPECT_THAT(
      rejects[0].headers,
      ElementsAre(Pair("trace", "\0\x01\xff"s), Pair("trace", std::nullopt),
                  Pair("trace", ""), Pair("", "no name")));
  EXPECT_EQ(rejects[1].payload, std::nullopt);
  EXPECT_EQ(rejects[1].key, "");
  EXPECT_TRUE(rejects[1].headers.empty());
  EXPECT_EQ(rejects[1].id, "t/0@1#-1 parse v");
}

INSTANTIATE_TEST_SUITE_P(Policies, RejectTest,
                         ::testing::Values("on_error='dead_letter'",
                                           "on_error='null'"));

}  // namespace
}  // namespace rowfall
