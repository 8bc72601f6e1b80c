// SPDX-License-Identifier: Apache-2.0
// Hosts and brokers that hang: stopping is bounded, states say what is so,
// nothing spins, nothing grows.
#include <dirent.h>
#include <malloc.h>

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/faulty_sink.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_sink.h"

// There in builds with a sanitizer, whose malloc it counts.
extern "C" __attribute__((weak)) size_t
__sanitizer_get_current_allocated_bytes();

namespace rowfall {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr char kSource[] =
    "CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' "
    "topic_list='t' batch=10 batch_timeout=20";
constexpr char kView[] = "CREATE MV v TO t AS SELECT id FROM s";

// Where the host hangs while it is closed.
class Gate {
 public:
  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  void Open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = false;
    opened_.notify_all();
  }
  void Pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    ++waiting_;
    opened_.wait(lock, [this] { return !closed_; });
    --waiting_;
  }
  // Whether somebody hangs.
  bool waits() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return waiting_ > 0;
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool closed_ = false;
  int waiting_ = 0;
};

// A source whose Poll() goes through a gate.
class HangingSource : public Source {
 public:
  HangingSource(std::unique_ptr<Source> source, Gate& gate)
      : source_(std::move(source)), gate_(gate) {}
  absl::Status Start() override { return source_->Start(); }
  void Poll(const PollLimits& limits, MessageBatch& messages,
            std::vector<SourceEvent>& events) override {
    gate_.Pass();
    source_->Poll(limits, messages, events);
  }
  absl::Status Assign(std::span<const PartitionOffset> positions) override {
    return source_->Assign(positions);
  }
  absl::Status Unassign() override { return source_->Unassign(); }
  void CommitAsync(std::span<const PartitionOffset> positions,
                   uint64_t id) override {
    source_->CommitAsync(positions, id);
  }
  absl::Status Commit(std::span<const PartitionOffset> positions,
                      absl::Duration timeout) override {
    return source_->Commit(positions, timeout);
  }
  void Pause() override { source_->Pause(); }
  void Resume() override { source_->Resume(); }
  Watermarks GetWatermarks(const TopicPartition& partition) override {
    return source_->GetWatermarks(partition);
  }
  void Wake() override { source_->Wake(); }
  absl::Status Close(absl::Duration timeout) override {
    return source_->Close(timeout);
  }

 private:
  const std::unique_ptr<Source> source_;
  Gate& gate_;
};

// Hangs for the threads of workers, not for that of statements.
class HangingCatalog : public Catalog {
 public:
  explicit HangingCatalog(Gate& gate) : gate_(gate) {}
  absl::StatusOr<CatalogState> Load() override { return catalog_.Load(); }
  absl::Status Store(const CatalogState& state) override {
    if (std::this_thread::get_id() != statements_) gate_.Pass();
    return catalog_.Store(state);
  }

 private:
  const std::thread::id statements_ = std::this_thread::get_id();
  MemoryCatalog catalog_;
  Gate& gate_;
};

class StuckWorldTest : public ::testing::Test {
 protected:
  StuckWorldTest() {
    table_ = tables_->Add("t", Schema({{.name = "id", .type = Type::kBigint}}));
    broker_.CreateTopic("t", 1);
    options_.tables = faulty_;
    options_.source_factory = broker_.Factory();
    options_.clock = &clock_;
    options_.random_seed = 3;
  }
  ~StuckWorldTest() override {
    faulty_->EndFaults();
    gate_.Open();
    engine_ = nullptr;
  }

  void Open(Threading threading) {
    options_.threading = threading;
    broker_.SetPollWaits(threading == Threading::kOwnThreads);
    engine_ = nullptr;
    auto engine = Engine::Open(options_);
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }
  void Execute(std::string_view sql) {
    const auto result = engine_->Execute(sql);
    ASSERT_TRUE(result.ok()) << sql << ": " << result.status();
  }
  void OpenWithView(Threading threading) {
    Open(threading);
    Execute(kSource);
    Execute(kView);
  }
  // The function `slow`, which goes through the gate.
  void UseFunction() {
    const auto functions = std::make_shared<FunctionRegistry>();
    (void)functions->Register(
        {.name = "slow",
         .min_arguments = 1,
         .max_arguments = 1,
         .result_type = [](std::span<const Type>) { return Type::kBigint; },
         .evaluate =
             [this](std::span<const Value> values) {
               gate_.Pass();
               return values[0];
             }});
    options_.functions = functions;
  }
  SourceFactory HangingSources() {
    return [this, make = broker_.Factory()](const SourceConfig& config)
               -> absl::StatusOr<std::unique_ptr<Source>> {
      auto source = make(config);
      if (!source.ok()) return source;
      return std::make_unique<HangingSource>(*std::move(source), gate_);
    };
  }
  void Produce(int count) {
    for (int i = 0; i < count; ++i) broker_.Produce("t", 0, R"({"id": 1})");
  }
  ViewStatus Status() { return engine_->Status().at(0); }
  // One turn; returns whether anything was done.
  bool Turn() {
    const auto turn = engine_->RunOnce("v", 0, absl::ZeroDuration());
    return turn.ok() && *turn;
  }
  // Turns and time until the state is there.
  bool Reach(ViewState state) {
    for (int i = 0; i < 2000 && Status().state != state; ++i) {
      Turn();
      clock_.Advance(absl::Milliseconds(10));
    }
    return Status().state == state;
  }
  // The same in real time, for the engine's threads.
  bool Await(const std::function<bool()>& condition) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (!condition() && absl::Now() < deadline) std::this_thread::yield();
    return condition();
  }

  testing::FakeClock clock_;
  Gate gate_;
  testing::MemoryBroker broker_;
  std::shared_ptr<testing::RecordingTables> tables_ =
      std::make_shared<testing::RecordingTables>();
  std::shared_ptr<testing::FaultyTables> faulty_ =
      std::make_shared<testing::FaultyTables>(tables_);
  std::shared_ptr<testing::RecordingTable> table_;
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
};

// --- Stopping --------------------------------------------------------------

TEST_F(StuckWorldTest, StopLeavesBehindATurnThatHangs) {
  OpenWithView(Threading::kHostThreads);
  Produce(10);
  faulty_->Block();
  std::thread host([this] {
    while (Status().state != ViewState::kStopped) Turn();
  });
  ASSERT_TRUE(faulty_->WaitUntilBlocked(kPatience));
  clock_.Advance(absl::Seconds(12));
  const absl::Time start = absl::Now();
  const absl::Status stopped = engine_->Stop(absl::Milliseconds(50));
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  EXPECT_EQ(stopped.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(stopped.message()),
              HasSubstr("did not stop in time: The host has been writing to "
                        "the table for 12s"));
  EXPECT_EQ(Status().state, ViewState::kStopped);
  EXPECT_EQ(Status().leaked_workers, 1u);
  EXPECT_THAT(Status().reason, HasSubstr("1 workers did not stop in time"));
  // What is left behind is said as often as one asks, and ends with the call.
  EXPECT_FALSE(engine_->Stop(absl::Milliseconds(1)).ok());
  faulty_->Release();
  EXPECT_EQ(engine_->Stop(kPatience), absl::OkStatus());
  EXPECT_EQ(Status().leaked_workers, 0u);
  EXPECT_EQ(Status().reason, "");
  host.join();
  EXPECT_THAT(broker_.Violations(), IsEmpty());
}

TEST_F(StuckWorldTest, StopLeavesBehindALastBatchThatHangs) {
  OpenWithView(Threading::kHostThreads);
  ASSERT_TRUE(Reach(ViewState::kRunning));
  Produce(3);
  Turn();  // Read, and not written yet: the batch is not full.
  faulty_->Block();
  EXPECT_EQ(engine_->Stop(absl::Milliseconds(50)).code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Status().leaked_workers, 1u);
  EXPECT_FALSE(Turn()) << "the worker is gone, and nobody waits for it";
  faulty_->Release();
  EXPECT_EQ(engine_->Stop(kPatience), absl::OkStatus());
  EXPECT_EQ(table_->num_rows(), 3u);
  EXPECT_EQ(broker_.Committed("manticore.v", "t", 0), 3);
}

TEST_F(StuckWorldTest, StopIsBoundedOnOwnThreads) {
  OpenWithView(Threading::kOwnThreads);
  faulty_->Block();
  Produce(10);
  ASSERT_TRUE(faulty_->WaitUntilBlocked(kPatience));
  EXPECT_FALSE(engine_->Stop(absl::Milliseconds(20)).ok());
  EXPECT_EQ(Status().leaked_workers, 1u);
  faulty_->Release();
  EXPECT_EQ(engine_->Stop(kPatience), absl::OkStatus());
  EXPECT_EQ(Status().leaked_workers, 0u);
  EXPECT_EQ(Status().state, ViewState::kStopped);
}

TEST_F(StuckWorldTest, ASuspendedViewShowsWhatHangs) {
  options_.suspend_timeout = absl::Milliseconds(20);
  OpenWithView(Threading::kOwnThreads);
  faulty_->Block();
  Produce(10);
  ASSERT_TRUE(faulty_->WaitUntilBlocked(kPatience));
  EXPECT_FALSE(engine_->Execute("ALTER MV v suspended=1").ok());
  EXPECT_EQ(Status().state, ViewState::kSuspended);
  EXPECT_EQ(Status().leaked_workers, 1u);
  faulty_->Release();
  EXPECT_TRUE(Await([this] { return Status().leaked_workers == 0; }));
  EXPECT_EQ(engine_->Stop(kPatience), absl::OkStatus());
  EXPECT_EQ(Status().state, ViewState::kSuspended);
}

// The statement waits for the write, and what was written is committed.
TEST_F(StuckWorldTest, ASourceIsDroppedWhileItsViewWrites) {
  OpenWithView(Threading::kOwnThreads);
  faulty_->Block();
  Produce(10);
  ASSERT_TRUE(faulty_->WaitUntilBlocked(kPatience));
  absl::Status dropped;
  std::thread drop(
      [&] { dropped = engine_->Execute("DROP SOURCE s").status(); });
  EXPECT_TRUE(Await(
      [this] { return engine_->Execute("SHOW SOURCES")->rows.empty(); }));
  EXPECT_EQ(broker_.NumMembers("manticore.v"), 1);
  faulty_->Release();
  drop.join();
  EXPECT_EQ(dropped, absl::OkStatus());
  EXPECT_EQ(Status().state, ViewState::kSuspended);
  EXPECT_EQ(Status().leaked_workers, 0u);
  EXPECT_EQ(table_->num_rows(), 10u);
  EXPECT_EQ(broker_.Committed("manticore.v", "t", 0), 10);
  EXPECT_EQ(broker_.NumMembers("manticore.v"), 0);
}

TEST_F(StuckWorldTest, StopsWhileTheBrokerIsAway) {
  OpenWithView(Threading::kHostThreads);
  Produce(5);
  ASSERT_TRUE(Reach(ViewState::kRunning));
  broker_.SetReachable(false);
  Turn();
  EXPECT_EQ(engine_->Stop(absl::Seconds(20)), absl::OkStatus());
  EXPECT_EQ(Status().state, ViewState::kStopped);
}

// --- States ----------------------------------------------------------------

TEST_F(StuckWorldTest, ACallThatDoesNotReturnIsShown) {
  OpenWithView(Threading::kOwnThreads);
  faulty_->Block();
  Produce(10);
  ASSERT_TRUE(faulty_->WaitUntilBlocked(kPatience));
  clock_.Advance(absl::Seconds(9));
  EXPECT_EQ(Status().state, ViewState::kRunning);
  EXPECT_EQ(Status().busy_for, absl::Seconds(9));
  clock_.Advance(absl::Seconds(3));
  EXPECT_EQ(Status().state, ViewState::kStalled);
  EXPECT_EQ(Status().reason, "The host has been writing to the table for 12s");
  faulty_->Release();
  EXPECT_TRUE(Await([this] { return Status().state == ViewState::kRunning; }));
  EXPECT_EQ(Status().reason, "");
  EXPECT_EQ(Status().busy_for, absl::ZeroDuration());
}

// Issue 11: these showed `running`, and stops named no call.
TEST_F(StuckWorldTest, AFunctionThatHangsIsShownAndNothingIsWrittenAfterIt) {
  UseFunction();
  Open(Threading::kOwnThreads);
  Execute(kSource);
  Execute("CREATE MV v TO t AS SELECT slow(id) AS id FROM s");
  gate_.Close();
  Produce(10);
  ASSERT_TRUE(Await([this] { return gate_.waits(); }));
  clock_.Advance(absl::Seconds(12));
  EXPECT_EQ(Status().state, ViewState::kStalled);
  EXPECT_EQ(Status().reason, "The host has been in function slow for 12s");
  EXPECT_THAT(std::string(engine_->Stop(absl::Milliseconds(20)).message()),
              HasSubstr("The host has been in function slow for 12s"));
  gate_.Open();
  EXPECT_EQ(engine_->Stop(kPatience), absl::OkStatus());
  EXPECT_EQ(faulty_->num_calls(), 0);
  EXPECT_EQ(broker_.Committed("manticore.v", "t", 0), kOffsetNone);
}

TEST_F(StuckWorldTest, APollThatHangsIsShown) {
  options_.source_factory = HangingSources();
  OpenWithView(Threading::kOwnThreads);
  ASSERT_TRUE(Await([this] { return Status().state == ViewState::kRunning; }));
  gate_.Close();
  ASSERT_TRUE(Await([this] { return gate_.waits(); }));
  EXPECT_EQ(Status().state, ViewState::kRunning);
  clock_.Advance(absl::Seconds(21));
  EXPECT_EQ(Status().state, ViewState::kStalled);
  EXPECT_THAT(Status().reason,
              HasSubstr("The source has not returned from Poll() for 2"));
  EXPECT_THAT(std::string(engine_->Stop(absl::Milliseconds(20)).message()),
              HasSubstr("The source has not returned from Poll() for 2"));
  gate_.Open();
  EXPECT_EQ(engine_->Stop(kPatience), absl::OkStatus());
}

TEST_F(StuckWorldTest, ALogThatHangsIsShown) {
  options_.log = [this](const LogEntry& entry) {
    if (entry.text.find("Reads t/0") != entry.text.npos) gate_.Pass();
  };
  gate_.Close();
  OpenWithView(Threading::kOwnThreads);
  ASSERT_TRUE(Await([this] { return gate_.waits(); }));
  clock_.Advance(absl::Seconds(12));
  EXPECT_EQ(Status().state, ViewState::kStalled);
  EXPECT_EQ(Status().reason, "The host's log has been taking a line for 12s");
  gate_.Open();
  EXPECT_TRUE(Await([this] { return Status().state == ViewState::kRunning; }));
}

TEST_F(StuckWorldTest, ACatalogThatHangsIsShown) {
  const auto catalog = std::make_shared<HangingCatalog>(gate_);
  options_.catalog = catalog;
  OpenWithView(Threading::kOwnThreads);
  gate_.Close();
  // Notes the start, against crash loops; the worker takes that back when it
  // got on.
  Open(Threading::kOwnThreads);
  ASSERT_TRUE(Await([this] { return gate_.waits(); }));
  clock_.Advance(absl::Seconds(12));
  EXPECT_EQ(Status().state, ViewState::kStalled);
  EXPECT_EQ(Status().reason,
            "The host's catalog has been storing a note for 12s");
  gate_.Open();
  EXPECT_TRUE(Await([this] { return Status().state == ViewState::kRunning; }));
}

TEST_F(StuckWorldTest, AWorkerOfADroppedViewIsCountedAndChangesNothingMore) {
  UseFunction();
  options_.suspend_timeout = absl::Milliseconds(20);
  Open(Threading::kOwnThreads);
  Execute(kSource);
  Execute("CREATE MV v TO t AS SELECT slow(id) AS id FROM s");
  gate_.Close();
  Produce(10);
  ASSERT_TRUE(Await([this] { return gate_.waits(); }));
  const absl::Status dropped = engine_->Execute("DROP MV v").status();
  EXPECT_EQ(dropped.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(dropped.message()),
              HasSubstr("The host has been in function slow"));
  ASSERT_EQ(engine_->Status().size(), 1u);
  EXPECT_EQ(Status().name, "v");
  EXPECT_EQ(Status().state, ViewState::kStopped);
  EXPECT_EQ(Status().leaked_workers, 1u);
  EXPECT_THAT(Status().reason,
              HasSubstr("The view was dropped: 1 workers did not stop in time: "
                        "The host has been in function slow"));
  gate_.Open();
  EXPECT_TRUE(Await([this] { return engine_->Status().empty(); }));
  EXPECT_EQ(faulty_->num_calls(), 0);
  EXPECT_EQ(broker_.Committed("manticore.v", "t", 0), kOffsetNone);
}

TEST_F(StuckWorldTest, AWriteOfADroppedViewIsNotCommitted) {
  options_.suspend_timeout = absl::Milliseconds(20);
  OpenWithView(Threading::kOwnThreads);
  faulty_->Block();
  Produce(10);
  ASSERT_TRUE(faulty_->WaitUntilBlocked(kPatience));
  EXPECT_FALSE(engine_->Execute("DROP MV v").ok());
  EXPECT_EQ(Status().leaked_workers, 1u);
  faulty_->Release();
  EXPECT_TRUE(Await([this] { return engine_->Status().empty(); }));
  EXPECT_EQ(faulty_->num_calls(), 1);
  EXPECT_EQ(broker_.Committed("manticore.v", "t", 0), kOffsetNone);
}

TEST_F(StuckWorldTest, ABrokerThatIsAwayShowsInTheState) {
  broker_.SetReachable(false);
  OpenWithView(Threading::kHostThreads);
  Turn();
  EXPECT_EQ(Status().state, ViewState::kConnecting);
  broker_.SetReachable(true);
  ASSERT_TRUE(Reach(ViewState::kRunning));
  broker_.SetReachable(false);
  Turn();
  EXPECT_EQ(Status().state, ViewState::kBackoff);
  EXPECT_EQ(Status().reason, "Broker not reachable");
  // Although nothing comes that could tell.
  broker_.SetReachable(true);
  Turn();
  EXPECT_EQ(Status().state, ViewState::kRunning);
  EXPECT_EQ(Status().reason, "");
  EXPECT_EQ(Status().last_error, "Broker not reachable");
}

TEST_F(StuckWorldTest, AViewWaitsForATableThatIsUnavailableAtOpen) {
  options_.catalog = std::make_shared<MemoryCatalog>();
  OpenWithView(Threading::kHostThreads);
  faulty_->FailOpen(absl::UnavailableError("The database is down"), 3);
  Open(Threading::kHostThreads);
  EXPECT_EQ(Status().state, ViewState::kBackoff);
  EXPECT_EQ(Status().reason, "The database is down");
  EXPECT_GT(Status().next_attempt, absl::ZeroDuration());
  EXPECT_FALSE(Turn()) << "it is not due";
  Produce(1);
  EXPECT_TRUE(Reach(ViewState::kRunning));
  for (int i = 0; i < 100; ++i) {
    Turn();
    clock_.Advance(absl::Milliseconds(10));
  }
  EXPECT_EQ(table_->num_rows(), 1u);
}

TEST_F(StuckWorldTest, OwnThreadsWaitForTheTableToo) {
  options_.catalog = std::make_shared<MemoryCatalog>();
  options_.retry_initial = absl::Milliseconds(1);
  OpenWithView(Threading::kOwnThreads);
  options_.clock = Clock::Real();
  faulty_->FailOpen(absl::UnavailableError("The database is down"), 3);
  Open(Threading::kOwnThreads);
  Produce(10);
  EXPECT_TRUE(table_->WaitForRows(10, kPatience));
  EXPECT_EQ(Status().state, ViewState::kRunning);
}

TEST_F(StuckWorldTest, AWaitingViewCanBeSuspendedAndDropped) {
  options_.catalog = std::make_shared<MemoryCatalog>();
  OpenWithView(Threading::kHostThreads);
  faulty_->FailOpen(absl::UnavailableError("The database is down"), 100);
  Open(Threading::kHostThreads);
  Execute("ALTER MV v suspended=1");
  EXPECT_EQ(Status().state, ViewState::kSuspended);
  EXPECT_FALSE(engine_->RunOnce("v", 0, absl::ZeroDuration()).ok());
  Execute("DROP MV v");
  EXPECT_THAT(engine_->Status(), IsEmpty());
}

TEST_F(StuckWorldTest, ATableThatIsGoneAtOpenNeedsADecision) {
  options_.catalog = std::make_shared<MemoryCatalog>();
  OpenWithView(Threading::kHostThreads);
  faulty_->FailOpen(absl::NotFoundError("No such table"));
  Open(Threading::kHostThreads);
  EXPECT_EQ(Status().state, ViewState::kFailed);
}

// --- No busy loop ----------------------------------------------------------

// Of a hundred turns within a second few do anything, whatever the state.
TEST_F(StuckWorldTest, NoStateSpins) {
  OpenWithView(Threading::kHostThreads);
  const auto busy_turns = [this] {
    int busy = 0;
    for (int i = 0; i < 100; ++i) {
      busy += Turn() ? 1 : 0;
      clock_.Advance(absl::Milliseconds(10));
    }
    return busy;
  };
  ASSERT_TRUE(Reach(ViewState::kRunning));
  busy_turns();
  EXPECT_EQ(busy_turns(), 0) << "idle";
  broker_.SetReachable(false);
  busy_turns();
  EXPECT_EQ(busy_turns(), 0) << "unreachable";
  broker_.SetReachable(true);
  ASSERT_TRUE(Reach(ViewState::kRunning));
  faulty_->Return(absl::UnavailableError("The table is down"), 1000);
  Produce(10);
  ASSERT_TRUE(Reach(ViewState::kBackoff));
  clock_.Advance(absl::Minutes(10));
  Turn();
  EXPECT_LE(busy_turns(), 12) << "backoff";
  Execute("ALTER MV v suspended=1");
  EXPECT_EQ(busy_turns(), 0) << "suspended";
  faulty_->EndFaults();
  faulty_->Return(absl::PermissionDeniedError("No"), 1);
  Execute("ALTER MV v suspended=0");
  ASSERT_TRUE(Reach(ViewState::kFailed));
  busy_turns();
  EXPECT_EQ(busy_turns(), 0) << "failed";
  Execute("DROP MV v");
  Execute("DROP SOURCE s");
  broker_.SetReachable(false);
  Execute(kSource);
  Execute(kView);
  busy_turns();
  EXPECT_EQ(busy_turns(), 0) << "connecting";
}

// --- Clocks ----------------------------------------------------------------

// Batches, backoffs and commits go by the monotonic clock.
TEST_F(StuckWorldTest, AWallClockThatJumpsChangesNothing) {
  const auto turns = [this] {
    for (int i = 0; i < 20; ++i) Turn();
  };
  const absl::Time future = clock_.Now() + absl::Hours(24 * 365);
  OpenWithView(Threading::kHostThreads);
  ASSERT_TRUE(Reach(ViewState::kRunning));
  Produce(3);
  for (const absl::Time now : {clock_.Now(), future, absl::UnixEpoch()}) {
    clock_.SetWallTime(now);
    turns();
    EXPECT_EQ(table_->num_rows(), 0u) << "The batch is not due at " << now;
  }
  clock_.Advance(absl::Milliseconds(20));
  turns();
  EXPECT_EQ(table_->num_rows(), 3u);
  EXPECT_EQ(broker_.Committed("manticore.v", "t", 0), 3);
  faulty_->Return(absl::UnavailableError("The table is down"));
  Produce(10);
  turns();
  ASSERT_EQ(Status().state, ViewState::kBackoff);
  clock_.SetWallTime(future);
  turns();
  EXPECT_EQ(table_->num_rows(), 3u) << "The next attempt is not due";
  clock_.SetWallTime(absl::UnixEpoch());
  clock_.Advance(absl::Minutes(10));
  turns();
  EXPECT_EQ(table_->num_rows(), 13u);
}

// --- No growth -------------------------------------------------------------

int64_t BytesInUse() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return static_cast<int64_t>(__sanitizer_get_current_allocated_bytes());
  }
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

int NumDescriptors() {
  DIR* folder = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

// The figure of a line of /proc/self/status.
int64_t SelfStatus(const std::string& name) {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(name + ":")) {
      return std::stoll(line.substr(name.size() + 1));
    }
  }
  return -1;
}

TEST_F(StuckWorldTest, ManyLivesLeaveNothingBehind) {
  const int rounds = std::getenv("ROWFALL_LONG") != nullptr ? 10000 : 2000;
  options_.clock = Clock::Real();
  Open(Threading::kOwnThreads);
  int64_t descriptors = 0, threads = 0, bytes = 0;
  for (int round = 0; round < rounds; ++round) {
    Execute(kSource);
    Execute(kView);
    if (round % 4 == 0) Produce(1);
    Execute("ALTER MV v suspended=1");
    Execute("ALTER MV v suspended=0");
    Execute("DROP MV v");
    Execute("DROP SOURCE s");
    if (round != rounds / 2) continue;
    descriptors = NumDescriptors();
    threads = SelfStatus("Threads");
    bytes = BytesInUse();
  }
  EXPECT_EQ(NumDescriptors(), descriptors);
  EXPECT_LE(SelfStatus("Threads"), threads);
  // What the broker and the table in memory keep of a message, and no more.
  EXPECT_LE(BytesInUse(), bytes + rounds / 2 * 1024);
  EXPECT_EQ(broker_.NumMembers("manticore.v"), 0);
  EXPECT_THAT(broker_.Violations(), IsEmpty());
}

TEST_F(StuckWorldTest, ThreadsAreThoseOfTheConsumers) {
  options_.max_consumers = 400;
  Open(Threading::kOwnThreads);
  std::thread([] {}).join();  // With which ThreadSanitizer begins its own.
  const int64_t before = SelfStatus("Threads");
  for (int i = 0; i < 200; ++i) {
    const std::string name = "s" + std::to_string(i);
    Execute("CREATE SOURCE " + name +
            " (id bigint) type='kafka' broker_list='b:1' topic_list='t' "
            "num_consumers=2");
    Execute("CREATE MV " + name + " TO t AS SELECT id FROM " + name);
  }
  EXPECT_LE(SelfStatus("Threads"), before + 400);
  EXPECT_EQ(engine_->Stop(kPatience), absl::OkStatus());
  EXPECT_TRUE(Await([&] { return SelfStatus("Threads") <= before; }));
}

}  // namespace
}  // namespace rowfall
