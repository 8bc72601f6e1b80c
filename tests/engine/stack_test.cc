// SPDX-License-Identifier: Apache-2.0
// An engine whose host has threads with small stacks, and gives the library's
// own threads no larger ones.
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_sink.h"
#include "tests/support/deep_selects.h"
#include "tests/support/small_stack.h"

namespace rowfall {
namespace {

using tests::DeepSelect;
using tests::StackUsed;

class EngineStackTest : public ::testing::TestWithParam<DeepSelect> {
 protected:
  EngineStackTest() {
    std::vector<Field> fields = {{.name = "id", .type = Type::kBigint},
                                 {.name = "x", .type = Type::kText}};
    for (int i = 0; i < 5; ++i) {
      fields.push_back(
          {.name = "y" + std::to_string(i), .type = Type::kBigint});
    }
    table_ = tables_->Add("t", Schema(std::move(fields)));
    broker_.CreateTopic("t");
  }

  absl::Status Open() {
    EngineOptions options;
    options.tables = tables_;
    options.catalog = catalog_;
    options.source_factory = broker_.Factory();
    auto engine = Engine::Open(std::move(options));
    if (engine.ok()) engine_ = *std::move(engine);
    return engine.status();
  }
  void Execute(const std::string& sql) {
    const auto result = engine_->Execute(sql);
    EXPECT_TRUE(result.ok()) << result.status() << sql.substr(0, 60);
  }
  void CreateSource() {
    Execute(
        "CREATE SOURCE s (a bigint, t text, j json) type='kafka' "
        "broker_list='b:1' topic_list='t' consumer_group='g' "
        "on_error='skip'");
  }

  testing::MemoryBroker broker_;
  std::shared_ptr<testing::RecordingTables> tables_ =
      std::make_shared<testing::RecordingTables>();
  std::shared_ptr<MemoryCatalog> catalog_ = std::make_shared<MemoryCatalog>();
  std::shared_ptr<testing::RecordingTable> table_;
  std::unique_ptr<Engine> engine_;
};

TEST_P(EngineStackTest, StatementsNeedNoDeepStack) {
  const std::string view = "CREATE MV v TO t AS " + GetParam().text;
  const size_t used = StackUsed([&] {
    ASSERT_TRUE(Open().ok());
    CreateSource();
    Execute("EXPLAIN " + view);
    Execute(view);
    Execute("SHOW MV v");
    Execute("SHOW MV STATUS v");
    engine_.reset();
    // As a stored definition.
    ASSERT_TRUE(Open().ok());
    Execute("ALTER MV v suspended=1");
    Execute("ALTER MV v suspended=0");
    Execute("DROP SOURCE s");
    Execute("DROP MV v");
    EXPECT_TRUE(engine_->Stop(absl::Seconds(30)).ok());
    engine_.reset();
  });
  RecordProperty("stack_bytes", static_cast<int>(used));
}

// The threads of the library have what they need, whatever others get.
#ifdef __GLIBC__
TEST_P(EngineStackTest, WorkersHaveStacksOfTheirOwn) {
  const tests::DefaultStack small(tests::kSmallStackBytes);
  const std::string json = tests::Repeat("{\"x\": ", 500) + "[" +
                           tests::Repeat("[", 10) + "1" +
                           tests::Repeat("]", 10) + "]" +
                           tests::Repeat("}", 500);
  broker_.Produce("t", 0, "{\"a\": 1, \"t\": \"1\", \"j\": " + json + "}");
  broker_.Produce("t", 0, "{\"a\": 100, \"j\": " + tests::Repeat("[", 600));
  broker_.Produce("t", 0, R"({"a": 150, "t": "2"})");
  ASSERT_TRUE(Open().ok());
  CreateSource();
  Execute("CREATE MV v TO t AS " + GetParam().text);
  EXPECT_TRUE(broker_.WaitUntilCaughtUp("g.v", absl::Seconds(30)));
  EXPECT_GT(table_->num_rows(), 0u);
  engine_.reset();
}
#endif

// What CREATE tries with a client of Kafka, and regular expressions.
TEST(SourceStackTest, SourcesAreTriedOnASmallStack) {
  const auto create = [](Engine& engine, const std::string& options) {
    return engine
        .Execute("CREATE SOURCE k type='kafka' broker_list='b:1' "
                 "topic_list='t' security.protocol='ssl' " +
                 options)
        .status();
  };
  StackUsed([&] {
    EngineOptions options;
    options.tables = std::make_shared<testing::RecordingTables>();
    const auto engine = Engine::Open(std::move(options));
    ASSERT_TRUE(engine.ok()) << engine.status();
    EXPECT_EQ(create(**engine, "ssl.ca.pem='nonsense'").code(),
              absl::StatusCode::kInvalidArgument);
    const absl::Status made = create(**engine, "ssl.cipher.suites='ALL'");
    EXPECT_TRUE(made.ok()) << made;
    const absl::Status deep =
        (*engine)
            ->Execute("CREATE SOURCE r type='kafka' broker_list='b:1' "
                      "topic_list='^" +
                      tests::Repeat("(", 500) + "a" +
                      tests::Repeat(")", 500) + "'")
            .status();
    EXPECT_TRUE(deep.ok()) << deep;
  });
}

INSTANTIATE_TEST_SUITE_P(
    All, EngineStackTest, ::testing::ValuesIn(tests::DeepSelects()),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rowfall
