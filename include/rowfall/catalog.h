// SPDX-License-Identifier: Apache-2.0
// Where definitions of sources and views survive a restart.
#ifndef ROWFALL_CATALOG_H_
#define ROWFALL_CATALOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rowfall/export.h"
#include "rowfall/message.h"

namespace rowfall {

/// A source as it was created.
struct SourceDefinition {
  std::string name;
  std::string sql;  ///< The CREATE SOURCE statement.
  friend bool operator==(const SourceDefinition&,
                         const SourceDefinition&) = default;
};

/// A message at which the process may have died.
struct CrashSuspect {
  TopicPartition partition;
  int64_t offset = 0;
  uint32_t deaths = 0;   ///< How often the process died at it.
  bool at_work = false;  ///< A process that dies now dies at it.
  friend bool operator==(const CrashSuspect&, const CrashSuspect&) = default;
};

/// What is known of deaths of the process while a view ran: see max_crashes.
struct CrashNote {
  /// How often the engine was opened with the view since it last got on.
  uint32_t starts = 0;
  std::vector<CrashSuspect> suspects;
  bool empty() const { return starts == 0 && suspects.empty(); }
  friend bool operator==(const CrashNote&, const CrashNote&) = default;
};

/// A view as it was created, and its state.
struct ViewDefinition {
  std::string name;
  std::string sql;  ///< The CREATE MATERIALIZED VIEW statement.
  std::string consumer_group;
  bool suspended = false;
  /// A catalog that does not keep it takes the guard of max_crashes away.
  CrashNote crash;
  friend bool operator==(const ViewDefinition&,
                         const ViewDefinition&) = default;
};

/// All definitions of an engine.
struct CatalogState {
  std::vector<SourceDefinition> sources;
  std::vector<ViewDefinition> views;
  friend bool operator==(const CatalogState&, const CatalogState&) = default;
};

/// Stores the definitions of one engine. Calls do not overlap; Store() comes
/// from the threads of workers, too, but never more often than some times a
/// run, except after the process died again and again (max_crashes).
/// An engine claims the object from Engine::Open() until it has stopped or is
/// gone: a second one would undo its definitions. What a catalog of the host
/// keeps them in, e.g. a database, the host guards itself, as FileCatalog does.
class ROWFALL_EXPORT Catalog {
 public:
  virtual ~Catalog() = default;
  /// Returns what was stored last; empty where nothing ever was.
  /// Errors: DataLoss: what is stored is damaged. It is left as it is.
  virtual absl::StatusOr<CatalogState> Load() = 0;
  /// Replaces all, or changes nothing. Durable when it returns OK. A statement
  /// whose Store() fails has failed and leaves nothing behind.
  virtual absl::Status Store(const CatalogState& state) = 0;
};

/// Keeps the definitions as long as the object lives.
class ROWFALL_EXPORT MemoryCatalog : public Catalog {
 public:
  absl::StatusOr<CatalogState> Load() override;
  absl::Status Store(const CatalogState& state) override;

 private:
  CatalogState state_;
};

/// Keeps the definitions in a file of mode 0600: checksummed, replaced
/// atomically, synced to the disk with its folder, locked against a second
/// engine while open, the version before kept as FILE.previous.
class ROWFALL_EXPORT FileCatalog : public Catalog {
 public:
  /// Opens the file, which the first Store() makes, and locks it.
  /// Errors: FailedPrecondition: another engine has it open, or the path is a
  /// symbolic link or no regular file. NotFound: the folder does not exist.
  /// PermissionDenied.
  static absl::StatusOr<std::unique_ptr<FileCatalog>> Open(std::string path);
  ~FileCatalog() override;
  FileCatalog(const FileCatalog&) = delete;
  FileCatalog& operator=(const FileCatalog&) = delete;

  absl::StatusOr<CatalogState> Load() override;
  absl::Status Store(const CatalogState& state) override;

 private:
  FileCatalog(std::string path, int lock_fd);
  static absl::StatusOr<std::unique_ptr<FileCatalog>> OpenFile(
      std::string path);

  std::string path_;
  int lock_fd_;
};

}  // namespace rowfall

#endif  // ROWFALL_CATALOG_H_
