// SPDX-License-Identifier: Apache-2.0
// The shell's own connection to the SQLite database.
#ifndef ROWFALL_EXAMPLES_SHELL_DATABASE_H_
#define ROWFALL_EXAMPLES_SHELL_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "examples/shell/rows.h"

struct sqlite3;

namespace rowfall::shell {

/// Executes statements. Used by one thread; Interrupt() comes from any.
class Database {
 public:
  /// Opens `path`, or where it is empty a temporary file that goes with the
  /// object.
  static absl::StatusOr<std::unique_ptr<Database>> Open(std::string path);
  ~Database();

  const std::string& path() const { return path_; }

  /// Executes one statement; CREATE TABLE is adapted (create_table.h).
  absl::StatusOr<Rows> Execute(const std::string& sql);
  absl::StatusOr<int64_t> CountRows(const std::string& table);
  /// Ends a statement that runs.
  void Interrupt();

 private:
  Database() = default;
  absl::Status Error(const std::string& text) const;

  std::string path_;
  bool temporary_ = false;
  sqlite3* handle_ = nullptr;
};

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_DATABASE_H_
