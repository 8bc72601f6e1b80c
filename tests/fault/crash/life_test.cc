// SPDX-License-Identifier: Apache-2.0
// How hosts end and what they meet at their start.
#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "rowfall/catalog.h"
#include "tests/fault/crash/scene.h"

namespace rowfall::fault {
namespace {

// What a loaded machine may take besides.
constexpr absl::Duration kSlack = absl::Seconds(10);

class CrashLife : public ::testing::Test {
 protected:
  // Sends SIGTERM and returns how long the host took to end; its exit status
  // must be one of the two.
  static absl::Duration Terminate(Child& host, int status, int or_status) {
    const absl::Time start = absl::Now();
    host.Signal(SIGTERM);
    const auto ended = host.Wait(absl::Seconds(60));
    EXPECT_TRUE(ended == status || ended == or_status)
        << "It ended with " << ended.value_or(-1000);
    return absl::Now() - start;
  }

  Figures figures_;
  const uint64_t seed_ = SeedOfTest();
};

TEST_F(CrashLife, StopsInTimeDuringAWrite) {
  RunInParallel(4, [&](int i) {
    Scene scene({.partitions = 1}, seed_ + i, &figures_);
    scene.Produce(300);
    const auto host = scene.Start("", {"write_ms=500"});
    ASSERT_TRUE(Eventually([&] { return scene.NumRows() > 0; }));
    absl::SleepFor(absl::Milliseconds(scene.random()() % 600));
    EXPECT_LT(Terminate(*host, 0, 0), absl::Seconds(2) + kSlack);
    scene.Check();
    scene.Finish();
  });
}

TEST_F(CrashLife, LeavesAWriteBehindThatDoesNotEnd) {
  Scene scene({.partitions = 1}, seed_, &figures_);
  scene.Produce(100);
  const auto host =
      scene.Start("writing:1:stop", {"write_ms=600000", "stop_ms=1000"});
  ASSERT_TRUE(host->WaitUntilStopped(absl::Seconds(30)));
  host->Signal(SIGCONT);
  EXPECT_LT(Terminate(*host, 3, 3), absl::Seconds(1) + kSlack);
  scene.Check();
  scene.Finish();
}

TEST_F(CrashLife, StopsInTimeWhileItJoins) {
  RunInParallel(4, [&](int i) {
    Scene scene({.num_consumers = 2}, seed_ + i, &figures_);
    scene.Produce(200);
    // The group waits for the session of this one.
    scene.DieAt("polled", 1);
    const auto host = scene.Start();
    absl::SleepFor(absl::Milliseconds(scene.random()() % 1200));
    EXPECT_LT(Terminate(*host, 0, 0), absl::Seconds(5) + kSlack);
    scene.Check();
    scene.Finish();
  });
}

// The broker of the fixture, or nothing where another one is used.
pid_t BrokerPid() {
  const char* file = std::getenv("ROWFALL_TEST_BROKERS_FILE");
  pid_t pid = 0;
  if (file != nullptr) {
    std::ifstream(std::filesystem::path(file).parent_path() / "pid") >> pid;
  }
  return pid;
}

class FrozenBroker {
 public:
  explicit FrozenBroker(pid_t pid) : pid_(pid) { kill(pid_, SIGSTOP); }
  ~FrozenBroker() { kill(pid_, SIGCONT); }

 private:
  const pid_t pid_;
};

TEST_F(CrashLife, StopsInTimeWhileTheBrokerStandsStill) {
  const pid_t broker = BrokerPid();
  if (broker == 0) GTEST_SKIP() << "The broker is not the fixture's";
  Scene scene({.member = Member::kStatic}, seed_, &figures_);
  scene.Produce(1000);
  const auto host = scene.Start("written:3:stop", {"stop_ms=3000"});
  ASSERT_TRUE(host->WaitUntilStopped(absl::Seconds(30)));
  {
    const FrozenBroker frozen(broker);
    host->Signal(SIGCONT);
    absl::SleepFor(absl::Milliseconds(200));
    EXPECT_LT(Terminate(*host, 0, 3), absl::Seconds(3) + kSlack);
  }
  scene.Check();
  scene.Finish();
}

TEST_F(CrashLife, ExitsWithALivingEngine) {
  RunInParallel(8, [&](int i) {
    Scene scene({.table = i % 2 == 0 ? Table::kFile : Table::kSqlite},
                seed_ + i, &figures_);
    scene.Produce(500);
    const auto host = scene.Start("", {i < 4 ? "end=leak" : "end=static"});
    ASSERT_TRUE(Eventually([&] { return scene.NumRows() > 0; }));
    absl::SleepFor(absl::Milliseconds(scene.random()() % 50));
    EXPECT_LT(Terminate(*host, 0, 0), absl::Seconds(5) + kSlack);
    scene.Check();
    scene.Finish();
  });
}

TEST_F(CrashLife, RefusesASecondEngineOnACatalog) {
  Scene scene({}, seed_, &figures_);
  scene.Produce(100);
  const auto host = scene.Start();
  ASSERT_TRUE(Eventually([&] { return scene.NumRows() > 0; }));
  const auto second = scene.Start();
  EXPECT_EQ(second->Wait(absl::Seconds(30)), 2);
  EXPECT_TRUE(
      scene.HasLogged(scene.dir(), "Catalog is used by another engine"));
  scene.Produce(100);
  EXPECT_TRUE(Eventually([&] { return scene.IsComplete(); }));
  host->Kill();
  scene.Finish();
}

TEST_F(CrashLife, WorksInAStormOfSignals) {
  RunInParallel(2, [&](int i) {
    Scene scene({.table = i == 0 ? Table::kFile : Table::kSqlite}, seed_ + i,
                &figures_);
    scene.Produce(1000);
    const auto host = scene.Start("", {"trouble=signals"});
    EXPECT_TRUE(Eventually([&] { return scene.IsComplete(); }));
    Terminate(*host, 0, 0);
    scene.Check();
    scene.Finish();
  });
}

// Where it cannot start it says so and leaves nothing half-started; else it
// gets over the trouble by itself.
void LiveThrough(Scene& scene, const std::string& trouble) {
  SCOPED_TRACE(trouble + " of " + scene.name());
  scene.Produce(100);
  const auto host = scene.Start("", {"trouble=" + trouble});
  const bool done = Eventually([&] {
    return host->Wait(absl::ZeroDuration()).has_value() || scene.IsComplete();
  });
  EXPECT_TRUE(done);
  const auto ended = host->Wait(absl::ZeroDuration());
  if (ended.has_value()) {
    EXPECT_EQ(ended, 2);
  } else {
    host->Signal(SIGTERM);
    EXPECT_EQ(host->Wait(absl::Seconds(30)), 0);
  }
  scene.Check();
}

// The engine's threads: librdkafka aborts the process where it gets none for a
// broker.
TEST_F(CrashLife, GetsOverThreadsThatCannotBeMade) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "librdkafka's threads are among those that are counted";
#endif
  RunInParallel(4, [&](int i) {
    Scene scene({.table = Table::kSqlite, .member = Member::kStatic}, seed_ + i,
                &figures_);
    for (int n = 1 + i; n <= 12; n += 4) {
      LiveThrough(scene, "thread:" + std::to_string(n));
    }
    scene.Finish();
  });
}

// A broker's thread that could not make its pipe answers each request up to a
// second later, for as long as the client lives: a short session would end.
TEST_F(CrashLife, GetsOverFilesThatCannotBeOpened) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "Without files UBSan cannot look at objects";
#endif
  RunInParallel(4, [&](int i) {
    Scene scene({.table = Table::kSqlite,
                 .member = Member::kStatic,
                 .session_ms = 6000},
                seed_ + i, &figures_);
    for (int n = 9 + 2 * i; n <= 23; n += 8) {
      LiveThrough(scene, "files:" + std::to_string(n));
    }
    scene.Finish();
  });
}

TEST_F(CrashLife, GetsOverADiskThatIsFull) {
  const int sizes[] = {0,     400,   1000,  5000,   13000,
                       20000, 34000, 50000, 100000, 200000};
  RunInParallel(4, [&](int i) {
    Scene scene({.table = Table::kSqlite, .member = Member::kStatic}, seed_ + i,
                &figures_);
    for (size_t n = i; n < std::size(sizes); n += 4) {
      LiveThrough(scene, "disk:" + std::to_string(sizes[n]));
    }
    scene.Finish();
  });
}

// --- The catalog -----------------------------------------------------------

CatalogState LoadCatalog(const std::string& path) {
  auto catalog = FileCatalog::Open(path);
  EXPECT_TRUE(catalog.ok()) << catalog.status();
  auto state = (*catalog)->Load();
  EXPECT_TRUE(state.ok()) << state.status();
  return state.ok() ? *std::move(state) : CatalogState();
}

// How many of the statements below a catalog has.
bool HasDone(const CatalogState& state, int statements) {
  return state.sources.size() == (statements >= 1 ? 1 : 0) &&
         state.views.size() == (statements >= 2 ? 1 : 0) &&
         (state.views.empty() || state.views[0].suspended == (statements == 3));
}

TEST_F(CrashLife, CatalogHasEachStatementWhollyOrNotAtAll) {
  constexpr int kStatements = 4;
  std::atomic<int> num_deaths{0};
  RunInParallel(4, [&](int i) {
    Scene scene({}, seed_, &figures_);
    bool died = true;
    for (int step = 1 + i; died && step < 100; step += 4) {
      SCOPED_TRACE("at step " + std::to_string(step));
      const std::string dir = scene.dir() + "/" + std::to_string(step);
      std::filesystem::create_directory(dir);
      const auto host = scene.Start(
          "catalog_step:" + std::to_string(step),
          {"dir=" + dir, "sql3=ALTER MATERIALIZED VIEW rows_view suspended=1",
           "sql4=ALTER MATERIALIZED VIEW rows_view suspended=0"});
      EXPECT_TRUE(Eventually([&] {
        return host->Wait(absl::ZeroDuration()).has_value() ||
               scene.HasLogged(dir, "Executed sql4");
      }));
      died = host->Wait(absl::ZeroDuration()).has_value();
      num_deaths += died;
      host->Kill();
      int done = 0;
      while (done < kStatements &&
             scene.HasLogged(dir, "Executed sql" + std::to_string(done + 1))) {
        ++done;
      }
      const CatalogState state = LoadCatalog(dir + "/catalog");
      EXPECT_TRUE(HasDone(state, done) || (died && HasDone(state, done + 1)))
          << done << " statements were answered, the catalog has "
          << state.sources.size() << " sources and " << state.views.size()
          << " views";
    }
    EXPECT_FALSE(died) << "There is no end of steps";
  });
  EXPECT_GT(num_deaths, 20);
}

}  // namespace
}  // namespace rowfall::fault
