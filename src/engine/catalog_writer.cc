// SPDX-License-Identifier: Apache-2.0
// Bringing definitions and notes together.
#include "engine/catalog_writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/crash_point.h"
#include "base/host_call.h"

namespace rowfall::engine {
namespace {

const ViewDefinition* Find(const CatalogState& state, std::string_view name) {
  const auto found = std::find_if(
      state.views.begin(), state.views.end(),
      [name](const ViewDefinition& view) { return view.name == name; });
  return found == state.views.end() ? nullptr : &*found;
}

}  // namespace

void CatalogWriter::Begin(CatalogState state) {
  const std::lock_guard<std::timed_mutex> lock(mutex_);
  state_ = std::move(state);
}

absl::Status CatalogWriter::Store(CatalogState definitions) {
  const std::lock_guard<std::timed_mutex> lock(mutex_);
  for (ViewDefinition& view : definitions.views) {
    const ViewDefinition* before = Find(state_, view.name);
    const bool goes_on =
        before != nullptr && !before->suspended && !view.suspended;
    view.crash = goes_on ? before->crash : CrashNote();
  }
  absl::Status status = Write(definitions);
  if (status.ok()) state_ = std::move(definitions);
  return status;
}

absl::Status CatalogWriter::Note(
    const std::function<bool(ViewDefinition&)>& change,
    absl::Duration timeout) {
  // Waiting for ever is not what the clock can count.
  const auto wait = absl::ToChronoMilliseconds(
      std::clamp(timeout, absl::ZeroDuration(), absl::Hours(24 * 365)));
  const std::unique_lock<std::timed_mutex> lock(mutex_, wait);
  if (!lock.owns_lock()) {
    return absl::DeadlineExceededError("The catalog does not answer");
  }
  if (closed_.load()) return absl::OkStatus();
  bool changed = false;
  for (ViewDefinition& view : state_.views) {
    if (!view.suspended) changed |= change(view);
  }
  if (!changed) return absl::OkStatus();
  ROWFALL_CRASH_POINT(noting);
  absl::Status status = Write(state_);
  ROWFALL_CRASH_POINT(noted);
  return status;
}

CrashNote CatalogWriter::NoteOf(std::string_view view) const {
  const std::lock_guard<std::timed_mutex> lock(mutex_);
  const ViewDefinition* found = Find(state_, view);
  return found == nullptr ? CrashNote() : found->crash;
}

void CatalogWriter::Close() { closed_.store(true); }

absl::Status CatalogWriter::Write(const CatalogState& state) {
  return base::CallHost("The catalog", [&] {
    const std::shared_ptr<Catalog> catalog = catalog_.lock();
    // Of a worker that outlived its engine.
    if (catalog == nullptr) return absl::CancelledError("The engine has ended");
    return catalog->Store(state);
  });
}

}  // namespace rowfall::engine
