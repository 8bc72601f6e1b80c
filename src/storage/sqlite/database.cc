// SPDX-License-Identifier: Apache-2.0
// A SQLite database as a provider of its tables.
#include <new>
#include <utility>

#include "rowfall/storage/sqlite.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/sqlite_sink.h"
#include "storage/sqlite/table_layout.h"

namespace rowfall {
namespace {

class SqliteDatabase : public TableProvider {
 public:
  SqliteDatabase(std::string path, const SqliteOptions& options)
      : path_(std::move(path)), options_(options) {}

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    auto connection = sqlite::Connection::Open(path_, options_);
    if (!connection.ok()) return connection.status();
    auto layout = sqlite::ReadTableLayout(**connection, name);
    if (!layout.ok()) return layout.status();
    return std::make_shared<sqlite::SqliteSink>(*std::move(connection),
                                                *std::move(layout));
  }

 private:
  const std::string path_;
  const SqliteOptions options_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<TableProvider>> OpenSqliteDatabase(
    std::string path, SqliteOptions options) {
  try {
    const auto connection = sqlite::Connection::Open(path, options);
    if (!connection.ok()) return connection.status();
    return std::make_shared<SqliteDatabase>(std::move(path), options);
  } catch (const std::bad_alloc&) {
    // Without a text, which would ask for memory.
    return absl::Status(absl::StatusCode::kResourceExhausted, "");
  }
}

}  // namespace rowfall
