// SPDX-License-Identifier: Apache-2.0
// A table whose database file may be moved, deleted or replaced.
#ifndef ROWFALL_STORAGE_SQLITE_WATCHED_SINK_H_
#define ROWFALL_STORAGE_SQLITE_WATCHED_SINK_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/sink.h"
#include "storage/sqlite/sqlite_sink.h"

namespace rowfall::sqlite {

// Passes on to a SqliteSink, and takes another one when another database is
// where the path leads. A write is reported as done only if the file is at its
// path behind the COMMIT: before, nobody knows who will ever see the rows.
class WatchedSink : public Sink {
 public:
  using Opener = std::function<absl::StatusOr<std::unique_ptr<SqliteSink>>()>;

  WatchedSink(std::string path, Opener open, std::unique_ptr<SqliteSink> sink)
      : path_(std::move(path)),
        open_(std::move(open)),
        schema_(sink->schema()),
        traits_(sink->traits()),
        sink_(std::move(sink)) {}

  const Schema& schema() const override { return schema_; }
  SinkTraits traits() const override { return traits_; }
  // Errors: as SqliteSink::Write(), and
  //   Unavailable: nothing is at the path, or the journal of the former file
  //     lies beside another one.
  //   Aborted: another file is there; its positions count.
  //   FailedPrecondition, NotFound: it has not that table.
  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override;
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override;

 private:
  // Says what is to be done where the path does not lead to the open file, and
  // opens what is there instead, which sets `reopened`.
  absl::Status Follow(bool& reopened);
  absl::Status Reopen();

  const std::string path_;
  const Opener open_;
  const Schema schema_;
  const SinkTraits traits_;
  std::unique_ptr<SqliteSink> sink_;  // Null where it could not be reopened.
};

}  // namespace rowfall::sqlite

#endif  // ROWFALL_STORAGE_SQLITE_WATCHED_SINK_H_
