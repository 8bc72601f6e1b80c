// SPDX-License-Identifier: Apache-2.0
// Which files a connection has open, and whether its path still leads to them.
#include "storage/sqlite/database_file.h"

#include <sys/stat.h>

#include <algorithm>

namespace rowfall::sqlite {

std::optional<DatabaseFile> DatabaseFile::Of(sqlite3* database,
                                             const std::string& path) {
  DatabaseFile file;
  const char* name = sqlite3_db_filename(database, "main");
  file.name_ = name == nullptr ? path : name;
  const auto id = IdOf(file.name_);
  if (!id.has_value()) return std::nullopt;
  file.id_ = *id;
  // A URI is no path.
  file.path_ = path.starts_with("file:") ? file.name_ : path;
  for (const char* suffix : {"-wal", "-shm"}) {
    const std::string journal = file.name_ + suffix;
    if (const auto found = IdOf(journal)) {
      file.journals_.push_back({journal, *found});
    }
  }
  // Somebody may have been quicker than the look at the path.
  int moved = 0;
  sqlite3_file_control(database, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  if (moved != 0 || IdOf(file.path_) != id) return std::nullopt;
  return file;
}

DatabaseFile::Place DatabaseFile::Look() const {
  const auto at_path = IdOf(path_);
  if (!at_path.has_value()) return Place::kGone;
  const auto at_name = IdOf(name_);
  const auto is_there = [](const Journal& journal) {
    return journal.IsThere();
  };
  if (at_name != id_) {
    const bool mixed =
        at_name.has_value() &&
        std::any_of(journals_.begin(), journals_.end(), is_there);
    return mixed ? Place::kMixed : Place::kReplaced;
  }
  const bool same = at_path == id_ &&
                    std::all_of(journals_.begin(), journals_.end(), is_there);
  return same ? Place::kSame : Place::kReplaced;
}

std::optional<DatabaseFile::Id> DatabaseFile::IdOf(const std::string& path) {
  struct stat found;
  if (stat(path.c_str(), &found) != 0) return std::nullopt;
  return Id{found.st_dev, found.st_ino};
}

}  // namespace rowfall::sqlite
