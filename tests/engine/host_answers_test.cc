// SPDX-License-Identifier: Apache-2.0
// Hosts that say what cannot be: a clear error, or no harm.
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/memory_source.h"

namespace rowfall {
namespace {

using ::testing::HasSubstr;

// A table that says what it is told to say.
struct Answers {
  Schema schema{{{.name = "id", .type = Type::kBigint}}};
  SinkTraits traits;
  std::vector<PartitionOffset> positions;
  size_t num_rows = 0;
};

class LyingTable : public Sink {
 public:
  explicit LyingTable(Answers& answers) : answers_(answers) {}
  const Schema& schema() const override { return answers_.schema; }
  SinkTraits traits() const override { return answers_.traits; }
  absl::Status Write(const Batch& rows, const WriteContext&,
                     std::vector<RefusedRow>&) override {
    answers_.num_rows += rows.num_rows();
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view) override {
    return answers_.positions;
  }

 private:
  Answers& answers_;
};

class LyingTables : public TableProvider {
 public:
  explicit LyingTables(Answers& answers) : answers_(answers) {}
  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(std::string_view) override {
    return std::make_shared<LyingTable>(answers_);
  }

 private:
  Answers& answers_;
};

class HostAnswersTest : public ::testing::Test {
 protected:
  HostAnswersTest() {
    broker_.CreateTopic("t", 1);
    broker_.SetPollWaits(false);
    options_.tables = std::make_shared<LyingTables>(answers_);
    options_.source_factory = broker_.Factory();
    options_.clock = &clock_;
    options_.threading = Threading::kHostThreads;
    options_.random_seed = 1;
  }
  void Open() {
    auto engine = Engine::Open(options_);
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    ASSERT_TRUE(engine_
                    ->Execute("CREATE SOURCE s (id bigint, n bigint) "
                              "type='kafka' broker_list='b:1' topic_list='t' "
                              "batch=10 batch_timeout=20")
                    .ok());
  }
  std::string Create(std::string_view select = "SELECT id FROM s") {
    const absl::Status status =
        engine_->Execute("CREATE MV v TO t AS " + std::string(select)).status();
    return status.ToString(absl::StatusToStringMode::kWithNoExtraData);
  }
  void Run() {
    for (int i = 0; i < 100; ++i) {
      (void)engine_->RunOnce("v", 0, absl::ZeroDuration());
      clock_.Advance(absl::Milliseconds(10));
    }
  }
  // Runs a view over 20 messages.
  ViewStatus RunView() {
    Open();
    EXPECT_EQ(Create(), "OK");
    for (int i = 0; i < 20; ++i) broker_.Produce("t", 0, R"({"id": 1})");
    Run();
    return engine_->Status().at(0);
  }

  Answers answers_;
  testing::FakeClock clock_;
  testing::MemoryBroker broker_;
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
};

// --- Positions -------------------------------------------------------------

// Issue 11: -1 for "none" began at the end: no row, running, lag 0; the others
// conflicted without end.
TEST_F(HostAnswersTest, ANegativePositionFailsTheView) {
  answers_.traits.keeps_positions = true;
  for (const int64_t offset :
       {int64_t{-1}, int64_t{-2}, int64_t{-7}, kOffsetNone, INT64_MAX}) {
    answers_.positions = {{{"t", 0}, offset}};
    const ViewStatus status = RunView();
    EXPECT_EQ(status.state, ViewState::kFailed) << offset;
    EXPECT_EQ(status.reason,
              "Table 't' of the host returned position " +
                  std::to_string(offset) +
                  " of t/0: LoadPositions() returns the offsets that Write() "
                  "was given, 0 or more, and leaves out a partition of which "
                  "nothing is stored");
    EXPECT_EQ(answers_.num_rows, 0u);
  }
}

TEST_F(HostAnswersTest, TwoPositionsOfAPartitionFailTheView) {
  answers_.traits.keeps_positions = true;
  answers_.positions = {{{"t", 0}, 3}, {{"t", 1}, 3}, {{"t", 0}, 5}};
  const ViewStatus status = RunView();
  EXPECT_EQ(status.state, ViewState::kFailed);
  EXPECT_THAT(status.reason, HasSubstr("returned two positions of t/0: "));
}

TEST_F(HostAnswersTest, PositionsOfOtherPartitionsAreIgnored) {
  answers_.traits.keeps_positions = true;
  answers_.positions = {{{"t", 7}, 3}, {{"other", 0}, 9}, {{"", -3}, 0}};
  const ViewStatus status = RunView();
  EXPECT_EQ(status.state, ViewState::kRunning);
  EXPECT_EQ(answers_.num_rows, 20u);
}

// --- Tables ----------------------------------------------------------------

TEST_F(HostAnswersTest, ASchemaThatCannotBeIsRefused) {
  Open();
  const auto created_with = [this](std::vector<Field> fields) {
    answers_.schema = Schema(std::move(fields));
    return Create();
  };
  const std::string table = "FAILED_PRECONDITION: Table 't' of the host has ";
  EXPECT_EQ(created_with({}), table + "no columns");
  EXPECT_EQ(created_with({{.name = "id"}, {.name = ""}}),
            table + "a column without a name");
  EXPECT_EQ(created_with({{.name = "id"}, {.name = "ID"}}),
            table + "two columns of one name: 'ID'");
  EXPECT_EQ(created_with({{.name = "id", .type = static_cast<Type>(77)}}),
            table + "a column of no type: 'id'");
  EXPECT_EQ(created_with({{.name = "id", .type = Type::kBigint}}), "OK");
  // The same when a worker opens it.
  answers_.schema = Schema({{.name = "id"}, {.name = "id"}});
  Run();
  EXPECT_EQ(engine_->Status().at(0).reason,
            "Table 't' of the host has two columns of one name: 'id'");
}

// Issue 11: Write() met a column that was not there.
TEST_F(HostAnswersTest, AViewGivesTheIdThatRowsAreReplacedBy) {
  Open();
  answers_.traits.replaces_by_id = true;
  answers_.schema =
      Schema({{.name = "ID", .type = Type::kBigint, .nullable = false},
              {.name = "n", .type = Type::kBigint}});
  EXPECT_EQ(Create("SELECT n FROM s"),
            "INVALID_ARGUMENT: Table 't' replaces rows by their id, which "
            "cannot be NULL, and the view gives none: write SELECT "
            "<expression> AS id, ... [at 1:16]");
  EXPECT_EQ(Create("SELECT n AS id FROM s"), "OK");
  // A table that makes its ids by itself.
  answers_.schema = Schema({{.name = "id", .type = Type::kBigint},
                            {.name = "n", .type = Type::kBigint}});
  EXPECT_TRUE(engine_->Execute("CREATE MV w TO t AS SELECT n FROM s").ok());
}

// --- Clocks ----------------------------------------------------------------

class BadClock : public Clock {
 public:
  absl::Time Now() override { throw std::runtime_error("no time"); }
  absl::Duration Monotonic() override {
    ++calls_;
    if (calls_ % 7 == 0) throw std::runtime_error("no time");
    // Two steps on, one back.
    return absl::Seconds(calls_ % 3 == 0 ? calls_ - 2 : calls_);
  }

 private:
  int calls_ = 0;
};

TEST_F(HostAnswersTest, AClockThatGoesBackOrThrowsDoesNoHarm) {
  BadClock clock;
  options_.clock = &clock;
  const ViewStatus status = RunView();
  EXPECT_EQ(status.state, ViewState::kRunning) << status.reason;
  EXPECT_EQ(answers_.num_rows, 20u);
  EXPECT_GE(status.write_time, absl::ZeroDuration());
  EXPECT_EQ(engine_->Stop(), absl::OkStatus());
}

TEST_F(HostAnswersTest, AFactoryThatMakesNoSourceFailsTheView) {
  options_.source_factory = [](const SourceConfig&) {
    return std::unique_ptr<Source>();
  };
  EXPECT_EQ(RunView().reason, "The source factory returned no source");
  options_.source_factory =
      [](const SourceConfig&) -> absl::StatusOr<std::unique_ptr<Source>> {
    throw std::runtime_error("boom");
  };
  EXPECT_EQ(RunView().reason, "The source factory threw an exception: 'boom'");
}

}  // namespace
}  // namespace rowfall
