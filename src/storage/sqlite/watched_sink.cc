// SPDX-License-Identifier: Apache-2.0
// A table whose database file may be moved, deleted or replaced.
#include "storage/sqlite/watched_sink.h"

#include <utility>

namespace rowfall::sqlite {
namespace {

using Place = DatabaseFile::Place;

absl::Status About(std::string_view what, const std::string& path) {
  return absl::UnavailableError(std::string(what) + ": '" + path + "'");
}

}  // namespace

absl::Status WatchedSink::Write(const Batch& rows, const WriteContext& context,
                                std::vector<RefusedRow>& refused) {
  bool reopened = false;
  absl::Status status = Follow(reopened);
  if (!status.ok()) return status;
  if (reopened) {
    return absl::AbortedError(
        "Another database file is there, its positions count: '" + path_ + "'");
  }
  status = sink_->Write(rows, context, refused);
  if (!status.ok() || !refused.empty()) return status;
  if (sink_->LookAtFile() == Place::kSame) return status;
  return About(
      "Database file was moved, deleted or replaced during a write, which "
      "nobody may see",
      path_);
}

absl::StatusOr<std::vector<PartitionOffset>> WatchedSink::LoadPositions(
    std::string_view consumer_group) {
  bool reopened = false;
  const absl::Status status = Follow(reopened);
  if (!status.ok()) return status;
  return sink_->LoadPositions(consumer_group);
}

absl::Status WatchedSink::Follow(bool& reopened) {
  const Place place = sink_ == nullptr ? Place::kReplaced : sink_->LookAtFile();
  switch (place) {
    case Place::kSame:
      return absl::OkStatus();
    case Place::kGone:
      return About(
          "No file is at the database's path, put it back or suspend the view",
          path_);
    case Place::kMixed:
      // SQLite would play the journal into the other file.
      return About(
          "Database file was replaced, but the -wal or -shm file of the former "
          "one is still beside it, remove both",
          path_);
    case Place::kReplaced:
      break;
  }
  reopened = true;
  return Reopen();
}

absl::Status WatchedSink::Reopen() {
  // Closed first: two connections of a process must not share files by name.
  sink_ = nullptr;
  auto sink = open_();
  if (!sink.ok()) return sink.status();
  const SinkTraits traits = (*sink)->traits();
  if ((*sink)->schema() != schema_ ||
      traits.replaces_by_id != traits_.replaces_by_id) {
    return absl::FailedPreconditionError(
        "Database file was replaced, and the table has other columns or "
        "another key: '" +
        path_ + "'");
  }
  sink_ = *std::move(sink);
  return absl::OkStatus();
}

}  // namespace rowfall::sqlite
