// SPDX-License-Identifier: Apache-2.0
// The n-th allocation of an engine's life fails, for every n.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "immune.h"
#include "lives.h"
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

}  // namespace
}  // namespace rowfall::tests
