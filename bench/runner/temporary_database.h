// SPDX-License-Identifier: Apache-2.0
// A SQLite database file that goes with its object.
#ifndef ROWFALL_BENCH_RUNNER_TEMPORARY_DATABASE_H_
#define ROWFALL_BENCH_RUNNER_TEMPORARY_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "rowfall/schema.h"

namespace rowfall::bench {

class TemporaryDatabase {
 public:
  /// In a folder of its own in TMPDIR.
  static absl::StatusOr<std::unique_ptr<TemporaryDatabase>> Make();
  ~TemporaryDatabase();

  const std::string& path() const { return path_; }

  /// Creates a table; a column `id` is its primary key.
  absl::Status CreateTable(const std::string& table, const Schema& schema);

 private:
  explicit TemporaryDatabase(std::string folder);

  const std::string folder_;
  const std::string path_;
};

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_RUNNER_TEMPORARY_DATABASE_H_
