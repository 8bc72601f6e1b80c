// SPDX-License-Identifier: Apache-2.0
// A table that is a file: each batch is appended and synced.
#ifndef ROWFALL_TESTS_FAULT_CRASH_FILE_TABLE_H_
#define ROWFALL_TESTS_FAULT_CRASH_FILE_TABLE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "rowfall/options.h"

namespace rowfall::fault {

// Lines that a killed process leaves whole. Thread-safe.
class LineFile {
 public:
  // Aborts if the file cannot be opened.
  explicit LineFile(const std::string& path);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  // Each call is one write of the system.
  absl::Status Append(std::string_view lines);
  absl::Status Sync();

 private:
  const int fd_;
};

// Tables (id, part, seq) that are all one file with a line "part seq" a row.
// Each write takes `delay` longer.
std::shared_ptr<TableProvider> MakeFileTables(std::shared_ptr<LineFile> file,
                                              absl::Duration delay);

// Appends "partition offset" of each rejected message.
std::shared_ptr<RejectHandler> MakeFileRejects(const std::string& path);

}  // namespace rowfall::fault

#endif  // ROWFALL_TESTS_FAULT_CRASH_FILE_TABLE_H_
