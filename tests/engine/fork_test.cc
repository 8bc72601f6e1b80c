// SPDX-License-Identifier: Apache-2.0
// An engine in a process that fork() made of the host's.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall {
namespace {

// Runs `child` in a forked process and returns its exit status; -1: it had to
// be killed.
int InForkedProcess(const std::function<int()>& child) {
  const pid_t pid = fork();
  if (pid == 0) _exit(child());
  const absl::Time deadline = absl::Now() + absl::Seconds(15);
  int status = 0;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    if (absl::Now() > deadline) {
      kill(pid, SIGKILL);
      waitpid(pid, &status, 0);
      return -1;
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class EngineForkTest : public ::testing::Test {
 protected:
  EngineForkTest() {
    broker_.CreateTopic("t", 1);
    const auto tables = std::make_shared<testing::RecordingTables>();
    table_ = tables->Add("t", Schema({{.name = "id", .type = Type::kBigint}}));
    EngineOptions options;
    options.tables = tables;
    options.source_factory = broker_.Factory();
    engine_ = *Engine::Open(std::move(options));
    EXPECT_TRUE(engine_
                    ->Execute("CREATE SOURCE s (id bigint) type='kafka' "
                              "broker_list='b:1' topic_list='t' batch=1")
                    .ok());
    EXPECT_TRUE(engine_->Execute("CREATE MV v TO t AS SELECT id FROM s").ok());
    broker_.Produce("t", 0, "{\"id\": 1}");
    EXPECT_TRUE(table_->WaitForRows(1, absl::Seconds(30)));
  }

  testing::MemoryBroker broker_;
  std::shared_ptr<testing::RecordingTable> table_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineForkTest, ForkedProcessIsRefused) {
  EXPECT_EQ(InForkedProcess([&] {
              const auto is_refused = [](const absl::Status& status) {
                return status == absl::FailedPreconditionError(
                                     "The engine belongs to the process that "
                                     "opened it, this one was forked from it");
              };
              if (!is_refused(engine_->Execute("SHOW SOURCES").status())) {
                return 1;
              }
              if (!is_refused(
                      engine_->RunOnce("v", 0, absl::ZeroDuration()).status()))
                return 2;
              if (!is_refused(engine_->Stop())) return 3;
              return engine_->Status().empty() ? 0 : 4;
            }),
            0);
}

TEST_F(EngineForkTest, ForkedProcessMayDestroyIt) {
  EXPECT_EQ(InForkedProcess([&] {
              engine_ = nullptr;
              return 0;
            }),
            0);
  // The host's goes on.
  broker_.Produce("t", 0, "{\"id\": 2}");
  EXPECT_TRUE(table_->WaitForRows(2, absl::Seconds(30)));
  EXPECT_EQ(engine_->Stop(), absl::OkStatus());
}

}  // namespace
}  // namespace rowfall
