// SPDX-License-Identifier: Apache-2.0
// Files that are replaced as a whole, durably, or not at all.
#ifndef ROWFALL_CATALOG_DURABLE_FILE_H_
#define ROWFALL_CATALOG_DURABLE_FILE_H_

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rowfall::catalog {

// The calls of the system that can fail while a file is replaced, so that
// tests can let them. Each is the one of its name, with errno.
class FileOps {
 public:
  virtual ~FileOps() = default;
  virtual int Open(const char* path, int flags, mode_t mode);
  virtual ssize_t Write(int fd, const void* bytes, size_t size);
  virtual int Fsync(int fd);
  virtual int Close(int fd);
  virtual int Rename(const char* from, const char* to);
  virtual int Unlink(const char* path);
};

// Returns the content of a regular file, nothing where there is none.
// Errors: FailedPrecondition: a symbolic link, no regular file, more than one
// name, or another user's. ResourceExhausted: more than `max_bytes`.
// PermissionDenied. Unavailable: reading failed.
absl::StatusOr<std::optional<std::string>> ReadRegularFile(
    const std::string& path, size_t max_bytes);

// Puts a file of mode 0600 with `bytes` in the place of `path`: written beside
// it as PATH.new, synced, renamed, its folder synced. On an error `path` is as
// it was, except where only the last step, syncing the folder, failed.
// Errors: as absl code of errno, see ErrnoStatus().
absl::Status ReplaceFile(FileOps& ops, const std::string& path,
                         std::string_view bytes);

// The folder of `path`, "." where it names none.
std::string FolderOf(const std::string& path);

// Returns `what`, the system's text for `error` and the path as a status:
// PermissionDenied, NotFound, ResourceExhausted (no space), FailedPrecondition
// (a symbolic link), InvalidArgument (the name), otherwise Unavailable.
absl::Status ErrnoStatus(int error, std::string_view what,
                         const std::string& path);

}  // namespace rowfall::catalog

#endif  // ROWFALL_CATALOG_DURABLE_FILE_H_
