// SPDX-License-Identifier: Apache-2.0
// A file of records, each of them whole or not there at all.
#ifndef ROWFALL_EXAMPLES_EXACTLY_ONCE_JOURNAL_H_
#define ROWFALL_EXAMPLES_EXACTLY_ONCE_JOURNAL_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rowfall::examples {

// The smallest thing that deserves the name of a transaction: a record is
// appended with its length and checksum, and is there when fsync() says so. A
// process that is killed in between leaves half a record at the end, which the
// next Open() cuts off. One process at a time has the file.
class Journal {
 public:
  enum class IfAbsent { kMake, kFail };

  // Calls `replay` for each record, in order.
  // Errors: Unavailable: the file, or another process has it. DataLoss: it is
  // no journal.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(
      const std::string& path, IfAbsent if_absent,
      const std::function<void(std::string_view record)>& replay);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Makes a record durable. Errors: Unavailable: whether it is there is not
  // known, only Open() can tell; this object is of no use any more. So it is
  // where the file was moved or deleted: it can be written, but not found.
  absl::Status Append(std::string_view record);

 private:
  Journal(std::string path, int file) : path_(std::move(path)), file_(file) {}
  // Whether the path leads to the file that is open.
  bool IsAtItsPath() const;
  absl::Status Replay(const std::function<void(std::string_view)>& replay);

  const std::string path_;
  const int file_;
};

}  // namespace rowfall::examples

#endif  // ROWFALL_EXAMPLES_EXACTLY_ONCE_JOURNAL_H_
