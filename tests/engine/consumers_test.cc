// SPDX-License-Identifier: Apache-2.0
// Tests of what SQL may ask of the process, and of stored definitions that
// cannot be used.
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall {
namespace {

class ConsumersTest : public ::testing::Test {
 protected:
  ConsumersTest()
      : tables_(std::make_shared<testing::RecordingTables>()),
        catalog_(std::make_shared<MemoryCatalog>()) {
    tables_->Add("t", Schema({{.name = "id", .type = Type::kBigint}}), {});
    broker_.CreateTopic("t", 4);
  }

  absl::Status Open(int max_consumers) {
    engine_.reset();
    EngineOptions options;
    options.tables = tables_;
    options.catalog = catalog_;
    options.source_factory = broker_.Factory();
    options.retry_initial = absl::Milliseconds(1);
    options.retry_max = absl::Milliseconds(10);
    options.max_consumers = max_consumers;
    auto engine = Engine::Open(std::move(options));
    if (engine.ok()) engine_ = *std::move(engine);
    return engine.status();
  }
  absl::Status Execute(const std::string& sql) {
    return engine_->Execute(sql).status();
  }
  static std::string Source(const std::string& name, int num_consumers,
                            const std::string& topics = "t") {
    return "CREATE SOURCE " + name +
           " (id bigint) type='kafka' broker_list='b:1' topic_list='" + topics +
           "' num_consumers=" + std::to_string(num_consumers);
  }
  static std::string View(const std::string& name, const std::string& source) {
    return "CREATE MV " + name + " TO t AS SELECT id FROM " + source;
  }
  ViewStatus Status(const std::string& view) {
    for (ViewStatus& status : engine_->Status()) {
      if (status.name == view) return std::move(status);
    }
    ADD_FAILURE() << "No view: " << view;
    return {};
  }
  void AwaitState(const std::string& view, ViewState state) {
    while (Status(view).state != state) std::this_thread::yield();
  }

  testing::MemoryBroker broker_;
  std::shared_ptr<testing::RecordingTables> tables_;
  std::shared_ptr<MemoryCatalog> catalog_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(ConsumersTest, OfAllViewsAreBounded) {
  ASSERT_TRUE(Open(3).ok());
  const absl::Status refused = Execute(Source("s", 4));
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(refused.message(),
            "Option num_consumers is above what the host allows "
            "(max_consumers), which is 3: 4 [at 1:89]");
  ASSERT_TRUE(Execute(Source("s", 2)).ok());
  ASSERT_TRUE(Execute(View("a", "s")).ok());
  const absl::Status full = absl::ResourceExhaustedError(
      "View 'b' needs 2 consumers, but 2 run already and the host allows 3 "
      "(max_consumers)");
  EXPECT_EQ(Execute(View("b", "s")), full);
  // Nothing was stored.
  EXPECT_EQ(catalog_->Load()->views.size(), 1u);
  ASSERT_TRUE(Execute("ALTER MV a suspended=1").ok());
  ASSERT_TRUE(Execute(View("b", "s")).ok());
  EXPECT_EQ(Execute("ALTER MV a suspended=0").code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Status("a").state, ViewState::kSuspended);
  ASSERT_TRUE(Execute("DROP MV b").ok());
  EXPECT_TRUE(Execute("ALTER MV a suspended=0").ok());
}

TEST_F(ConsumersTest, AStoredViewWaitsUntilThereIsRoom) {
  ASSERT_TRUE(Open(4).ok());
  ASSERT_TRUE(Execute(Source("s", 2)).ok());
  ASSERT_TRUE(Execute(View("a", "s")).ok());
  ASSERT_TRUE(Execute(View("b", "s")).ok());
  ASSERT_TRUE(Open(3).ok());
  AwaitState("a", ViewState::kRunning);
  EXPECT_EQ(Status("b").state, ViewState::kBackoff);
  EXPECT_EQ(Status("b").reason,
            "View 'b' needs 2 consumers, but 2 run already and the host allows "
            "3 (max_consumers)");
  ASSERT_TRUE(Execute("DROP MV a").ok());
  AwaitState("b", ViewState::kRunning);
}

TEST_F(ConsumersTest, AStoredSourceThatCannotBeUsedHarmsNoOther) {
  CatalogState state;
  state.sources = {{"bad", Source("bad", 1, "^(.*)(.*)..\\\\1")},
                   {"good", Source("good", 1)}};
  state.views = {{"v", View("v", "bad"), "g1", false},
                 {"w", View("w", "good"), "g2", false}};
  ASSERT_TRUE(catalog_->Store(state).ok());
  ASSERT_TRUE(Open(8).ok());
  AwaitState("w", ViewState::kRunning);
  const std::string reason =
      "Source 'bad' cannot be used any more: Regular expression for topics is "
      "not valid, invalid escape sequence '\\1': '^(.*)(.*)..\\1'";
  EXPECT_EQ(Status("v").state, ViewState::kFailed);
  EXPECT_EQ(Status("v").reason, reason);
  EXPECT_EQ(Execute(View("x", "bad")), absl::FailedPreconditionError(reason));
  EXPECT_TRUE(Execute("SHOW SOURCE bad").ok());
  // It is stored as it was with what else changes.
  ASSERT_TRUE(Execute("DROP MV w").ok());
  EXPECT_EQ(catalog_->Load()->sources[0].sql, state.sources[0].sql);
  // A source that can be used takes its place.
  ASSERT_TRUE(Execute("DROP SOURCE bad").ok());
  ASSERT_TRUE(Execute(Source("bad", 1, "^t")).ok());
  ASSERT_TRUE(Execute("ALTER MV v suspended=0").ok());
  AwaitState("v", ViewState::kRunning);
}

}  // namespace
}  // namespace rowfall
