// SPDX-License-Identifier: Apache-2.0
// Tests of the engine's threads, deadlines and host-driven turns.
#include "rowfall/engine.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/testing/faulty_sink.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_reject_handler.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr char kSource[] =
    "CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' "
    "topic_list='t' num_consumers=2 batch=10 batch_timeout=20";
constexpr char kView[] = "CREATE MV v TO t AS SELECT id FROM s";

class EngineTest : public ::testing::Test {
 protected:
  EngineTest()
      : tables_(std::make_shared<testing::RecordingTables>()),
        faulty_(std::make_shared<testing::FaultyTables>(tables_)) {
    table_ = tables_->Add("t", Schema({{.name = "id", .type = Type::kBigint}}),
                          {.replaces_by_id = true});
    broker_.CreateTopic("t", 4);
  }

  EngineOptions Options() {
    EngineOptions options;
    options.tables = faulty_;
    options.source_factory = broker_.Factory();
    options.retry_initial = absl::Milliseconds(1);
    options.suspend_timeout = absl::Seconds(20);
    return options;
  }
  void Open(EngineOptions options) {
    auto engine = Engine::Open(std::move(options));
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }
  void Execute(std::string_view sql) {
    const auto result = engine_->Execute(sql);
    ASSERT_TRUE(result.ok()) << result.status();
  }
  void Produce(int count) {
    for (int i = 0; i < count; ++i, ++next_id_) {
      broker_.Produce("t", next_id_ % 4,
                      "{\"id\": " + std::to_string(next_id_) + "}");
    }
  }
  // Every produced id is there once.
  void ExpectAllRows() {
    ASSERT_TRUE(table_->WaitForRows(next_id_, absl::Seconds(30)));
    std::vector<int64_t> ids;
    for (const auto& row : table_->rows()) {
      ids.push_back(std::get<int64_t>(row[0]));
    }
    std::sort(ids.begin(), ids.end());
    ASSERT_EQ(ids.size(), static_cast<size_t>(next_id_));
    for (int i = 0; i < next_id_; ++i) ASSERT_EQ(ids[i], i);
  }

  testing::MemoryBroker broker_;
  std::shared_ptr<testing::RecordingTables> tables_;
  std::shared_ptr<testing::RecordingTable> table_;
  std::shared_ptr<testing::FaultyTables> faulty_;
  std::unique_ptr<Engine> engine_;
  int next_id_ = 0;
};

TEST_F(EngineTest, WritesEveryMessageOnItsOwnThreads) {
  Open(Options());
  Execute(kSource);
  Execute(kView);
  Produce(1000);
  ExpectAllRows();
  EXPECT_TRUE(broker_.WaitUntilCaughtUp("manticore.v", absl::Seconds(30)));
  EXPECT_TRUE(engine_->Stop().ok());
  EXPECT_THAT(broker_.Violations(), IsEmpty());
  EXPECT_EQ(broker_.NumMembers("manticore.v"), 0);
}

TEST_F(EngineTest, TheIsolationOfTheHostCountsWhereSqlSaysNothing) {
  std::mutex mutex;
  std::map<std::string, Isolation> isolations;  // By source.
  EngineOptions options = Options();
  options.kafka_properties["isolation.level"] = "READ_UNCOMMITTED";
  options.source_factory = [&](const SourceConfig& config) {
    const std::lock_guard lock(mutex);
    isolations[config.source] = config.isolation;
    return broker_.Factory()(config);
  };
  Open(std::move(options));
  Produce(10);
  Execute(kSource);
  Execute(kView);
  Execute(
      "CREATE SOURCE other (id bigint) type='kafka' broker_list='b:1' "
      "topic_list='t' isolation.level='read_committed'");
  Execute("CREATE MV w TO t AS SELECT id FROM other");
  EXPECT_TRUE(broker_.WaitUntilCaughtUp("manticore.v", absl::Seconds(30)));
  EXPECT_TRUE(broker_.WaitUntilCaughtUp("manticore.w", absl::Seconds(30)));
  EXPECT_TRUE(engine_->Stop().ok());
  EXPECT_THAT(isolations, ElementsAre(Pair("other", Isolation::kReadCommitted),
                                      Pair("s", Isolation::kReadUncommitted)));
}

TEST_F(EngineTest, WritesEveryMessageOnceOverSuspendAndResume) {
  Open(Options());
  Execute(kSource);
  Execute(kView);
  for (int round = 0; round < 5; ++round) {
    Produce(100);
    Execute("ALTER MV v suspended=1");
    EXPECT_EQ(broker_.NumMembers("manticore.v"), 0);
    Produce(100);
    Execute("ALTER MV v suspended=0");
  }
  ExpectAllRows();
  EXPECT_THAT(broker_.Violations(), IsEmpty());
}

TEST_F(EngineTest, StopsInTimeWhenTheSinkHangs) {
  Open(Options());
  Execute(kSource);
  Execute(kView);
  faulty_->Block();
  Produce(100);
  ASSERT_TRUE(faulty_->WaitUntilBlocked(absl::Seconds(30)));
  const absl::Time start = absl::Now();
  const absl::Status stopped = engine_->Stop(absl::Milliseconds(200));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  EXPECT_EQ(stopped.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(stopped.message()), HasSubstr("did not stop"));
  engine_.reset();
  // What the thread still uses lives as long as it does.
  faulty_->Release();
  EXPECT_THAT(broker_.Violations(), IsEmpty());
}

TEST_F(EngineTest, StopInterruptsABackoff) {
  EngineOptions options = Options();
  options.retry_initial = absl::Seconds(3600);
  options.retry_max = absl::Seconds(3600);
  faulty_->Return(absl::UnavailableError("down"), 1000);
  Open(std::move(options));
  Execute(kSource);
  Execute(kView);
  Produce(10);
  while (faulty_->num_calls() == 0) std::this_thread::yield();
  const absl::Time start = absl::Now();
  EXPECT_TRUE(engine_->Stop(absl::Seconds(30)).ok());
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  EXPECT_EQ(table_->num_rows(), 0u);
  for (int p = 0; p < 4; ++p) {
    EXPECT_EQ(broker_.Committed("manticore.v", "t", p), kOffsetNone);
  }
}

TEST_F(EngineTest, KeepsItsMembershipWhileTheSinkIsDown) {
  EngineOptions options = Options();
  options.retry_max = absl::Milliseconds(4);
  Open(std::move(options));
  Execute(kSource);
  Execute(kView);
  faulty_->Return(absl::UnavailableError("down"), 40);
  Produce(200);
  ExpectAllRows();
  EXPECT_EQ(broker_.NumMembers("manticore.v"), 2);
  EXPECT_THAT(broker_.Violations(), IsEmpty());
}

TEST_F(EngineTest, RunsStatementsOfManyThreads) {
  Open(Options());
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, i, &failures] {
      const std::string name = "s" + std::to_string(i);
      for (int round = 0; round < 10; ++round) {
        const auto run = [&](const std::string& sql) {
          failures += !engine_->Execute(sql).ok();
        };
        run("CREATE SOURCE " + name +
            " (id bigint) type='kafka' broker_list='b:1' topic_list='t'");
        run("CREATE MV " + name + " TO t AS SELECT id FROM " + name);
        (void)engine_->Status();
        run("SHOW MV STATUS " + name);
        run("ALTER MV " + name + " suspended=1");
        run("DROP MV " + name);
        run("DROP SOURCE " + name);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(engine_->Execute("SHOW MVS")->rows.size(), 0u);
}

// A sink that calls back into the engine that calls it.
class ReentrantTables : public TableProvider {
 public:
  class ReentrantSink : public Sink {
   public:
    explicit ReentrantSink(ReentrantTables& tables) : tables_(tables) {}
    const Schema& schema() const override { return tables_.schema; }
    absl::Status Write(const Batch&, const WriteContext&,
                       std::vector<RefusedRow>&) override {
      Engine& engine = *tables_.engine.load();
      tables_.answer = engine.Execute("DROP MV v").status();
      tables_.stop_answer = engine.Stop(absl::Milliseconds(1));
      tables_.called = true;
      return absl::OkStatus();
    }

   private:
    ReentrantTables& tables_;
  };

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(std::string_view) override {
    return std::make_shared<ReentrantSink>(*this);
  }

  Schema schema{{{.name = "id", .type = Type::kBigint}}};
  std::atomic<Engine*> engine{nullptr};
  absl::Status answer, stop_answer;
  std::atomic<bool> called{false};
};

TEST_F(EngineTest, RefusesStatementsOfItsOwnSink) {
  auto tables = std::make_shared<ReentrantTables>();
  EngineOptions options = Options();
  options.tables = tables;
  Open(std::move(options));
  tables->engine = engine_.get();
  Execute(kSource);
  Execute(kView);
  Produce(10);
  while (!tables->called) std::this_thread::yield();
  ASSERT_TRUE(engine_->Stop().ok());
  EXPECT_EQ(tables->answer.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(tables->stop_answer.code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(EngineTest, HostDrivesWorkersByTurns) {
  EngineOptions options = Options();
  options.threading = Threading::kHostThreads;
  broker_.SetPollWaits(false);
  Open(std::move(options));
  Execute(kSource);
  Execute(kView);
  Produce(40);
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(engine_->RunOnce("v", i % 2, absl::Milliseconds(1)).ok());
  }
  ExpectAllRows();
  EXPECT_EQ(engine_->RunOnce("v", 2, absl::ZeroDuration()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(engine_->RunOnce("w", 0, absl::ZeroDuration()).status().code(),
            absl::StatusCode::kNotFound);
  Execute("ALTER MV v suspended=1");
  EXPECT_EQ(engine_->RunOnce("v", 0, absl::ZeroDuration()).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(EngineTest, OwnThreadsAreNotDrivenByTheHost) {
  Open(Options());
  EXPECT_EQ(engine_->RunOnce("v", 0, absl::ZeroDuration()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(EngineTest, ASourceHasAtMost64Views) {
  EngineOptions options = Options();
  options.threading = Threading::kHostThreads;
  options.max_consumers = 200;
  Open(std::move(options));
  Execute(kSource);
  for (int i = 1; i <= 64; ++i) {
    Execute("CREATE MV v" + std::to_string(i) + " TO t AS SELECT id FROM s");
  }
  const absl::Status status =
      engine_->Execute("CREATE MV v65 TO t AS SELECT id FROM s").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), "Source has 64 views already: 's' [at 1:38]");
  // Another source has its own.
  Execute(
      "CREATE SOURCE s2 (id bigint) type='kafka' broker_list='b:1' "
      "topic_list='t'");
  Execute("CREATE MV v65 TO t AS SELECT id FROM s2");
  Execute("DROP MV v1");
  Execute("CREATE MV v1 TO t AS SELECT id FROM s");
}

// Issue 11, 18.
TEST_F(EngineTest, PropertiesThatDoNotFitAreRefusedWithTheirPlace) {
  Open(Options());
  const std::string source =
      "CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' "
      "topic_list='t'\n";
  const auto refused = [&](const std::string& properties) {
    const auto result = engine_->Execute(source + properties);
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(result.status().message());
  };
  EXPECT_THAT(refused("topic.metadata.refresh.interval.ms='-1'"),
              HasSubstr("expected a whole number from 100 to 900000"));
  EXPECT_THAT(refused("client.id='x' max.poll.interval.ms='1000'"),
              HasSubstr("[at 2:15]"));
  const std::string no_pem =
      refused("security.protocol='ssl' ssl.ca.pem='nonsense'");
  EXPECT_THAT(no_pem, HasSubstr("The client cannot use property ssl.ca.pem"));
  EXPECT_THAT(no_pem, HasSubstr("[at 2:25]"));
  EXPECT_TRUE(engine_->Execute("SHOW SOURCES")->rows.empty());
}

// Issue 11, 19.
TEST_F(EngineTest, TextsOfTheHostAreShownSafely) {
  const std::string text = "no\nline \xc2\x9b\xe2\x80\xae\x1b[31m";
  const std::string safe = "no\\x0aline \\u009b\\u202e\\x1b[31m";
  Open(Options());
  Execute(kSource);
  Execute(kView);
  faulty_->Return(absl::InternalError(text), 1000);
  Produce(10);
  ViewStatus status;
  do {
    status = engine_->Status()[0];
  } while (status.state != ViewState::kFailed);
  EXPECT_THAT(status.reason, HasSubstr(safe));
  EXPECT_THAT(status.last_error, HasSubstr(safe));
  EXPECT_EQ(status.reason.find('\n'), std::string::npos);
}

TEST_F(EngineTest, TakesNoHalfOfACatalog) {
  const std::string source =
      "CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' "
      "topic_list='t'";
  const auto open = [&](const CatalogState& state) {
    EngineOptions options = Options();
    options.catalog = std::make_shared<MemoryCatalog>();
    EXPECT_TRUE(options.catalog->Store(state).ok());
    return std::string(Engine::Open(std::move(options)).status().message());
  };
  const std::string view = kView;
  EXPECT_EQ(open({{{"s", source}, {"s", source}}, {}}),
            "The definition of source 's' in the catalog cannot be used: It is "
            "there twice");
  EXPECT_EQ(open({{{"other", source}}, {}}),
            "The definition of source 'other' in the catalog cannot be used: "
            "It is the statement of 's'");
  EXPECT_EQ(
      open({{{"s", source}}, {{"v", view, "g", true}, {"v", view, "h", true}}}),
      "The definition of view 'v' in the catalog cannot be used: It is "
      "there twice");
  EXPECT_EQ(open({{{"s", source}}, {{"v", view, "", true}}}),
            "The definition of view 'v' in the catalog cannot be used: It has "
            "no consumer group");
}

// 10,000 headers, one of them large, and a key that is no text.
TEST_F(EngineTest, HandsOverAllHeadersOfABadMessage) {
  auto rejects = std::make_shared<testing::RecordingRejectHandler>();
  EngineOptions options = Options();
  options.rejects = rejects;
  Open(std::move(options));
  testing::MemoryMessage message{.payload = "no JSON",
                                 .key = std::string("\0\xff\n", 3)};
  for (int i = 0; i < 10000; ++i) {
    message.headers.emplace_back("h", std::to_string(i));
  }
  message.headers.emplace_back("large", std::string(1 << 20, 'x'));
  broker_.Produce("t", 0, message);
  Execute(kSource);
  Execute(kView);
  ASSERT_TRUE(rejects->WaitForRejects(1, absl::Seconds(30)));
  EXPECT_EQ(rejects->rejects()[0].headers, message.headers);
  EXPECT_EQ(rejects->rejects()[0].key, message.key);
}

// Ten messages of a batch make 10,000 rows, which need more than they may.
TEST_F(EngineTest, ABatchBeyondItsMemoryIsWrittenInParts) {
  EngineOptions options = Options();
  options.max_batch_memory_bytes = 256 << 10;
  Open(std::move(options));
  for (int i = 0; i < 40; ++i) {
    std::string rows;
    for (int row = 0; row < 1000; ++row, ++next_id_) {
      rows += "{\"id\": " + std::to_string(next_id_) + "}";
    }
    broker_.Produce("t", i % 4, rows);
  }
  Execute(kSource);
  Execute(kView);
  ExpectAllRows();
  for (const auto& write : table_->writes()) {
    EXPECT_LT(write.rows.num_rows(), 8000u);
  }
  EXPECT_TRUE(broker_.WaitUntilCaughtUp("manticore.v", absl::Seconds(30)));
  EXPECT_THAT(broker_.Violations(), IsEmpty());
}

TEST_F(EngineTest, StopIsIdempotentAndFinal) {
  Open(Options());
  EXPECT_TRUE(engine_->Stop().ok());
  EXPECT_TRUE(engine_->Stop().ok());
  EXPECT_EQ(engine_->Execute(kSource).status().code(),
            absl::StatusCode::kCancelled);
}

TEST_F(EngineTest, StopsWithoutADeadline) {
  Open(Options());
  Execute(kSource);
  Execute(kView);
  Produce(100);
  EXPECT_TRUE(engine_->Stop(absl::InfiniteDuration()).ok());
  EXPECT_EQ(broker_.NumMembers("manticore.v"), 0);
}

TEST_F(EngineTest, StopMeetsAStatementThatStopsTheSameView) {
  Open(Options());
  Execute(kSource);
  Execute(kView);
  faulty_->Block();
  Produce(100);
  ASSERT_TRUE(faulty_->WaitUntilBlocked(absl::Seconds(30)));
  absl::Status altered;
  std::thread alter(
      [&] { altered = engine_->Execute("ALTER MV v suspended=1").status(); });
  // The statement waits for the workers as soon as it is stored.
  while (engine_->Execute("SHOW MV v")->rows[0][2] != "1") {
    std::this_thread::yield();
  }
  EXPECT_EQ(engine_->Stop(absl::Milliseconds(50)).code(),
            absl::StatusCode::kDeadlineExceeded);
  faulty_->Release();
  alter.join();
  EXPECT_TRUE(altered.ok()) << altered;
  EXPECT_EQ(broker_.NumMembers("manticore.v"), 0);
}

// Something of the host that comes in the middle of a statement.
class CatalogWithHook : public MemoryCatalog {
 public:
  absl::Status Store(const CatalogState& state) override {
    if (hook) std::exchange(hook, nullptr)();
    return MemoryCatalog::Store(state);
  }
  std::function<void()> hook;
};

TEST_F(EngineTest, StartsNoViewOnceItWasStopped) {
  auto catalog = std::make_shared<CatalogWithHook>();
  EngineOptions options = Options();
  options.catalog = catalog;
  Open(std::move(options));
  Execute(kSource);
  catalog->hook = [this] { EXPECT_TRUE(engine_->Stop().ok()); };
  EXPECT_EQ(engine_->Execute(kView).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(broker_.NumMembers("manticore.v"), 0);
  EXPECT_THAT(catalog->Load()->views, IsEmpty());
}

TEST_F(EngineTest, RefusesStatementsInTheMiddleOfAnother) {
  auto catalog = std::make_shared<CatalogWithHook>();
  EngineOptions options = Options();
  options.catalog = catalog;
  Open(std::move(options));
  absl::StatusCode inner = absl::StatusCode::kOk;
  catalog->hook = [&] {
    inner = engine_->Execute("DROP SOURCE IF EXISTS x").status().code();
  };
  Execute(kSource);
  EXPECT_EQ(inner, absl::StatusCode::kFailedPrecondition);
  Execute("DROP SOURCE s");
}

// What still runs needs no definitions: they are free for the next engine.
TEST_F(EngineTest, WhatIsLeftBehindDoesNotKeepTheCatalog) {
  auto catalog = std::make_shared<MemoryCatalog>();
  EngineOptions options = Options();
  options.catalog = catalog;
  Open(std::move(options));
  Execute(kSource);
  Execute(kView);
  faulty_->Block();
  Produce(100);
  ASSERT_TRUE(faulty_->WaitUntilBlocked(absl::Seconds(30)));
  EXPECT_FALSE(engine_->Stop(absl::Milliseconds(50)).ok());
  engine_.reset();
  EXPECT_EQ(catalog.use_count(), 1);
  faulty_->Release();
}

TEST_F(EngineTest, ExceptionsOfTheHostAreErrorsOfTheStatement) {
  class ThrowingSink : public Sink {
   public:
    const Schema& schema() const override { throw std::bad_alloc(); }
    absl::Status Write(const Batch&, const WriteContext&,
                       std::vector<RefusedRow>&) override {
      return absl::OkStatus();
    }
  };
  class ThrowingTables : public TableProvider {
   public:
    absl::StatusOr<std::shared_ptr<Sink>> OpenTable(std::string_view) override {
      return std::make_shared<ThrowingSink>();
    }
  };
  EngineOptions options = Options();
  options.tables = std::make_shared<ThrowingTables>();
  Open(std::move(options));
  Execute(kSource);
  EXPECT_EQ(engine_->Execute(kView).status(),
            absl::ResourceExhaustedError("Out of memory"));
  EXPECT_EQ(engine_->Execute("SHOW MVS")->rows.size(), 0u);
}

// A catalog that cannot store.
class BrokenCatalog : public MemoryCatalog {
 public:
  absl::Status Store(const CatalogState& state) override {
    if (broken) return absl::UnavailableError("No space left");
    return MemoryCatalog::Store(state);
  }
  bool broken = false;
};

TEST_F(EngineTest, AStatementThatCannotBeStoredLeavesNothingBehind) {
  auto catalog = std::make_shared<BrokenCatalog>();
  EngineOptions options = Options();
  options.catalog = catalog;
  Open(std::move(options));
  catalog->broken = true;
  EXPECT_EQ(engine_->Execute(kSource).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(engine_->Execute("SHOW SOURCES")->rows.size(), 0u);
  catalog->broken = false;
  Execute(kSource);
  catalog->broken = true;
  EXPECT_FALSE(engine_->Execute(kView).ok());
  EXPECT_EQ(engine_->Execute("SHOW MVS")->rows.size(), 0u);
  EXPECT_EQ(broker_.NumMembers("manticore.v"), 0);
  catalog->broken = false;
  Execute(kView);
  catalog->broken = true;
  EXPECT_FALSE(engine_->Execute("ALTER MV v suspended=1").ok());
  EXPECT_FALSE(engine_->Execute("DROP MV v").ok());
  EXPECT_FALSE(engine_->Execute("DROP SOURCE s").ok());
  Produce(10);
  ExpectAllRows();
  EXPECT_EQ(engine_->Execute("SHOW MV v")->rows[0][2], "0");
}

}  // namespace
}  // namespace rowfall
