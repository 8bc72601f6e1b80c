// SPDX-License-Identifier: Apache-2.0
// The n-th allocation of an engine's life fails, for every n.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "failing_new.h"
#include "gtest/gtest.h"
#include "immune.h"
#include "lives.h"
#include "rowfall/engine.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall::tests {
namespace {

std::vector<int64_t> Ids(const testing::RecordingTable& table) {
  std::vector<int64_t> ids;
  for (const auto& row : table.rows()) {
    ids.push_back(std::get<int64_t>(row[0]));
  }
  return ids;
}

TablesUnderTest Recording(SinkTraits traits) {
  auto tables = std::make_shared<testing::RecordingTables>();
  auto table = tables->Add("t",
                           Schema({{.name = "id", .type = Type::kBigint},
                                   {.name = "term", .type = Type::kText},
                                   {.name = "tag", .type = Type::kJson}}),
                           traits);
  return {ImmuneTables(tables), [table] { return Ids(*table); },
          traits.keeps_positions};
}

constexpr char kCreateSource[] =
    "CREATE SOURCE s (id bigint) type='kafka' broker_list='b:1' topic_list='t' "
    "consumer_group='g'";
constexpr char kCreateView[] = "CREATE MV v TO t AS SELECT id FROM s";

TEST(EngineMemoryTest, LosesNothing) {
  LiveThrough(
      [] {
        return LifeOptions{Recording({}), std::make_shared<MemoryCatalog>(),
                           ""};
      },
      150);
}

TEST(EngineMemoryTest, WritesOnceWhereTheTableKeepsPositions) {
  LiveThrough(
      [] {
        return LifeOptions{Recording({.keeps_positions = true}),
                           std::make_shared<MemoryCatalog>(), "skip"};
      },
      150);
}

TEST(EngineMemoryTest, KeepsTheCatalogFileWhole) {
  const std::string path = ::testing::TempDir() + "rowfall_memory_catalog_" +
                           std::to_string(std::random_device{}());
  LiveThrough(
      [&] {
        std::remove(path.c_str());
        std::remove((path + ".previous").c_str());
        auto catalog = FileCatalog::Open(path);
        EXPECT_TRUE(catalog.ok()) << catalog.status();
        return LifeOptions{Recording({}), *std::move(catalog), ""};
      },
      60);
  for (const char* ending : {"", ".previous", ".lock", ".new"}) {
    std::remove((path + ending).c_str());
  }
}

// An engine whose Stop() finds no memory is stopped all the same: the next
// start must not take that for a death, or the log must say that it does.
TEST(EngineMemoryTest, NotesItsEndWhereverMemoryEnds) {
  testing::MemoryBroker broker;
  broker.CreateTopic("t", 1);
  bool warned = false;
  EngineOptions options;
  options.tables = Recording({}).provider;
  options.threading = Threading::kHostThreads;
  options.source_factory = ImmuneSources(broker.Factory());
  options.log = [&](const LogEntry& entry) {
    warned |=
        entry.text.find("this stop counts as a death") != std::string::npos;
  };
  int64_t n = 0;
  for (bool failed = true; failed;) {
    SCOPED_TRACE("allocation " + std::to_string(++n));
    const auto catalog = std::make_shared<MemoryCatalog>();
    options.catalog = catalog;
    auto engine = Engine::Open(options);
    ASSERT_TRUE(engine.ok()) << engine.status();
    ASSERT_TRUE((*engine)->Execute(kCreateSource).ok());
    ASSERT_TRUE((*engine)->Execute(kCreateView).ok());
    *engine = nullptr;
    engine = Engine::Open(options);
    ASSERT_TRUE(engine.ok()) << engine.status();
    ASSERT_EQ(catalog->Load()->views.at(0).crash.starts, 1u);
    warned = false;
    FailingNew::FailOnce(n);
    *engine = nullptr;
    failed = FailingNew::has_failed();
    FailingNew::Disarm();
    EXPECT_TRUE(warned || catalog->Load()->views.at(0).crash.empty());
  }
  EXPECT_GT(n, 3);
}

}  // namespace
}  // namespace rowfall::tests
