// SPDX-License-Identifier: Apache-2.0
// A host outside the tree: its own table takes rows of a topic in memory.
#include <condition_variable>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>

#include "rowfall/engine.h"
#include "rowfall/storage/sqlite.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/transform.h"
#include "rowfall/version.h"

namespace {

// A table that waits for its rows to be asked for.
class Rows {
 public:
  void Add(const rowfall::Batch& rows) {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < rows.num_rows(); ++i) {
      rows.AppendRowJson(i, text_);
      ++count_;
    }
    added_.notify_all();
  }
  std::string WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    added_.wait_for(lock, std::chrono::seconds(60),
                    [&] { return count_ >= count; });
    return text_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::string text_;
  size_t count_ = 0;
};

class RowsSink : public rowfall::Sink {
 public:
  explicit RowsSink(std::shared_ptr<Rows> rows) : rows_(std::move(rows)) {}
  const rowfall::Schema& schema() const override { return schema_; }
  absl::Status Write(const rowfall::Batch& rows, const rowfall::WriteContext&,
                     std::vector<rowfall::RefusedRow>&) override {
    rows_->Add(rows);
    return absl::OkStatus();
  }

 private:
  const rowfall::Schema schema_{
      {{"id", rowfall::Type::kBigint}, {"name", rowfall::Type::kText}}};
  const std::shared_ptr<Rows> rows_;
};

class Tables : public rowfall::TableProvider {
 public:
  explicit Tables(std::shared_ptr<Rows> rows) : rows_(std::move(rows)) {}
  absl::StatusOr<std::shared_ptr<rowfall::Sink>> OpenTable(
      std::string_view) override {
    return std::make_shared<RowsSink>(rows_);
  }

 private:
  const std::shared_ptr<Rows> rows_;
};

constexpr char kSource[] =
    "CREATE SOURCE kafka (id bigint, term text) type='kafka' "
    "broker_list='memory:1' topic_list='my-data' batch_timeout=50";
constexpr char kView[] =
    "CREATE MATERIALIZED VIEW terms TO glossary AS "
    "SELECT id, UPPER(term) AS name FROM kafka";

int Fail(const absl::Status& status) {
  std::cerr << status.message() << "\n";
  return 1;
}

}  // namespace

int main() {
  auto rows = std::make_shared<Rows>();
  rowfall::testing::MemoryBroker broker;
  broker.CreateTopic("my-data", 2);
  rowfall::EngineOptions options;
  options.tables = std::make_shared<Tables>(rows);
  options.source_factory = broker.Factory();
  auto engine = rowfall::Engine::Open(std::move(options));
  if (!engine.ok()) return Fail(engine.status());
  for (const char* sql : {kSource, kView}) {
    auto result = (*engine)->Execute(sql);
    if (!result.ok()) return Fail(result.status());
  }
  broker.Produce("my-data", 1, {R"({"id": 1, "term": "word"})", {}, {}});
  const std::string text = rows->WaitFor(1);
  std::cout << rowfall::Version() << " " << text << "\n";
  const absl::Status status = (*engine)->Stop();
  if (!status.ok()) return Fail(status);

  // The components are linked, too.
  if (!rowfall::OpenSqliteDatabase(":memory:/no/such/folder").ok() &&
      rowfall::Transform::Compile(kSource, kView).ok()) {
    return text == R"({"id":1,"name":"WORD"})" ? 0 : 1;
  }
  return 1;
}
