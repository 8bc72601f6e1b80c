// SPDX-License-Identifier: Apache-2.0
// The points of rowfall's code and of SQLite's files at which a host ends.
#include "tests/fault/crash/crash_points.h"

#include <signal.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace rowfall {
namespace {

// ROWFALL_CRASH_AT=name:n ends the process at the n-th passing of a point,
// ROWFALL_CRASH_AT=name:n:stop stops it there until somebody lets it go on.
struct Order {
  std::string name;
  int passing = 0;
  int signal = SIGKILL;
};

Order ReadOrder() {
  Order order;
  const char* text = std::getenv("ROWFALL_CRASH_AT");
  if (text == nullptr) return order;
  order.name = text;
  const size_t colon = order.name.find(':');
  if (colon == order.name.npos) std::abort();
  const std::string rest = order.name.substr(colon + 1);
  order.name.resize(colon);
  order.passing = std::atoi(rest.c_str());
  if (rest.ends_with(":stop")) order.signal = SIGSTOP;
  return order;
}

int PassCommit(void*) {
  ROWFALL_CRASH_POINT(sqlite_committing);
  return 0;
}

int WatchConnection(sqlite3* database, char**, const sqlite3_api_routines*) {
  sqlite3_commit_hook(database, PassCommit, nullptr);
  return SQLITE_OK;
}

const sqlite3_io_methods* file_methods = nullptr;  // SQLite's own, of a WAL.
sqlite3_io_methods wal_methods;                    // With points in them.
sqlite3_vfs* system_files = nullptr;

int WriteWal(sqlite3_file* file, const void* bytes, int size,
             sqlite3_int64 offset) {
  ROWFALL_CRASH_POINT(sqlite_wal_write);
  return file_methods->xWrite(file, bytes, size, offset);
}

int SyncWal(sqlite3_file* file, int flags) {
  ROWFALL_CRASH_POINT(sqlite_wal_sync);
  const int code = file_methods->xSync(file, flags);
  ROWFALL_CRASH_POINT(sqlite_wal_synced);
  return code;
}

int OpenFile(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags,
             int* out_flags) {
  const int code =
      system_files->xOpen(system_files, path, file, flags, out_flags);
  if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
  static const bool made [[maybe_unused]] = [file] {
    file_methods = file->pMethods;
    wal_methods = *file_methods;
    wal_methods.xWrite = WriteWal;
    wal_methods.xSync = SyncWal;
    return true;
  }();
  file->pMethods = &wal_methods;
  return code;
}

}  // namespace

namespace base {

void PassCrashPoint(std::string_view name) {
  static const Order order = ReadOrder();
  static std::atomic<int> passings{0};
  if (name == order.name && ++passings == order.passing) raise(order.signal);
}

}  // namespace base

namespace fault {

void AddSqliteCrashPoints() {
  system_files = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs files = *system_files;
  files.zName = "with_crash_points";
  files.xOpen = OpenFile;
  sqlite3_vfs_register(&files, 1);
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(WatchConnection));
}

}  // namespace fault
}  // namespace rowfall
