// SPDX-License-Identifier: Apache-2.0
// A file of records, each of them whole or not there at all.
#include "examples/exactly_once/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace rowfall::examples {
namespace {

// Before each record: its length and its checksum.
struct Head {
  uint64_t size;
  uint64_t checksum;
};

uint64_t Checksum(std::string_view bytes) {  // FNV-1a
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

absl::Status FileError(const char* what) {
  return absl::UnavailableError(std::string(what) + ": " +
                                std::strerror(errno));
}

bool WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

bool ReadAll(int file, std::string& bytes) {
  char buffer[1 << 16];
  while (true) {
    const ssize_t count = read(file, buffer, sizeof(buffer));
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.append(buffer, static_cast<size_t>(count));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(
    const std::string& path, IfAbsent if_absent,
    const std::function<void(std::string_view record)>& replay) {
  const int create = if_absent == IfAbsent::kMake ? O_CREAT : 0;
  const int file =
      open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | create, 0600);
  if (file < 0) return FileError("Cannot open the journal");
  std::unique_ptr<Journal> journal(new Journal(path, file));
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    return FileError("Another process has the journal");
  }
  const absl::Status status = journal->Replay(replay);
  if (!status.ok()) return status;
  return journal;
}

Journal::~Journal() { close(file_); }

absl::Status Journal::Replay(
    const std::function<void(std::string_view)>& replay) {
  std::string bytes;
  if (!ReadAll(file_, bytes)) return FileError("Cannot read the journal");
  size_t end = 0;  // Of the last whole record.
  while (bytes.size() - end >= sizeof(Head)) {
    Head head;
    std::memcpy(&head, bytes.data() + end, sizeof(head));
    if (head.size > bytes.size() - end - sizeof(head)) break;
    const std::string_view record(bytes.data() + end + sizeof(head), head.size);
    if (Checksum(record) != head.checksum) break;
    replay(record);
    end += sizeof(head) + head.size;
  }
  // What follows never became durable, so nobody was told that it is there.
  // It must go before something is appended behind it.
  if (end == bytes.size()) return absl::OkStatus();
  if (ftruncate(file_, static_cast<off_t>(end)) != 0 || fsync(file_) != 0) {
    return FileError("Cannot cut the journal");
  }
  return absl::OkStatus();
}

absl::Status Journal::Append(std::string_view record) {
  const Head head{record.size(), Checksum(record)};
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof(head));
  bytes += record;
  // After an fsync() that failed nobody knows what is on the disk; a second
  // one may well succeed and say nothing about it.
  if (!WriteAll(file_, bytes) || fsync(file_) != 0) {
    return FileError("Cannot append to the journal");
  }
  if (!IsAtItsPath()) {
    return absl::UnavailableError("The journal was moved or deleted: '" +
                                  path_ + "'");
  }
  return absl::OkStatus();
}

bool Journal::IsAtItsPath() const {
  struct stat opened;
  struct stat found;
  return fstat(file_, &opened) == 0 && stat(path_.c_str(), &found) == 0 &&
         opened.st_dev == found.st_dev && opened.st_ino == found.st_ino;
}

}  // namespace rowfall::examples
