// SPDX-License-Identifier: Apache-2.0
// Which files a connection has open, and whether its path still leads to them.
#ifndef ROWFALL_STORAGE_SQLITE_DATABASE_FILE_H_
#define ROWFALL_STORAGE_SQLITE_DATABASE_FILE_H_

#include <sqlite3.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rowfall::sqlite {

// A file that was deleted, moved or replaced lives on for who has it open:
// what is written to it then is seen by nobody. SQLite itself notices only
// where it keeps a rollback journal.
class DatabaseFile {
 public:
  enum class Place : uint8_t {
    kSame,      // The path leads to what is open.
    kGone,      // It leads to nothing.
    kReplaced,  // It leads to another file, or the journal is another one.
    kMixed,     // To another file, beside which the open one's journal lies.
  };

  // Remembers what `database` has open, which has read from it. Links on the
  // way are followed. Empty where the path is another file by now.
  static std::optional<DatabaseFile> Of(sqlite3* database,
                                        const std::string& path);

  // Costs a stat() for each of four files.
  Place Look() const;

 private:
  struct Id {
    dev_t device;
    ino_t inode;
    bool operator==(const Id&) const = default;
  };
  struct Journal {
    std::string path;
    Id id;
    bool IsThere() const { return IdOf(path) == id; }
  };
  static std::optional<Id> IdOf(const std::string& path);

  std::string path_;
  std::string name_;  // As SQLite calls it, without links; beside it journals.
  Id id_{};
  std::vector<Journal> journals_;  // The WAL and the index of that.
};

}  // namespace rowfall::sqlite

#endif  // ROWFALL_STORAGE_SQLITE_DATABASE_FILE_H_
