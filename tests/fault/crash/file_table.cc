// SPDX-License-Identifier: Apache-2.0
// A table that is a file: each batch is appended and synced.
#include "tests/fault/crash/file_table.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "tests/fault/crash/crash_points.h"

namespace rowfall::fault {
namespace {

// Refuses nothing, keeps no positions: at least once.
class FileSink : public Sink {
 public:
  FileSink(std::shared_ptr<LineFile> file, absl::Duration delay)
      : file_(std::move(file)), delay_(delay) {}

  const Schema& schema() const override { return schema_; }

  absl::Status Write(const Batch& rows, const WriteContext&,
                     std::vector<RefusedRow>&) override {
    absl::SleepFor(delay_);
    const auto parts = rows.FindColumn("part")->bigints();
    const auto seqs = rows.FindColumn("seq")->bigints();
    const size_t half = rows.num_rows() / 2;
    absl::Status status = AppendRows(parts, seqs, 0, half);
    ROWFALL_CRASH_POINT(file_half);
    status.Update(AppendRows(parts, seqs, half, rows.num_rows()));
    ROWFALL_CRASH_POINT(file_appended);
    status.Update(file_->Sync());
    return status;
  }

 private:
  absl::Status AppendRows(std::span<const int64_t> parts,
                          std::span<const int64_t> seqs, size_t begin,
                          size_t end) {
    std::string lines;
    for (size_t row = begin; row < end; ++row) {
      lines +=
          std::to_string(parts[row]) + " " + std::to_string(seqs[row]) + "\n";
    }
    return file_->Append(lines);
  }

  const Schema schema_{
      {{"id", Type::kBigint}, {"part", Type::kBigint}, {"seq", Type::kBigint}}};
  const std::shared_ptr<LineFile> file_;
  const absl::Duration delay_;
};

class FileTables : public TableProvider {
 public:
  FileTables(std::shared_ptr<LineFile> file, absl::Duration delay)
      : file_(std::move(file)), delay_(delay) {}

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(std::string_view) override {
    return std::make_shared<FileSink>(file_, delay_);
  }

 private:
  const std::shared_ptr<LineFile> file_;
  const absl::Duration delay_;
};

class FileRejects : public RejectHandler {
 public:
  explicit FileRejects(const std::string& path) : file_(path) {}

  absl::Status OnReject(const Reject& reject) override {
    absl::Status status =
        file_.Append(std::to_string(reject.message.partition) + " " +
                     std::to_string(reject.message.offset) + "\n");
    ROWFALL_CRASH_POINT(reject_appended);
    status.Update(file_.Sync());
    return status;
  }

 private:
  LineFile file_;
};

}  // namespace

LineFile::LineFile(const std::string& path)
    : fd_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (fd_ < 0) std::abort();
}

LineFile::~LineFile() { close(fd_); }

absl::Status LineFile::Append(std::string_view lines) {
  const ssize_t size = write(fd_, lines.data(), lines.size());
  if (size == static_cast<ssize_t>(lines.size())) return absl::OkStatus();
  if (size > 0 && ftruncate(fd_, lseek(fd_, 0, SEEK_END) - size) != 0) {
    std::abort();
  }
  return absl::UnavailableError("Cannot write the file");
}

absl::Status LineFile::Sync() {
  if (fsync(fd_) == 0) return absl::OkStatus();
  return absl::UnavailableError("Cannot sync the file");
}

std::shared_ptr<TableProvider> MakeFileTables(std::shared_ptr<LineFile> file,
                                              absl::Duration delay) {
  return std::make_shared<FileTables>(std::move(file), delay);
}

std::shared_ptr<RejectHandler> MakeFileRejects(const std::string& path) {
  return std::make_shared<FileRejects>(path);
}

}  // namespace rowfall::fault
