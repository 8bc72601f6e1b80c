// SPDX-License-Identifier: Apache-2.0
// Sinks that throw rows away, keep them, or hand them to SQLite.
#include "bench/runner/tables.h"

#include <utility>

#include "absl/time/clock.h"
#include "bench/runner/temporary_database.h"
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

// Tables of a database that goes with the object.
class SqliteTables : public TableProvider {
 public:
  SqliteTables(std::unique_ptr<TemporaryDatabase> file,
               std::shared_ptr<TableProvider> tables,
               std::shared_ptr<Written> written)
      : file_(std::move(file)),
        tables_(std::move(tables)),
        written_(std::move(written)) {}

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    auto sink = tables_->OpenTable(name);
    if (!sink.ok()) return sink.status();
    return std::make_shared<ForwardingSink>(*std::move(sink), written_);
  }

 private:
  const std::unique_ptr<TemporaryDatabase> file_;
  const std::shared_ptr<TableProvider> tables_;
  const std::shared_ptr<Written> written_;
};

absl::StatusOr<std::shared_ptr<TableProvider>> MakeSqliteTables(
    const Schema& schema, const std::vector<std::string>& names,
    std::shared_ptr<Written> written) {
  auto file = TemporaryDatabase::Make();
  if (!file.ok()) return file.status();
  for (const std::string& name : names) {
    const absl::Status status = (*file)->CreateTable(name, schema);
    if (!status.ok()) return status;
  }
  auto tables = OpenSqliteDatabase((*file)->path());
  if (!tables.ok()) return tables.status();
  return std::make_shared<SqliteTables>(*std::move(file), *std::move(tables),
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
    const std::string& sink, const Schema& schema,
    const std::vector<std::string>& names, std::shared_ptr<Written> written) {
  if (sink == "null" || sink == "memory") {
    const Rows rows = sink == "null" ? Rows::kThrowAway : Rows::kKeep;
    return std::make_shared<CountingTables>(schema, rows, std::move(written));
  }
  if (sink == "sqlite") {
    return MakeSqliteTables(schema, names, std::move(written));
  }
  return absl::InvalidArgumentError(
      "Sink must be 'null', 'memory' or 'sqlite': '" + sink + "'");
}

}  // namespace rowfall::bench
