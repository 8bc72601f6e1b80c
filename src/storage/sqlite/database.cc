// SPDX-License-Identifier: Apache-2.0
// A SQLite database as a provider of its tables.
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "rowfall/storage/sqlite.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/sqlite_sink.h"
#include "storage/sqlite/table_layout.h"
#include "storage/sqlite/watched_sink.h"

namespace rowfall {
namespace {

class SqliteDatabase : public TableProvider {
 public:
  SqliteDatabase(std::string path, const SqliteOptions& options)
      : path_(std::move(path)), options_(options) {}

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    // The sink may outlive the provider.
    sqlite::WatchedSink::Opener open = [path = path_, options = options_,
                                        table = std::string(name)] {
      return OpenSink(path, options, table);
    };
    auto sink = open();
    if (!sink.ok()) return sink.status();
    return std::make_shared<sqlite::WatchedSink>(path_, std::move(open),
                                                 *std::move(sink));
  }

 private:
  // Never makes the file: a database that was deleted would come again empty.
  static absl::StatusOr<std::unique_ptr<sqlite::SqliteSink>> OpenSink(
      const std::string& path, const SqliteOptions& options,
      const std::string& table) {
    auto connection = sqlite::Connection::OpenExisting(path, options);
    if (!connection.ok()) return connection.status();
    auto layout = sqlite::ReadTableLayout(**connection, table);
    if (!layout.ok()) return layout.status();
    return std::make_unique<sqlite::SqliteSink>(*std::move(connection),
                                                *std::move(layout));
  }

  const std::string path_;
  const SqliteOptions options_;
};

// The process may change its folder before a table is opened.
std::string Absolute(const std::string& path) {
  if (path.starts_with("file:")) return path;  // A URI where SQLite takes them.
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.string();
}

}  // namespace

absl::StatusOr<std::shared_ptr<TableProvider>> OpenSqliteDatabase(
    std::string path, SqliteOptions options) {
  try {
    const auto connection = sqlite::Connection::Open(path, options);
    if (!connection.ok()) return connection.status();
    return std::make_shared<SqliteDatabase>(Absolute(path), options);
  } catch (const std::bad_alloc&) {
    // Without a text, which would ask for memory.
    return absl::Status(absl::StatusCode::kResourceExhausted, "");
  }
}

}  // namespace rowfall
