// SPDX-License-Identifier: Apache-2.0
// The catalog of a process, in memory or in a file; it survives the process.
#include "tests/sim/simulated_catalog.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "catalog/file_catalog.h"

namespace rowfall::tests {
namespace {

// The system's calls of a process that may die in each of them. Nothing is
// synced: the machine lives on, and the disk would only cost time.
class MortalFiles : public catalog::FileOps {
 public:
  explicit MortalFiles(Life& life) : life_(life) {}
  int Open(const char* path, int flags, mode_t mode) override {
    return Do([&] { return FileOps::Open(path, flags, mode); });
  }
  ssize_t Write(int fd, const void* bytes, size_t size) override {
    return Do([&] { return FileOps::Write(fd, bytes, size); });
  }
  int Fsync(int) override {
    return Do([] { return 0; });
  }
  // The system closes what a dead process had open.
  int Close(int fd) override { return FileOps::Close(fd); }
  int Rename(const char* from, const char* to) override {
    return Do([&] { return FileOps::Rename(from, to); });
  }
  int Unlink(const char* path) override {
    return Do([&] { return FileOps::Unlink(path); });
  }

 private:
  template <typename Call>
  auto Do(Call call) -> decltype(call()) {
    const Fate fate = life_.Enter();
    if (fate == Fate::kLives) return call();
    if (fate == Fate::kDiesAfter) (void)call();
    errno = EIO;
    return -1;
  }

  Life& life_;
};

std::string MakeFolder() {
  std::string name =
      (std::filesystem::temp_directory_path() / "rowfall_sim_XXXXXX").string();
  return mkdtemp(name.data()) == nullptr ? std::string() : name;
}

}  // namespace

SimulatedCatalog::SimulatedCatalog(CatalogKind kind)
    : folder_(kind == CatalogKind::kFile ? MakeFolder() : std::string()) {
  if (kind == CatalogKind::kFile && folder_.empty()) {
    problem_ = "No folder could be made for the catalog";
  }
}

SimulatedCatalog::~SimulatedCatalog() {
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

absl::StatusOr<CatalogState> SimulatedCatalog::Load() {
  auto state =
      folder_.empty() ? memory_.Load() : catalog::LoadCatalogFile(path());
  if (!state.ok()) {
    problem_ = "The catalog cannot be loaded";
    return state;
  }
  if (*state != before_ && *state != attempted_) {
    problem_ = "The catalog is neither as it was nor as it was to be";
  }
  before_ = *state;
  attempted_.reset();
  return state;
}

absl::Status SimulatedCatalog::Store(Life& life, const CatalogState& state) {
  absl::Status status;
  if (folder_.empty()) {
    const Fate fate = life.Enter();
    if (fate == Fate::kDead) return DeadStatus();
    status = memory_.Store(state);
    if (fate == Fate::kDiesAfter) status = DeadStatus();
  } else {
    if (life.dead()) return DeadStatus();
    MortalFiles files(life);
    status = catalog::StoreCatalogFile(files, path(), state);
    // The name of the folder is another one each time.
    if (!status.ok()) {
      status = absl::Status(status.code(), "The catalog file cannot be stored");
    }
  }
  attempted_.reset();
  if (status.ok()) {
    before_ = state;
  } else if (life.dead()) {
    attempted_ = state;
  }
  return status;
}

}  // namespace rowfall::tests
