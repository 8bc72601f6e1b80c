// SPDX-License-Identifier: Apache-2.0
// Sinks that throw rows away, keep them, or hand them to SQLite.
#include "bench/bench_tables.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "rowfall/storage/sqlite.h"

namespace rowfall::bench {
namespace {

enum class Rows { kThrowAway, kKeep };

class CountingSink : public Sink {
 public:
  CountingSink(Schema schema, Rows rows, std::shared_ptr<Written> written)
      : schema_(std::move(schema)), rows_(rows), written_(std::move(written)) {}

  const Schema& schema() const override { return schema_; }
  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>&) override {
    if (rows_ == Rows::kKeep) written_->Keep(rows);
    written_->Add(rows, context);
    return absl::OkStatus();
  }

 private:
  const Schema schema_;
  const Rows rows_;
  const std::shared_ptr<Written> written_;
};

class CountingTables : public TableProvider {
 public:
  CountingTables(Schema schema, Rows rows, std::shared_ptr<Written> written)
      : schema_(std::move(schema)), rows_(rows), written_(std::move(written)) {}

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(std::string_view) override {
    return std::make_shared<CountingSink>(schema_, rows_, written_);
  }

 private:
  const Schema schema_;
  const Rows rows_;
  const std::shared_ptr<Written> written_;
};

// Counts what another sink has written.
class ForwardingSink : public Sink {
 public:
  ForwardingSink(std::shared_ptr<Sink> sink, std::shared_ptr<Written> written)
      : sink_(std::move(sink)), written_(std::move(written)) {}

  const Schema& schema() const override { return sink_->schema(); }
  SinkTraits traits() const override { return sink_->traits(); }
  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    const absl::Status status = sink_->Write(rows, context, refused);
    if (status.ok() && refused.empty()) written_->Add(rows, context);
    return status;
  }
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override {
    return sink_->LoadPositions(consumer_group);
  }

 private:
  const std::shared_ptr<Sink> sink_;
  const std::shared_ptr<Written> written_;
};

// A database file that goes with the object.
class SqliteTables : public TableProvider {
 public:
  SqliteTables(std::string folder, std::shared_ptr<TableProvider> tables,
               std::shared_ptr<Written> written)
      : folder_(std::move(folder)),
        tables_(std::move(tables)),
        written_(std::move(written)) {}
  ~SqliteTables() override {
    tables_.reset();
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      unlink((folder_ + "/bench.db" + suffix).c_str());
    }
    rmdir(folder_.c_str());
  }

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    auto sink = tables_->OpenTable(name);
    if (!sink.ok()) return sink.status();
    return std::make_shared<ForwardingSink>(*std::move(sink), written_);
  }

 private:
  const std::string folder_;
  std::shared_ptr<TableProvider> tables_;
  const std::shared_ptr<Written> written_;
};

absl::Status CreateTable(const std::string& path, const Schema& schema,
                         const std::string& table) {
  std::string sql = "CREATE TABLE \"" + table + "\" (";
  for (const Field& field : schema.fields()) {
    if (sql.back() != '(') sql.append(", ");
    sql.append("\"" + field.name + "\" ").append(TypeName(field.type));
    if (field.name == "id") sql.append(" PRIMARY KEY");
  }
  sql.append(")");
  sqlite3* db = nullptr;
  int code = sqlite3_open(path.c_str(), &db);
  if (code == SQLITE_OK) {
    code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  }
  const std::string error = sqlite3_errmsg(db);
  sqlite3_close(db);
  return code == SQLITE_OK ? absl::OkStatus() : absl::UnavailableError(error);
}

absl::StatusOr<std::shared_ptr<TableProvider>> MakeSqliteTables(
    const Schema& schema, const std::string& table,
    std::shared_ptr<Written> written) {
  const char* parent = std::getenv("TMPDIR");
  std::string folder = std::string(parent != nullptr ? parent : "/tmp") +
                       "/rowfall-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) {
    return absl::UnavailableError("Cannot make a folder in TMPDIR");
  }
  const std::string path = folder + "/bench.db";
  const absl::Status status = CreateTable(path, schema, table);
  if (!status.ok()) return status;
  auto tables = OpenSqliteDatabase(path);
  if (!tables.ok()) return tables.status();
  return std::make_shared<SqliteTables>(folder, *std::move(tables),
                                        std::move(written));
}

}  // namespace

void Written::Add(const Batch& rows, const WriteContext& context) {
  int64_t messages = 0;
  for (const PartitionRange& range : context.ranges) {
    messages += range.to - range.from;
  }
  messages_ += messages;
  rows_ += static_cast<int64_t>(rows.num_rows());
  const std::lock_guard lock(mutex_);
  last_write_ = absl::Now();
}

void Written::Keep(const Batch& rows) {
  const std::lock_guard lock(mutex_);
  kept_.push_back(rows);
}

absl::Time Written::last_write() const {
  const std::lock_guard lock(mutex_);
  return last_write_;
}

absl::StatusOr<std::shared_ptr<TableProvider>> MakeTables(
    const std::string& sink, const Schema& schema, const std::string& table,
    std::shared_ptr<Written> written) {
  if (sink == "null" || sink == "memory") {
    const Rows rows = sink == "null" ? Rows::kThrowAway : Rows::kKeep;
    return std::make_shared<CountingTables>(schema, rows, std::move(written));
  }
  if (sink == "sqlite") {
    return MakeSqliteTables(schema, table, std::move(written));
  }
  return absl::InvalidArgumentError(
      "Sink must be 'null', 'memory' or 'sqlite': '" + sink + "'");
}

}  // namespace rowfall::bench
