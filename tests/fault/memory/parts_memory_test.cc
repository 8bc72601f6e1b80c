// SPDX-License-Identifier: Apache-2.0
// The n-th allocation fails in what a host can use without an engine.
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "failing_new.h"
#include "gtest/gtest.h"
#include "lives.h"
#include "rowfall/catalog.h"
#include "rowfall/materialized_view.h"
#include "rowfall/transform.h"

namespace rowfall::tests {
namespace {

constexpr char kSource[] =
    "CREATE SOURCE s (id bigint, term text, tags json, m multi) "
    "type='kafka' topic_list='t'";
constexpr char kView[] =
    "CREATE MV v TO t AS SELECT id % 10 AS digit, COUNT(*) AS n, "
    "MAX(UPPER(CONCAT(term, ' and more'))) AS term, SUM(id) AS total "
    "FROM s WHERE LOWER(term) <> 'x' AND tags[0] IN (1, 2, 3) "
    "GROUP BY id % 10 HAVING n > 0 ORDER BY total DESC, digit";

MessageBatch Messages() {
  MessageBatch messages;
  for (int i = 0; i < 40; ++i) {
    const std::string payload =
        i % 9 == 5 ? "{\"id\": \"no number\"}"
                   : "{\"id\": " + std::to_string(i) +
                         ", \"term\": \"word and a few more letters\", "
                         "\"tags\": [" +
                         std::to_string(i % 4) + "], \"m\": [3, 1, 2]}";
    Message message;
    message.topic = "t";
    message.offset = i;
    message.payload = payload;
    messages.Append(message);
  }
  return messages;
}

TEST(PartsMemoryTest, TransformCompilesAndApplies) {
  const MessageBatch messages = Messages();
  FailEachAllocation([&]() -> absl::Status {
    auto transform = Transform::Compile(kSource, kView);
    if (!transform.ok()) return transform.status();
    std::vector<RejectedMessage> rejected;
    auto rows = transform->Apply(messages, rejected);
    if (!rows.ok()) {
      EXPECT_TRUE(rejected.empty());
      const WithMemory with_memory;
      // The same object gives the whole result when memory is back.
      auto again = transform->Apply(messages, rejected);
      EXPECT_TRUE(again.ok()) << again.status();
      EXPECT_EQ(again->num_rows(), 10u);
      EXPECT_EQ(rejected.size(), 4u);
      rejected = {};
      again = absl::CancelledError();
      return rows.status();
    }
    EXPECT_EQ(rows->num_rows(), 10u);
    EXPECT_EQ(rejected.size(), 4u);
    return absl::OkStatus();
  });
}

TEST(PartsMemoryTest, ViewCompilesAndApplies) {
  const Schema schema({{.name = "a", .type = Type::kBigint},
                       {.name = "b", .type = Type::kText}});
  auto a = std::make_shared<Column>(Type::kBigint);
  auto b = std::make_shared<Column>(Type::kText);
  for (int i = 0; i < 20; ++i) {
    a->AppendValue(Value(int64_t{i} - 5));
    b->AppendValue(Value("text number " + std::to_string(i)));
  }
  const Batch batch(std::make_shared<const Schema>(schema), {a, b}, 20);
  FailEachAllocation([&]() -> absl::Status {
    auto view = MaterializedView::Compile(
        "SELECT DISTINCT CAST(b AS bigint) AS n, a FROM s "
        "WHERE 100 / a > 3 OR b = 'text number 9' ORDER BY a",
        schema);
    if (!view.ok()) return view.status();
    std::vector<FailedRow> failed;
    const auto rows = view->Apply(batch, &failed);
    if (rows.ok()) return absl::OkStatus();
    EXPECT_TRUE(failed.empty());
    return rows.status();
  });
}

CatalogState SomeDefinitions(int count) {
  CatalogState state;
  for (int i = 0; i < count; ++i) {
    const std::string name = "a_source_with_a_long_name_" + std::to_string(i);
    state.sources.push_back({name, "CREATE SOURCE " + name});
    state.views.push_back({name, "CREATE MV " + name, "a group", i % 2 == 0});
  }
  return state;
}

// An argument, which is made by the caller.
std::string CopyOf(const std::string& path) {
  const WithMemory with_memory;
  return path;
}

// The catalog holds the old state or the new one, and says which.
void CheckStores(const std::function<std::unique_ptr<Catalog>()>& open) {
  const CatalogState old_state = SomeDefinitions(2);
  const CatalogState new_state = SomeDefinitions(3);
  FailEachAllocation([&]() -> absl::Status {
    std::unique_ptr<Catalog> catalog;
    {
      const WithMemory with_memory;
      catalog = open();
      if (catalog == nullptr) return absl::InternalError("Not open");
      EXPECT_TRUE(catalog->Store(old_state).ok());
    }
    const absl::Status stored = catalog->Store(new_state);
    const auto loaded = catalog->Load();
    const WithMemory with_memory;
    const auto after = catalog->Load();
    EXPECT_TRUE(after.ok()) << after.status();
    EXPECT_TRUE(*after == (stored.ok() ? new_state : old_state));
    EXPECT_TRUE(!loaded.ok() || *loaded == *after);
    catalog = nullptr;
    return stored.ok() ? loaded.status() : stored;
  });
}

TEST(PartsMemoryTest, MemoryCatalogStoresAllOrNothing) {
  CheckStores([] { return std::make_unique<MemoryCatalog>(); });
}

TEST(PartsMemoryTest, FileCatalogStoresAllOrNothing) {
  const std::string path = ::testing::TempDir() + "rowfall_memory_parts_" +
                           std::to_string(std::random_device{}());
  CheckStores([&]() -> std::unique_ptr<Catalog> {
    auto catalog = FileCatalog::Open(path);
    if (!catalog.ok()) return nullptr;
    return *std::move(catalog);
  });
  // A failed Open() keeps no lock.
  FailEachAllocation([&]() -> absl::Status {
    auto catalog = FileCatalog::Open(CopyOf(path));
    if (catalog.ok()) return absl::OkStatus();
    const WithMemory with_memory;
    const auto again = FileCatalog::Open(path);
    EXPECT_TRUE(again.ok()) << again.status();
    return catalog.status();
  });
  for (const char* ending : {"", ".previous", ".lock", ".new"}) {
    std::remove((path + ending).c_str());
  }
}

}  // namespace
}  // namespace rowfall::tests
