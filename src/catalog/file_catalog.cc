// SPDX-License-Identifier: Apache-2.0
// The catalog in a file: locked, checked, replaced atomically.
#include "catalog/file_catalog.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "base/guard.h"
#include "base/status.h"
#include "base/text.h"
#include "catalog/catalog_format.h"

namespace rowfall {
namespace catalog {
namespace {

std::string PreviousOf(const std::string& path) { return path + ".previous"; }

absl::Status WithPath(const absl::Status& status, std::string_view what,
                      const std::string& path) {
  return absl::Status(status.code(), base::ToAbsl(base::Cat(
                                         what, base::FromAbsl(status.message()),
                                         ": ", base::Quote(path, 1000))));
}

// Whether the version before can be loaded in place of the damaged one.
bool HasGoodPrevious(const std::string& path) {
  const auto bytes = ReadRegularFile(PreviousOf(path), kMaxCatalogBytes);
  return bytes.ok() && bytes->has_value() && DecodeCatalog(**bytes).ok();
}

std::string Advice(const std::string& path) {
  if (!HasGoodPrevious(path)) return "";
  return base::Cat(", the version before it is whole: ",
                   base::Quote(PreviousOf(path), 1000));
}

absl::StatusOr<CatalogState> Decode(const std::string& bytes,
                                    const std::string& path) {
  auto state = DecodeCatalog(bytes);
  if (state.ok()) return state;
  if (!absl::IsDataLoss(state.status())) {
    return WithPath(state.status(), "", path);
  }
  const absl::Status status =
      WithPath(state.status(), "Catalog file is damaged, ", path);
  return absl::DataLossError(
      base::ToAbsl(base::Cat(base::FromAbsl(status.message()), Advice(path))));
}

// Undoes a Store() whose last step failed, so that it changed nothing.
void Restore(FileOps& ops, const std::string& path,
             const std::optional<std::string>& old_bytes) {
  const auto bytes = ReadRegularFile(path, kMaxCatalogBytes);
  if (!bytes.ok() || *bytes == old_bytes) return;
  if (old_bytes.has_value()) {
    (void)ReplaceFile(ops, path, *old_bytes);
  } else {
    (void)ops.Unlink(path.c_str());
  }
}

}  // namespace

absl::StatusOr<CatalogState> LoadCatalogFile(const std::string& path) {
  ROWFALL_ASSIGN_OR_RETURN(const auto bytes,
                           ReadRegularFile(path, kMaxCatalogBytes));
  if (bytes.has_value()) return Decode(*bytes, path);
  if (!HasGoodPrevious(path)) return CatalogState();
  return absl::DataLossError(base::ToAbsl(base::Cat(
      "Catalog file is missing: ", base::Quote(path, 1000), Advice(path))));
}

absl::Status StoreCatalogFile(FileOps& ops, const std::string& path,
                              const CatalogState& state) {
  const std::string bytes = EncodeCatalog(state);
  if (bytes.size() > kMaxCatalogBytes) {
    return absl::ResourceExhaustedError(base::ToAbsl(base::Cat(
        "Catalog would be larger than ", kMaxCatalogBytes, " bytes")));
  }
  ROWFALL_ASSIGN_OR_RETURN(const auto old_bytes,
                           ReadRegularFile(path, kMaxCatalogBytes));
  if (old_bytes.has_value()) {
    ROWFALL_RETURN_IF_ERROR(Decode(*old_bytes, path).status());
    ROWFALL_RETURN_IF_ERROR(ReplaceFile(ops, PreviousOf(path), *old_bytes));
  }
  absl::Status status = ReplaceFile(ops, path, bytes);
  if (!status.ok()) Restore(ops, path, old_bytes);
  return status;
}

namespace {

// Anybody who may write to the folder may put another file in place.
absl::Status CheckFolder(const std::string& path) {
  const std::string folder = FolderOf(path);
  struct stat info;
  if (::stat(folder.c_str(), &info) != 0) {
    return ErrnoStatus(errno, "Cannot look at folder", folder);
  }
  if (!S_ISDIR(info.st_mode)) {
    return ErrnoStatus(ENOTDIR, "Cannot look at folder", folder);
  }
  if ((info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0) {
    return absl::FailedPreconditionError(base::ToAbsl(base::Cat(
        "Folder may be written by anybody: ", base::Quote(folder, 1000))));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Lock(const std::string& path) {
  const std::string lock_path = path + ".lock";
  const int fd =
      ::open(lock_path.c_str(),
             O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0) return ErrnoStatus(errno, "Cannot open lock file", lock_path);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  const int error = errno;
  ::close(fd);
  if (error != EWOULDBLOCK) {
    return ErrnoStatus(error, "Cannot lock file", lock_path);
  }
  return absl::FailedPreconditionError(base::ToAbsl(base::Cat(
      "Catalog is used by another engine: ", base::Quote(path, 1000))));
}

}  // namespace
}  // namespace catalog

FileCatalog::FileCatalog(std::string path, int lock_fd)
    : path_(std::move(path)), lock_fd_(lock_fd) {}

FileCatalog::~FileCatalog() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

absl::StatusOr<std::unique_ptr<FileCatalog>> FileCatalog::Open(
    std::string path) {
  return base::Guarded([&] { return OpenFile(std::move(path)); });
}

absl::StatusOr<std::unique_ptr<FileCatalog>> FileCatalog::OpenFile(
    std::string path) {
  if (path.empty() || path.back() == '/' ||
      path.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(base::ToAbsl(
        base::Cat("Not the name of a file: ", base::Quote(path, 1000))));
  }
  ROWFALL_RETURN_IF_ERROR(catalog::CheckFolder(path));
  ROWFALL_RETURN_IF_ERROR(
      catalog::ReadRegularFile(path, catalog::kMaxCatalogBytes).status());
  std::unique_ptr<FileCatalog> opened(new FileCatalog(std::move(path), -1));
  ROWFALL_ASSIGN_OR_RETURN(opened->lock_fd_, catalog::Lock(opened->path_));
  return opened;
}

absl::StatusOr<CatalogState> FileCatalog::Load() {
  return base::Guarded([&] { return catalog::LoadCatalogFile(path_); });
}

absl::Status FileCatalog::Store(const CatalogState& state) {
  return base::Guarded([&] {
    catalog::FileOps ops;
    return catalog::StoreCatalogFile(ops, path_, state);
  });
}

}  // namespace rowfall
