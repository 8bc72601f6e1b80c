// SPDX-License-Identifier: Apache-2.0
// The lives and deaths of a host.
#include "tests/fault/crash/scene.h"

#include <signal.h>
#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace rowfall::fault {
namespace {

constexpr absl::Duration kUntilAPoint = absl::Seconds(30);

std::string MakeFolder() {
  std::string path = ::testing::TempDir() + "/rowfall_crash_XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    throw std::runtime_error("No temporary folder");
  }
  return path;
}

}  // namespace

std::string Figures::ToString() {
  const std::lock_guard lock(mutex);
  std::string text = std::to_string(rounds) + " rounds, " +
                     std::to_string(messages) + " messages, " +
                     std::to_string(duplicates) + " duplicates (at most " +
                     std::to_string(most_duplicates) + " in a start), kills:";
  for (const auto& [name, count] : kills) {
    text += " " + name + " " + std::to_string(count);
  }
  return text;
}

Scene::Scene(const SceneOptions& options, uint64_t seed, Figures* figures)
    : options_(options),
      seed_(seed),
      figures_(figures),
      random_(seed),
      topic_(cluster_.CreateTopic("crash", options.partitions)),
      dir_(MakeFolder()),
      messages_(options.partitions),
      file_end_(options.partitions),
      file_next_(options.partitions) {
  if (options_.table != Table::kFile) MakeTables();
}

Scene::~Scene() {
  if (!::testing::Test::HasFailure()) std::filesystem::remove_all(dir_);
}

std::string Scene::name() const {
  return topic_ + " in " + dir_ + ", seed " + std::to_string(seed_);
}

void Scene::Produce(int64_t count) {
  {
    const std::lock_guard lock(figures_->mutex);
    figures_->messages += count;
  }
  cluster_.Produce(topic_, count, [&](int64_t i) {
    const auto partition = static_cast<int32_t>(random_() % messages_.size());
    auto& messages = messages_[partition];
    // Stretches longer than a batch: one of them is filtered to nothing.
    Kind kind = Kind::kRow;
    if (i >= count / 2 && i < count / 2 + 2 * options_.batch) {
      kind = Kind::kFiltered;
    }
    if (i % 37 == 5) kind = Kind::kBad;
    if (options_.only_rows) kind = Kind::kRow;
    const bool is_poison = next_id_ == options_.poison_id;
    if (is_poison) kind = Kind::kBad;
    messages.push_back({kind, next_id_});
    TestMessage message{"no JSON", std::nullopt, partition};
    if (kind == Kind::kBad && !is_poison) return message;
    message.value = "{\"id\": " + std::to_string(next_id_) +
                    ", \"part\": " + std::to_string(partition) +
                    ", \"seq\": " + std::to_string(messages.size() - 1) +
                    ", \"keep\": " + (kind == Kind::kFiltered ? "0" : "1") +
                    "}";
    num_rows_ += kind == Kind::kRow;
    ++next_id_;
    return message;
  });
}

std::string Scene::SourceSql() const {
  std::string sql =
      "CREATE SOURCE IF NOT EXISTS kafka (id bigint, part bigint, seq bigint, "
      "keep bigint) type='kafka' broker_list='" +
      cluster_.brokers() + "' topic_list='" + topic_ + "' consumer_group='" +
      source_group_ + "' on_error='" + options_.on_error +
      "' batch=" + std::to_string(options_.batch) +
      " batch_timeout=" + std::to_string(options_.batch_timeout_ms) +
      " num_consumers=" + std::to_string(options_.num_consumers) +
      " session.timeout.ms=" + std::to_string(options_.session_ms) +
      " heartbeat.interval.ms=200"
      " reconnect.backoff.ms=20";
  if (options_.member == Member::kStatic) sql += " group.instance.id='host'";
  if (options_.member == Member::kListed) {
    sql += " partition_list='";
    for (int i = 0; i < options_.partitions; ++i) {
      sql += (i == 0 ? "" : ",") + std::to_string(i);
    }
    sql += "'";
  }
  return sql;
}

std::string Scene::ViewSql() const {
  const std::string create =
      "CREATE MATERIALIZED VIEW IF NOT EXISTS rows_view ";
  if (options_.table != Table::kSums) {
    return create +
           "TO messages AS SELECT id, part, seq FROM kafka WHERE keep = 1";
  }
  return create +
         "TO sums AS SELECT part, COUNT(*) AS n, SUM(id) AS total FROM kafka "
         "WHERE keep = 1 GROUP BY part";
}

std::unique_ptr<Child> Scene::Start(const std::string& crash_at,
                                    const std::vector<std::string>& more) {
  std::vector<std::string> settings = {
      "dir=" + dir_,
      "rows=" + rows(),
      "rejects=" + dir_ + "/rejects",
      options_.table == Table::kFile ? "table=file" : "table=sqlite",
      "sql1=" + SourceSql(),
      "sql2=" + ViewSql()};
  settings.insert(settings.end(), more.begin(), more.end());
  return std::make_unique<Child>(settings, crash_at);
}

void Scene::DieAt(const std::string& point, int passing) {
  const std::string order = point + ":" + std::to_string(passing);
  SCOPED_TRACE("at " + order + " of " + name());
  const auto host = Start(order);
  Die(*host, point);
  Check();
}

void Scene::Die(Child& host, const std::string& point) {
  EXPECT_EQ(host.Wait(kUntilAPoint), -SIGKILL) << "The point was not passed";
  host.Kill();
  Count(point);
}

void Scene::Count(const std::string& kill) {
  const std::lock_guard lock(figures_->mutex);
  ++figures_->kills[kill];
}

void Scene::DieStopping(const std::string& point) {
  SCOPED_TRACE("at " + point + " of " + name());
  for (int attempt = 1;; ++attempt) {
    const int64_t rows = NumRows();
    const auto host = Start(point + ":1");
    EXPECT_TRUE(Eventually([&] { return NumRows() > rows; }));
    host->Signal(SIGTERM);
    // With nothing left to commit a point of that is not passed.
    const bool ended = host->Wait(kUntilAPoint) == 0 && attempt < 5;
    if (!ended) Die(*host, point);
    Check();
    if (!ended) return;
    Produce(200);
  }
}

void Scene::DieLeaving(const std::string& point) {
  SCOPED_TRACE("at " + point + " of " + name());
  const int64_t rows = NumRows();
  const auto host = Start(point + ":1");
  EXPECT_TRUE(Eventually([&] { return NumRows() > rows; }));
  const std::string other_dir = dir_ + "/" + point;
  std::filesystem::create_directory(other_dir);
  const auto other = Start("", {"dir=" + other_dir});
  Die(*host, point);
  other->Kill();
  Check();
}

void Scene::DieAtRandom() {
  if (random_() % 2 == 0) return DieAtRandomPoint();
  SCOPED_TRACE("at a random time of " + name());
  const int64_t rows = NumRows();
  const auto host = Start();
  std::string kind = "start";
  if (random_() % 4 != 0) {
    // Not before it works.
    kind = "work";
    EXPECT_TRUE(Eventually([&] { return NumRows() > rows || IsComplete(); }));
  }
  absl::SleepFor(absl::Microseconds(
      static_cast<int64_t>(random_() % (kind == "start" ? 400000 : 60000))));
  host->Signal(random_() % 8 == 0 ? SIGABRT : SIGKILL);
  EXPECT_LT(host->Wait(kUntilAPoint).value_or(0), 0) << "It ended by itself";
  host->Kill();
  Count(kind);
  Check();
}

void Scene::DieAtRandomPoint() {
  const std::string points[] = {
      "polled",  "mapped",      "evaluated",      "handing_over",  "writing",
      "written", "settled",     "committing",     "commit_issued", "assigned",
      "revoked", "handed_over", "commit_answered"};
  const std::string point = points[random_() % std::size(points)];
  const std::string order = point + ":" + std::to_string(1 + random_() % 8);
  SCOPED_TRACE("at " + order + " of " + name());
  const auto host = Start(order);
  EXPECT_TRUE(Eventually([&] {
    return host->Wait(absl::ZeroDuration()).has_value() || IsComplete();
  }));
  // Where it is not passed so often, the end of the work is as good.
  Count(host->Wait(absl::ZeroDuration()) == -SIGKILL ? point : "idle");
  host->Kill();
  Check();
}

void Scene::Finish() {
  SCOPED_TRACE("at the end of " + name());
  const auto host = Start();
  std::map<int32_t, int64_t> ends;
  for (size_t i = 0; i < messages_.size(); ++i) {
    if (messages_[i].empty()) continue;
    ends[static_cast<int32_t>(i)] = static_cast<int64_t>(messages_[i].size());
  }
  // Each batch is synced, which takes its time on a loaded machine. Where the
  // rows were all there before, they have still to be committed.
  for (int64_t rows = -1; rows != NumRows();) {
    rows = NumRows();
    if (Eventually([&] { return IsComplete() && Committed() == ends; })) break;
  }
  host->Signal(SIGTERM);
  EXPECT_EQ(host->Wait(absl::Seconds(30)), 0);
  host->Kill();
  Check();
  EXPECT_TRUE(IsComplete());
  EXPECT_EQ(Committed(), ends);
  if (options_.table != Table::kFile) {
    EXPECT_EQ(StoredPositions(), ends);
  }
}

std::map<int32_t, int64_t> Scene::Committed() {
  return cluster_.Committed(group_, topic_, options_.partitions);
}

void RunInParallel(int count, const std::function<void(int)>& run) {
  std::atomic<int> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < std::min(count, 4); ++i) {
    threads.emplace_back([&] {
      for (int n = next++; n < count; n = next++) {
        try {
          run(n);
        } catch (const std::exception& error) {
          ADD_FAILURE() << error.what();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

uint64_t SeedOfTest() {
  const char* text = std::getenv("ROWFALL_SEED");
  const uint64_t seed =
      text != nullptr
          ? std::strtoull(text, nullptr, 10)
          : static_cast<uint64_t>(
                std::chrono::system_clock::now().time_since_epoch().count() %
                1000000);
  std::cout << "ROWFALL_SEED=" << seed << std::endl;
  return seed;
}

int RoundsOfTest() {
  if (const char* text = std::getenv("ROWFALL_CRASH_ROUNDS")) {
    return std::atoi(text);
  }
  const char* is_long = std::getenv("ROWFALL_LONG");
  return is_long != nullptr && std::string_view(is_long) == "1" ? 200 : 10;
}

}  // namespace rowfall::fault
