// SPDX-License-Identifier: Apache-2.0
// Stores definitions and notes of crashes in one catalog, one at a time.
#ifndef ROWFALL_ENGINE_CATALOG_WRITER_H_
#define ROWFALL_ENGINE_CATALOG_WRITER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rowfall/catalog.h"

namespace rowfall::engine {

// Definitions come from statements, notes from workers. Does not keep the
// catalog alive, so that a worker that was left behind does not keep it locked.
// Thread-safe.
class CatalogWriter {
 public:
  explicit CatalogWriter(std::weak_ptr<Catalog> catalog)
      : catalog_(std::move(catalog)) {}

  // Begins with what was loaded.
  void Begin(CatalogState state);

  // Stores definitions; their notes are those that were made before, none for
  // views that are or were suspended.
  absl::Status Store(CatalogState definitions);

  // Changes the notes of views that are not suspended by `change`, which
  // returns whether it did; stores where it did for one of them. An error
  // changes nothing back: the next call stores what this one could not.
  // Errors: those of the catalog. DeadlineExceeded: another call hangs.
  absl::Status Note(const std::function<bool(ViewDefinition&)>& change,
                    absl::Duration timeout = absl::InfiniteDuration());

  // The note of a view, empty where there is none.
  CrashNote NoteOf(std::string_view view) const;

  // Ends notes: what workers that were left behind find out counts no more.
  void Close();

 private:
  absl::Status Write(const CatalogState& state);

  const std::weak_ptr<Catalog> catalog_;
  mutable std::timed_mutex mutex_;
  CatalogState state_;  // Guarded by mutex_.
  std::atomic<bool> closed_{false};
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_CATALOG_WRITER_H_
