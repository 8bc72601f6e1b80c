// SPDX-License-Identifier: Apache-2.0
// Whose group is whose: names of groups follow from definitions alone.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSource[] =
    "CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' "
    "topic_list='t' consumer_group='g' batch=10";
constexpr int kMessages = 100;

class ConsumerGroupTest : public ::testing::Test {
 protected:
  ConsumerGroupTest() : tables_(std::make_shared<testing::RecordingTables>()) {
    for (const char* name : {"a", "b"}) {
      tables_->Add(name, Schema({{.name = "id", .type = Type::kBigint}}), {});
    }
    broker_.CreateTopic("t", 4);
    broker_.SetPollWaits(false);
    for (int i = 0; i < kMessages; ++i) {
      broker_.Produce("t", i % 4, "{\"id\": " + std::to_string(i) + "}");
    }
  }

  EngineOptions Options() {
    EngineOptions options;
    options.tables = tables_;
    options.source_factory = broker_.Factory();
    options.clock = &clock_;
    options.threading = Threading::kHostThreads;
    options.log = [this](const LogEntry& entry) {
      if (entry.level == LogLevel::kWarning) warnings_.emplace_back(entry.text);
    };
    return options;
  }
  Engine& Open(EngineOptions options) {
    engines_.push_back(*Engine::Open(std::move(options)));
    return *engines_.back();
  }
  static void Execute(Engine& engine, const std::string& sql) {
    const auto result = engine.Execute(sql);
    ASSERT_TRUE(result.ok()) << result.status();
  }
  // Until nothing moves any more.
  void RunAll() {
    for (int turn = 0; turn < 300; ++turn) {
      for (const auto& engine : engines_) {
        for (const ViewStatus& view : engine->Status()) {
          (void)engine->RunOnce(view.name, 0, absl::ZeroDuration());
        }
      }
      clock_.Advance(absl::Milliseconds(100));
    }
  }
  static std::string GroupOf(Engine& engine, std::string_view view) {
    for (const ViewStatus& status : engine.Status()) {
      if (status.name == view) return status.consumer_group;
    }
    return "";
  }
  // How often each message is in the table.
  std::vector<int> Counts(const std::string& table) {
    std::vector<int> counts(kMessages);
    for (const auto& row : tables_->Find(table)->rows()) {
      ++counts[static_cast<size_t>(std::get<int64_t>(row[0]))];
    }
    return counts;
  }

  testing::FakeClock clock_;
  testing::MemoryBroker broker_;
  std::shared_ptr<testing::RecordingTables> tables_;
  std::vector<std::string> warnings_;
  std::vector<std::unique_ptr<Engine>> engines_;
};

// Issue 11, 6: two replicas with the same definitions share the work of each
// view, whatever the order of their statements.
TEST_F(ConsumerGroupTest, ReplicasAgreeWhateverTheOrderOfTheirStatements) {
  Engine& first = Open(Options());
  Execute(first, kSource);
  Execute(first, "CREATE MV a TO a AS SELECT id FROM s");
  Execute(first, "CREATE MV b TO b AS SELECT id FROM s");
  Engine& second = Open(Options());
  Execute(second, kSource);
  Execute(second, "CREATE MV b TO b AS SELECT id FROM s");
  Execute(second, "CREATE MV a TO a AS SELECT id FROM s");
  RunAll();
  const std::vector<int> once(kMessages, 1);
  EXPECT_EQ(Counts("a"), once);
  EXPECT_EQ(Counts("b"), once);
  EXPECT_EQ(GroupOf(first, "a"), "g.a");
  EXPECT_EQ(GroupOf(second, "a"), "g.a");
  EXPECT_EQ(broker_.NumMembers("g.b"), 2);
}

// What every migration script does.
TEST_F(ConsumerGroupTest, AViewThatIsMadeAgainHasItsOwnBacklog) {
  Engine& engine = Open(Options());
  Execute(engine, kSource);
  Execute(engine, "CREATE MV a TO a AS SELECT id FROM s");
  RunAll();
  Execute(engine, "CREATE MV b TO b AS SELECT id FROM s");
  Execute(engine, "DROP MV a");
  Execute(engine, "DROP MV b");
  Execute(engine, "CREATE MV b TO b AS SELECT id FROM s");
  RunAll();
  EXPECT_EQ(Counts("b"), std::vector<int>(kMessages, 1));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ConsumerGroupTest, AViewMayHaveTheGroupThatItNames) {
  Engine& engine = Open(Options());
  Execute(engine, kSource);
  Execute(engine,
          "CREATE MV a TO a consumer_group='manticore' AS SELECT id FROM s");
  EXPECT_EQ(GroupOf(engine, "a"), "manticore");
  const auto shown = engine.Execute("SHOW MV a");
  EXPECT_EQ(shown->rows[0][1],
            "CREATE MATERIALIZED VIEW a TO a consumer_group='manticore' AS\n"
            "SELECT id\nFROM s");
  RunAll();
  EXPECT_TRUE(broker_.IsCaughtUp("manticore"));
  // Two views would take partitions and positions from each other.
  const auto twice = engine.Execute(
      "CREATE MV b TO b consumer_group='manticore' AS SELECT id FROM s");
  EXPECT_EQ(twice.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(twice.status().message(),
            "Consumer group is that of view 'a', write consumer_group='...' "
            "with another one behind TO b: 'manticore' [at 1:33]");
  Execute(engine, "CREATE MV c TO b consumer_group='g.b' AS SELECT id FROM s");
  EXPECT_THAT(std::string(engine.Execute("CREATE MV b TO b AS SELECT id FROM s")
                              .status()
                              .message()),
              HasSubstr("Consumer group is that of view 'c'"));
}

TEST_F(ConsumerGroupTest, GoingOnInTheGroupOfADroppedViewIsTold) {
  Engine& engine = Open(Options());
  Execute(engine, kSource);
  Execute(engine, "CREATE MV a TO a AS SELECT id FROM s");
  RunAll();
  Execute(engine, "DROP MV a");
  Execute(engine, "CREATE MV b TO b consumer_group='g.a' AS SELECT id FROM s");
  EXPECT_THAT(warnings_,
              ElementsAre("Consumer group 'g.a' was that of view 'a', which "
                          "was dropped: what that one has read does not come "
                          "again"));
  RunAll();
  EXPECT_THAT(tables_->Find("b")->rows(), IsEmpty());
}

// Version 0.1.0 gave the first view the name as the source has it.
TEST_F(ConsumerGroupTest, StoredViewsKeepTheirGroups) {
  const std::string view = "CREATE MV a TO a AS SELECT id FROM s";
  EngineOptions options = Options();
  options.catalog = std::make_shared<MemoryCatalog>();
  ASSERT_TRUE(
      options.catalog->Store({{{"s", kSource}}, {{"a", view, "g", false, {}}}})
          .ok());
  Engine& engine = Open(std::move(options));
  EXPECT_EQ(GroupOf(engine, "a"), "g");
  Execute(engine, "ALTER MV a suspended=1");
  Execute(engine, "ALTER MV a suspended=0");
  EXPECT_EQ(GroupOf(engine, "a"), "g");
  Execute(engine, "CREATE MV b TO b AS SELECT id FROM s");
  EXPECT_EQ(GroupOf(engine, "b"), "g.b");
}

// Issue 11, 10.
TEST_F(ConsumerGroupTest, ACatalogIsThatOfOneEngineAtATime) {
  EngineOptions options = Options();
  options.catalog = std::make_shared<MemoryCatalog>();
  Engine& first = Open(options);
  Execute(first, kSource);
  const auto second = Engine::Open(options);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(second.status().message(),
            "EngineOptions::catalog is used by another engine, stop that one "
            "first or give each its own");
  // Refused, it leaves the claim where it was.
  EXPECT_FALSE(Engine::Open(options).ok());
  ASSERT_TRUE(first.Stop().ok());
  Engine& third = Open(options);
  EXPECT_EQ(third.Execute("SHOW SOURCES")->rows.size(), 1u);
  // Nor does the end of the one that has stopped release that of another.
  engines_.erase(engines_.begin());
  EXPECT_FALSE(Engine::Open(options).ok());
  engines_.clear();
  EXPECT_TRUE(Engine::Open(options).ok());
}

}  // namespace
}  // namespace rowfall
