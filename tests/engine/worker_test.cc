// SPDX-License-Identifier: Apache-2.0
// Tests of a worker on a source that says what no broker in memory would.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/faulty_sink.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const TopicPartition kFirst{"t", 0};
const TopicPartition kSecond{"t", 1};

// What one Poll() brings.
struct Delivery {
  std::vector<PartitionOffset> messages;  // {"id": offset} each.
  std::vector<SourceEvent> events;
};

// What a worker's consumers are told and what they were asked for.
struct Script {
  std::deque<Delivery> deliveries;
  std::vector<PartitionOffset> assigned, committed;
  absl::Status assign_status, commit_status;
  std::vector<size_t> limits_while_paused;
  std::vector<absl::Duration> timeouts;  // Of commits and of the end.
  int num_sources = 0;
  std::function<void()> at_end = [] {};
  std::function<void()> at_poll = [] {};
  bool answers_commits = true;
  // As librdkafka does it: after more messages, by a Poll() that it ends.
  bool answers_late = false;
  // Messages of kFirst that are always at hand, as many as may come.
  int64_t at_hand = 0;
  int64_t given = 0;  // Of them.
};

class ScriptedSource : public Source {
 public:
  explicit ScriptedSource(Script& script) : script_(script) {
    ++script_.num_sources;
  }
  absl::Status Start() override { return absl::OkStatus(); }
  void Poll(const PollLimits& limits, MessageBatch& messages,
            std::vector<SourceEvent>& events) override {
    script_.at_poll();
    if (paused_) script_.limits_while_paused.push_back(limits.max_messages);
    GiveWhatIsAtHand(limits, messages);
    if (!script_.answers_late || (!answers_.empty() && ++waited_ > 1)) {
      events.insert(events.end(), answers_.begin(), answers_.end());
      answers_.clear();
      if (std::exchange(waited_, 0) > 0) return;
    }
    if (paused_ || script_.deliveries.empty()) return;
    const Delivery delivery = std::move(script_.deliveries.front());
    script_.deliveries.pop_front();
    for (const PartitionOffset& message : delivery.messages) {
      Append(message, messages);
    }
    events.insert(events.end(), delivery.events.begin(), delivery.events.end());
  }
  absl::Status Assign(std::span<const PartitionOffset> positions) override {
    script_.assigned.assign(positions.begin(), positions.end());
    return std::exchange(script_.assign_status, absl::OkStatus());
  }
  absl::Status Unassign() override { return absl::OkStatus(); }
  void CommitAsync(std::span<const PartitionOffset> positions,
                   uint64_t id) override {
    script_.committed.insert(script_.committed.end(), positions.begin(),
                             positions.end());
    if (script_.answers_commits) {
      answers_.push_back(CommitFinished{id, script_.commit_status, {}});
    }
  }
  absl::Status Commit(std::span<const PartitionOffset> positions,
                      absl::Duration timeout) override {
    script_.timeouts.push_back(timeout);
    script_.committed.insert(script_.committed.end(), positions.begin(),
                             positions.end());
    return script_.commit_status;
  }
  void Pause() override { paused_ = true; }
  void Resume() override { paused_ = false; }
  Watermarks GetWatermarks(const TopicPartition&) override { return {}; }
  void Wake() override {}
  absl::Status Close(absl::Duration timeout) override {
    script_.timeouts.push_back(timeout);
    script_.at_end();
    return absl::OkStatus();
  }

 private:
  static void Append(const PartitionOffset& message, MessageBatch& messages) {
    const std::string payload =
        "{\"id\": " + std::to_string(message.offset) + "}";
    messages.Append({.topic = message.partition.topic,
                     .partition = message.partition.partition,
                     .offset = message.offset,
                     .payload = payload,
                     .has_payload = true});
  }
  void GiveWhatIsAtHand(const PollLimits& limits, MessageBatch& messages) {
    if (paused_ || script_.assigned.empty()) return;
    for (size_t i = 0; i < limits.max_messages; ++i) {
      if (script_.given == script_.at_hand) return;
      Append({kFirst, script_.given++}, messages);
    }
  }

  Script& script_;
  std::vector<SourceEvent> answers_;
  int waited_ = 0;  // Poll()s for the answers.
  bool paused_ = false;
};

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest()
      : tables_(std::make_shared<testing::RecordingTables>()),
        faulty_(std::make_shared<testing::FaultyTables>(tables_)) {
    table_ = tables_->Add("t", Schema({{.name = "id", .type = Type::kBigint}}));
  }

  void Open(const std::string& source_options) {
    EngineOptions options;
    options.tables = faulty_;
    options.clock = &clock_;
    options.threading = Threading::kHostThreads;
    options.retry_max = absl::Seconds(1);
    options.random_seed = 7;
    options.log = [this](const LogEntry& entry) {
      log_.emplace_back(entry.text);
    };
    options.source_factory = [this](const SourceConfig&) {
      return std::make_unique<ScriptedSource>(script_);
    };
    auto engine = Engine::Open(std::move(options));
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    const auto source = engine_->Execute(
        "CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' "
        "topic_list='t' " +
        source_options);
    ASSERT_TRUE(source.ok()) << source.status();
    ASSERT_TRUE(engine_->Execute("CREATE MV v TO t AS SELECT id FROM s").ok());
    Deliver({{}, {PartitionsAssigned{{{kFirst, 0}, {kSecond, 0}}}}});
  }
  void Deliver(Delivery delivery) {
    script_.deliveries.push_back(std::move(delivery));
  }
  void Run(int turns = 10) {
    for (int i = 0; i < turns; ++i) {
      ASSERT_TRUE(engine_->RunOnce("v", 0, absl::ZeroDuration()).ok());
    }
  }
  ViewStatus Status() { return engine_->Status().at(0); }

  testing::FakeClock clock_;
  Script script_;
  std::shared_ptr<testing::RecordingTables> tables_;
  std::shared_ptr<testing::RecordingTable> table_;
  std::shared_ptr<testing::FaultyTables> faulty_;
  std::vector<std::string> log_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(WorkerTest, KeepsPollingWhilePausedWithAFullBatch) {
  Open("batch=2");
  faulty_->Return(absl::UnavailableError("down"), 8);
  Deliver({{{kFirst, 0}, {kFirst, 1}}, {}});
  Deliver({{{kFirst, 2}, {kFirst, 3}}, {}});
  for (int i = 0; i < 12; ++i) {
    Run();
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_THAT(script_.limits_while_paused, ::testing::Not(IsEmpty()));
  EXPECT_THAT(script_.limits_while_paused, ::testing::Each(::testing::Ge(1u)));
  EXPECT_EQ(table_->num_rows(), 4u);
}

TEST_F(WorkerTest, CommitsNothingThatItGaveBackWhenItFailed) {
  Open("batch=10 on_gap='fail'");
  Deliver({{{kFirst, 0}, {kFirst, 1}},
           {SourceTrouble{absl::FailedPreconditionError("Fenced")},
            EndOfPartition{{kFirst, 2}}}});
  Run();
  EXPECT_EQ(Status().state, ViewState::kFailed);
  EXPECT_EQ(table_->num_rows(), 0u);
  EXPECT_THAT(script_.committed, IsEmpty());
}

// The log may have lost that, too, until somebody decides where to go on.
TEST_F(WorkerTest, WritesWhatWasReadBeforeItStopsAtAGap) {
  Open("batch=10 on_gap='fail'");
  Deliver({{{kFirst, 0}, {kFirst, 1}},
           {OffsetOutOfRange{{kSecond, 0}, 60, 100, "gone"}}});
  Run();
  EXPECT_EQ(Status().state, ViewState::kFailed);
  EXPECT_EQ(table_->num_rows(), 2u);
}

TEST_F(WorkerTest, CountsOnlyWhatItAccepts) {
  Open("batch=1");
  Deliver({{{kFirst, 0}, {{"gone", 0}, 5}}, {}});
  Run();
  EXPECT_EQ(Status().messages, 1u);
  EXPECT_EQ(Status().bytes, std::string_view(R"({"id": 0})").size());
}

TEST_F(WorkerTest, StaysFailedWhenItsPartitionsAreTaken) {
  Open("batch=10");
  Deliver({{},
           {SourceTrouble{absl::FailedPreconditionError("Fenced")},
            PartitionsRevoked{{kFirst, kSecond}, true}}});
  Run();
  EXPECT_EQ(Status().state, ViewState::kFailed);
  EXPECT_EQ(Status().reason, "Fenced");
}

TEST_F(WorkerTest, StaysFailedWhenTheLastCommitIsForbidden) {
  Open("batch=1");
  script_.answers_commits = false;
  script_.commit_status = absl::FailedPreconditionError("Not authorized");
  Deliver({{{kFirst, 0}}, {}});
  Deliver({{}, {PartitionsRevoked{{kFirst, kSecond}, false}}});
  Run();
  EXPECT_EQ(Status().state, ViewState::kFailed);
  EXPECT_EQ(Status().reason, "Not authorized");
}

TEST_F(WorkerTest, CommitsAtIntervalsWhileMessagesCome) {
  Open("batch=1");
  script_.answers_late = true;
  for (int i = 0; i < 20; ++i) Deliver({{{kFirst, i}}, {}});
  Run(20);
  EXPECT_THAT(script_.committed, ElementsAre(PartitionOffset{kFirst, 1}));
  // Whoever has nothing else to do need not wait.
  Run();
  EXPECT_THAT(script_.committed, ElementsAre(PartitionOffset{kFirst, 1},
                                             PartitionOffset{kFirst, 20}));
}

// G7: what is read waits for the sink, and no more than a batch of it.
TEST_F(WorkerTest, ASinkThatIsSlowerThanTheInputHoldsItBack) {
  Open("batch=10");
  faulty_->RefuseRows([this](const Batch&, size_t) {
    clock_.Advance(absl::Milliseconds(100));
    return std::string();
  });
  script_.at_hand = 1000;
  int64_t most = 0;
  int64_t behind = 0;  // How far what is committed is behind what is written.
  script_.at_poll = [&] {
    const auto rows = static_cast<int64_t>(table_->num_rows());
    most = std::max(most, script_.given - rows);
    const auto& committed = script_.committed;
    const int64_t done = committed.empty() ? 0 : committed.back().offset;
    EXPECT_LE(done, rows);
    behind = std::max(behind, rows - done);
  };
  Run(400);
  EXPECT_EQ(table_->num_rows(), 1000u);
  for (size_t i = 0; i < table_->rows().size(); ++i) {
    EXPECT_EQ(std::get<int64_t>(table_->rows()[i][0]), i);
  }
  // A batch takes longer than the commit interval.
  EXPECT_LE(most, 10);
  EXPECT_LE(behind, 20);
  EXPECT_EQ(script_.committed.back(), (PartitionOffset{kFirst, 1000}));
}

TEST_F(WorkerTest, CommitsAgainWhatWasNotAnswered) {
  Open("batch=1");
  script_.answers_commits = false;
  Deliver({{{kFirst, 0}}, {}});
  Run();
  EXPECT_THAT(script_.committed, ElementsAre(PartitionOffset{kFirst, 1}));
  clock_.Advance(absl::Seconds(11));
  Run();
  clock_.Advance(absl::Seconds(1));
  Run();
  EXPECT_THAT(script_.committed, ElementsAre(PartitionOffset{kFirst, 1},
                                             PartitionOffset{kFirst, 1}));
  EXPECT_THAT(Status().last_error, HasSubstr("Commit was not answered"));
}

TEST_F(WorkerTest, ReadsAgainWhereTheEndsOfTheLogAreUnknown) {
  Open("batch=1 on_gap='earliest'");
  Run();
  Deliver(
      {{},
       {OffsetOutOfRange{{kFirst, 100}, kOffsetNone, kOffsetNone, "gone"}}});
  Run();
  EXPECT_THAT(script_.assigned, ElementsAre(PartitionOffset{kFirst, 100}));
  EXPECT_THAT(Status().last_error, HasSubstr("t/0"));
}

TEST_F(WorkerTest, WaitsForTheBrokerNoLongerThanStopMay) {
  Open("batch=1");
  script_.answers_commits = false;
  Deliver({{{kFirst, 0}}, {}});
  Run();
  ASSERT_TRUE(engine_->Stop(absl::Milliseconds(50)).ok());
  EXPECT_EQ(script_.timeouts.size(), 2u);
  EXPECT_THAT(script_.timeouts,
              ::testing::Each(::testing::Le(absl::Milliseconds(50))));
}

TEST_F(WorkerTest, SaysWhichExceptionAStepOfItsEndHasThrown) {
  Open("batch=1");
  Run();
  script_.at_end = [] { throw std::runtime_error("No such handle"); };
  EXPECT_EQ(engine_->Stop(absl::Seconds(1)), absl::OkStatus());
  EXPECT_THAT(log_, Contains("The consumer could not be ended: The source "
                             "threw an exception: 'No such handle'"));
}

// Issue 11: sources may be the host's.
TEST_F(WorkerTest, NonsenseOfASourceFailsTheView) {
  const std::pair<Delivery, std::string> all[] = {
      {{{{kFirst, -5}}, {}},
       "brought a message that cannot be: offset -5 of 't'/0"},
      {{{{kFirst, INT64_MAX}}, {}},
       "brought a message that cannot be: offset 9223372036854775807 of 't'/0"},
      {{{{{"t", -1}, 5}}, {}},
       "brought a message that cannot be: offset 5 of 't'/-1"},
      {{{}, {EndOfPartition{{kFirst, -1}}}},
       "has read 't'/0 up to the offset -1"},
      {{{}, {PartitionsAssigned{{{kFirst, 0}, {kFirst, 3}}}}},
       "assigned a partition twice: 't'/0"},
      {{{}, {PartitionsAssigned{{{kFirst, kOffsetEnd}}}}},
       "assigned 't'/0 with the offset -1, expected one that was committed or "
       "kOffsetNone"},
      {{{}, {PartitionsAssigned{{{{"", 0}, 0}}}}},
       "assigned a partition that cannot be: ''/0"},
      {{{}, {PartitionsAssigned{{{kFirst, 0}}, {}, {{"t", -1}}}}},
       "counted -1 partitions of topic 't'"},
      {{{}, {SourceTrouble{}}}, "reported trouble without saying which"},
  };
  for (const auto& [delivery, text] : all) {
    script_.deliveries.clear();
    Open("batch=1");
    Run();
    Deliver(delivery);
    Run();
    EXPECT_EQ(Status().state, ViewState::kFailed) << text;
    EXPECT_EQ(Status().reason, "The source " + text);
    engine_ = nullptr;
  }
}

TEST_F(WorkerTest, NonsenseThatDoesNoHarmIsIgnored) {
  Open("batch=1");
  Run();
  const TopicPartition foreign{"other", 7};
  Deliver({{{foreign, 3}},
           {EndOfPartition{{foreign, 9}},
            OffsetOutOfRange{{foreign, 9}, 7, 3, "it is not ours"},
            CommitFinished{12345, absl::OkStatus(), {}},
            CommitFinished{0, absl::OkStatus(), {{{foreign, -5}, {}}}}}});
  Deliver({{{kFirst, 0}}, {}});
  Run();
  EXPECT_EQ(Status().state, ViewState::kRunning);
  EXPECT_EQ(table_->num_rows(), 1u);
}

TEST_F(WorkerTest, AnExceptionOfASourceFailsTheView) {
  script_.at_poll = [] { throw std::runtime_error("boom"); };
  Open("batch=1");
  Run();
  EXPECT_EQ(Status().reason, "The source threw an exception: 'boom'");
}

TEST_F(WorkerTest, SaysThatItsSourceDoesNotEnd) {
  Open("batch=1");
  Run();
  std::promise<void> ends, release;
  script_.at_end = [&] {
    ends.set_value();
    release.get_future().wait();
  };
  EXPECT_EQ(engine_->Stop(absl::Milliseconds(1)).code(),
            absl::StatusCode::kDeadlineExceeded);
  ends.get_future().wait();
  clock_.Advance(absl::Seconds(12));
  EXPECT_EQ(engine_->Stop(absl::Milliseconds(1)).message(),
            "1 workers of view 'v' did not stop in time: The source has been "
            "closing for 12s");
  EXPECT_EQ(Status().reason,
            "1 workers did not stop in time: The source has been closing for "
            "12s");
  release.set_value();
  EXPECT_EQ(engine_->Stop(absl::Seconds(30)), absl::OkStatus());
}

TEST_F(WorkerTest, TakesAnotherConsumerWhereAnAssignmentIsGone) {
  Open("batch=1");
  script_.assign_status = absl::AbortedError("Partitions were taken");
  Run();
  EXPECT_EQ(Status().state, ViewState::kBackoff);
  clock_.Advance(absl::Seconds(1));
  Deliver({{}, {PartitionsAssigned{{{kFirst, 0}}}}});
  Run();
  EXPECT_EQ(Status().state, ViewState::kRunning);
  EXPECT_EQ(script_.num_sources, 2);
}

}  // namespace
}  // namespace rowfall
