// SPDX-License-Identifier: Apache-2.0
// The example table takes each message once: over restarts, torn journals,
// full disks, answers that got lost, and writers that come too late.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "examples/exactly_once/terms_table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/memory_source.h"

namespace rowfall::examples {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ExactlyOnceTest : public ::testing::Test {
 protected:
  ExactlyOnceTest() {
    broker_.SetPollWaits(false);
    broker_.CreateTopic("t", 2);
    unlink(path_.c_str());
  }
  ~ExactlyOnceTest() override {
    engine_ = nullptr;
    unlink(path_.c_str());
  }

  // As a new process would.
  void Start() {
    engine_ = nullptr;
    table_ = std::make_shared<TermsTable>(path_);
    EngineOptions options;
    options.tables = MakeTables(table_);
    options.source_factory = broker_.Factory();
    options.clock = &clock_;
    options.threading = Threading::kHostThreads;
    auto engine = Engine::Open(std::move(options));
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    for (const char* sql :
         {"CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' "
          "topic_list='t' batch=3",
          "CREATE MV v TO terms AS SELECT id FROM s"}) {
      const auto result = engine_->Execute(sql);
      ASSERT_TRUE(result.ok()) << result.status();
    }
  }

  // Gives turns for a while; time passes, so that waits end.
  void Run() {
    for (int i = 0; i < 300; ++i) {
      ASSERT_TRUE(engine_->RunOnce("v", 0, absl::ZeroDuration()).ok());
      clock_.Advance(absl::Milliseconds(50));
    }
  }

  void Produce(int first, int last) {
    for (int id = first; id <= last; ++id) {
      broker_.Produce("t", id % 2, "{\"id\": " + std::to_string(id) + "}");
    }
  }

  // Every id from 1 to `last` is there, once.
  void ExpectOnce(int last) {
    auto rows = table_->Rows();
    ASSERT_TRUE(rows.ok()) << rows.status();
    std::multiset<std::string> expected;
    for (int id = 1; id <= last; ++id) {
      expected.insert("{\"id\":" + std::to_string(id) + "}");
    }
    EXPECT_EQ(std::multiset<std::string>(rows->begin(), rows->end()), expected);
  }

  absl::Status Write(TermsTable& table, int64_t from, int64_t to) {
    const PartitionRange range{{"t", 0}, from, to, "mark"};
    WriteContext context;
    context.consumer_group = "g";
    context.ranges = std::span(&range, 1);
    return table.Write(Batch(), context);
  }

  const std::string path_ = ::testing::TempDir() + "/exactly_once_" +
                            std::to_string(getpid()) + ".journal";
  testing::FakeClock clock_;
  testing::MemoryBroker broker_;
  std::shared_ptr<TermsTable> table_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(ExactlyOnceTest, EachMessageIsThereOnceOverRestarts) {
  for (int i = 0; i < 5; ++i) {
    Produce(10 * i + 1, 10 * i + 10);
    Start();
    Run();
    ExpectOnce(10 * i + 10);
  }
}

// Issue 11: what is written to a file that nobody finds is lost.
TEST_F(ExactlyOnceTest, AJournalThatIsGoneIsSaidAndGoesOnWhenItIsBack) {
  Produce(1, 10);
  Start();
  Run();
  ASSERT_EQ(rename(path_.c_str(), (path_ + ".moved").c_str()), 0);
  Produce(11, 20);
  Run();
  EXPECT_EQ(engine_->Status()[0].state, ViewState::kBackoff);
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
  ASSERT_EQ(rename((path_ + ".moved").c_str(), path_.c_str()), 0);
  for (int i = 0; i < 5; ++i) Run();  // The waits have grown.
  EXPECT_EQ(engine_->Status()[0].state, ViewState::kRunning);
  ExpectOnce(20);
}

TEST_F(ExactlyOnceTest, WhatKafkaBelievesDoesNotMatter) {
  Produce(1, 10);
  Start();
  Run();
  engine_ = nullptr;
  broker_.SetCommitted("manticore.v", "t", 0, 0);
  broker_.SetCommitted("manticore.v", "t", 1, kOffsetNone);
  Produce(11, 20);
  Start();
  Run();
  ExpectOnce(20);
}

TEST_F(ExactlyOnceTest, AJournalThatIsCutAnywhereLosesAndRepeatsNothing) {
  Produce(1, 9);
  Start();
  Run();
  engine_ = nullptr;
  table_ = nullptr;
  const std::string whole = ReadFile(path_);
  for (size_t size = 0; size <= whole.size(); size += 13) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc)
        << whole.substr(0, size);
    Start();
    Run();
    ExpectOnce(9);
    engine_ = nullptr;
    table_ = nullptr;
  }
}

TEST_F(ExactlyOnceTest, GoesOnWhenTheDiskHasRoomAgain) {
  Produce(1, 4);
  Start();
  Run();
  struct stat before;
  ASSERT_EQ(stat(path_.c_str(), &before), 0);
  signal(SIGXFSZ, SIG_IGN);
  rlimit old;
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit full{static_cast<rlim_t>(before.st_size) + 20, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &full);
  Produce(5, 8);
  Run();
  const ViewState state = engine_->Status()[0].state;
  setrlimit(RLIMIT_FSIZE, &old);
  signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(state, ViewState::kBackoff);
  clock_.Advance(absl::Minutes(1));
  Run();
  ExpectOnce(8);
}

TEST_F(ExactlyOnceTest, AWriteThatComesTwiceIsRefused) {
  TermsTable table(path_);
  EXPECT_TRUE(Write(table, 0, 5).ok());
  const absl::Status again = Write(table, 0, 5);
  EXPECT_EQ(again.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(again.message(),
            "Stored position is 5, the write begins at 0 [t/0]");
  EXPECT_TRUE(Write(table, 5, 9).ok());
  const auto positions = table.LoadPositions("g");
  ASSERT_TRUE(positions.ok());
  EXPECT_THAT(*positions, ElementsAre(PartitionOffset{{"t", 0}, 9}));
  EXPECT_EQ((*positions)[0].mark, "mark");
  EXPECT_THAT(*table.LoadPositions("other"), IsEmpty());
}

TEST_F(ExactlyOnceTest, APolicyMayMoveAPositionBack) {
  TermsTable table(path_);
  EXPECT_TRUE(Write(table, 0, 5).ok());
  EXPECT_TRUE(Write(table, 5, 2).ok());
  EXPECT_THAT(*table.LoadPositions("g"),
              ElementsAre(PartitionOffset{{"t", 0}, 2}));
}

TEST_F(ExactlyOnceTest, ASecondProcessIsKeptOut) {
  TermsTable first(path_), second(path_);
  ASSERT_TRUE(first.Rows().ok());
  EXPECT_EQ(second.Rows().status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace rowfall::examples
