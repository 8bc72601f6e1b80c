// SPDX-License-Identifier: Apache-2.0
// Files that are replaced as a whole, durably, or not at all.
#include "catalog/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/crash_point.h"
#include "base/guard.h"
#include "base/status.h"
#include "base/text.h"

namespace rowfall::catalog {

int FileOps::Open(const char* path, int flags, mode_t mode) {
  ROWFALL_CRASH_POINT(catalog_step);
  return ::open(path, flags, mode);
}
ssize_t FileOps::Write(int fd, const void* bytes, size_t size) {
  ROWFALL_CRASH_POINT(catalog_step);
  return ::write(fd, bytes, size);
}
int FileOps::Fsync(int fd) {
  ROWFALL_CRASH_POINT(catalog_step);
  return ::fsync(fd);
}
int FileOps::Close(int fd) {
  ROWFALL_CRASH_POINT(catalog_step);
  return ::close(fd);
}
int FileOps::Rename(const char* from, const char* to) {
  ROWFALL_CRASH_POINT(catalog_step);
  return std::rename(from, to);
}
int FileOps::Unlink(const char* path) {
  ROWFALL_CRASH_POINT(catalog_step);
  return ::unlink(path);
}

namespace {

absl::StatusCode CodeOf(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::StatusCode::kResourceExhausted;
    case ELOOP:
      return absl::StatusCode::kFailedPrecondition;
    case EINVAL:
    case ENAMETOOLONG:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

absl::Status Refused(std::string_view why, const std::string& path) {
  return absl::FailedPreconditionError(
      base::ToAbsl(base::Cat(why, ": ", base::Quote(path, 1000))));
}

// Closes a file descriptor.
class FdCloser {
 public:
  explicit FdCloser(int fd) : fd_(fd) {}
  ~FdCloser() { ::close(fd_); }
  FdCloser(const FdCloser&) = delete;
  FdCloser& operator=(const FdCloser&) = delete;

 private:
  const int fd_;
};

absl::Status CheckRegular(int fd, const std::string& path) {
  struct stat info;
  if (::fstat(fd, &info) != 0) {
    return ErrnoStatus(errno, "Cannot look at file", path);
  }
  if (!S_ISREG(info.st_mode)) return Refused("Not a regular file", path);
  if (info.st_nlink > 1) return Refused("File has several names", path);
  if (info.st_uid != ::geteuid() && ::geteuid() != 0) {
    return Refused("File belongs to another user", path);
  }
  return absl::OkStatus();
}

absl::Status ReadAll(int fd, const std::string& path, size_t max_bytes,
                     std::string& bytes) {
  // On the stack it would take the whole of what a host's thread may have.
  std::string chunk(1 << 16, '\0');
  while (true) {
    const ssize_t size = ::read(fd, chunk.data(), chunk.size());
    if (size == 0) return absl::OkStatus();
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return ErrnoStatus(errno, "Cannot read file", path);
    bytes.append(chunk, 0, static_cast<size_t>(size));
    if (bytes.size() > max_bytes) {
      return absl::ResourceExhaustedError(
          base::ToAbsl(base::Cat("File is larger than ", max_bytes,
                                 " bytes: ", base::Quote(path, 1000))));
    }
  }
}

absl::Status WriteAll(FileOps& ops, int fd, const std::string& path,
                      std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ops.Write(fd, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return ErrnoStatus(errno, "Cannot write file", path);
    bytes.remove_prefix(static_cast<size_t>(size));
  }
  // After an error of fsync nothing is known of the pages; the file is thrown
  // away and the next attempt writes all of it again.
  if (ops.Fsync(fd) != 0) return ErrnoStatus(errno, "Cannot sync file", path);
  return absl::OkStatus();
}

absl::Status WriteNew(FileOps& ops, const std::string& path,
                      std::string_view bytes) {
  if (ops.Unlink(path.c_str()) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, "Cannot remove file", path);
  }
  const int fd = ops.Open(
      path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return ErrnoStatus(errno, "Cannot make file", path);
  absl::Status status =
      base::Guarded([&] { return WriteAll(ops, fd, path, bytes); });
  if (ops.Close(fd) != 0) {
    status.Update(ErrnoStatus(errno, "Cannot close file", path));
  }
  return status;
}

absl::Status SyncFolder(FileOps& ops, const std::string& folder) {
  const int fd =
      ops.Open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return ErrnoStatus(errno, "Cannot open folder", folder);
  const int result = ops.Fsync(fd);
  const int error = errno;
  ops.Close(fd);
  if (result == 0) return absl::OkStatus();
  return ErrnoStatus(error, "Cannot sync folder", folder);
}

}  // namespace

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status ErrnoStatus(int error, std::string_view what,
                         const std::string& path) {
  const std::string text =
      base::Cat(what, ", ", std::generic_category().message(error), ": ",
                base::Quote(path, 1000));
  return absl::Status(CodeOf(error), base::ToAbsl(text));
}

absl::StatusOr<std::optional<std::string>> ReadRegularFile(
    const std::string& path, size_t max_bytes) {
  // Without O_NONBLOCK opening a pipe would wait for its other end.
  const int fd =
      ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::nullopt;
  if (fd < 0 && errno == ELOOP) return Refused("Symbolic link", path);
  if (fd < 0 && errno == ENXIO) return Refused("Not a regular file", path);
  if (fd < 0) return ErrnoStatus(errno, "Cannot open file", path);
  const FdCloser closer(fd);
  ROWFALL_RETURN_IF_ERROR(CheckRegular(fd, path));
  std::string bytes;
  ROWFALL_RETURN_IF_ERROR(ReadAll(fd, path, max_bytes, bytes));
  return bytes;
}

absl::Status ReplaceFile(FileOps& ops, const std::string& path,
                         std::string_view bytes) {
  const std::string new_path = path + ".new";
  // Asks for memory now: none may be wanted behind the rename.
  const std::string folder = FolderOf(path);
  absl::Status status = WriteNew(ops, new_path, bytes);
  if (status.ok() && ops.Rename(new_path.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, "Cannot rename file", new_path);
  }
  if (!status.ok()) {
    (void)ops.Unlink(new_path.c_str());
    return status;
  }
  return SyncFolder(ops, folder);
}

}  // namespace rowfall::catalog
