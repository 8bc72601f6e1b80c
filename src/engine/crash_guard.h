// SPDX-License-Identifier: Apache-2.0
// Finds the message at which the process dies again and again.
#ifndef ROWFALL_ENGINE_CRASH_GUARD_H_
#define ROWFALL_ENGINE_CRASH_GUARD_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/catalog_writer.h"
#include "engine/view_spec.h"
#include "rowfall/catalog.h"
#include "rowfall/message.h"

namespace rowfall::engine {

// A note at the start of a process: who was at work has died at it.
void CountStart(CrashNote& note);
// A note at the stop of a process, which says nothing against any message.
// Messages that were found out stay so. Returns whether the note has changed.
bool CountStop(CrashNote& note);

// Guards one run of a view. A run is *unproven* until each partition got on;
// starts of runs that stayed so are counted in the catalog. After
// `max_crashes` of them in a row the run is *careful*: the workers take one
// message at a time, of all of them, and note each before. A message at which
// the process died twice is given to the error policy.
//
// What kills comes soon, as the process died before it got on. So only the
// first NumSingles() messages of a worker are taken alone, and then batches
// that grow, which are noted as such. A process that dies at one of these was
// not careful for long enough: the next run is for 16 times as many. Errors of
// the catalog are logged and change nothing else. Shared by the workers;
// thread-safe.
class CrashGuard {
 public:
  // With the view's note in `catalog`, in which this start is counted.
  CrashGuard(std::shared_ptr<const ViewSpec> spec,
             std::shared_ptr<CatalogWriter> catalog);

  bool is_careful() const { return careful_.load(std::memory_order_relaxed); }
  // Whether there is anything in the note that progress would remove.
  bool is_unproven() const { return unproven_; }
  // Why the run is careful; empty where it is not.
  std::string Reason() const;

  // The worker is to process a message: notes it. False: another worker is at
  // work and was waited for in vain for a moment.
  bool Enter(int worker, const TopicPartition& partition, int64_t offset);
  // The same for several messages: none of them is to blame.
  bool EnterBatch(int worker);
  // How many messages a worker has to take alone.
  size_t NumSingles() const { return num_singles_; }
  // The attempt is over, the process alive. Without Enter() nothing happens.
  void Leave(int worker, bool settled);
  // How often the process died while just that message was processed.
  uint32_t DeathsAt(const TopicPartition& partition, int64_t offset) const;

  // The worker has partitions now, or has none and needs not show progress.
  void Assigned(int worker, bool any);
  // All partitions of the worker got on. When that holds for all workers the
  // note is removed and the run is as any other.
  void Proven(int worker);

 private:
  enum class Progress : uint8_t { kUnknown, kNothingToDo, kProven };

  // Waits until no other worker is at work. False: in vain.
  bool WaitForTurn(std::unique_lock<std::mutex>& lock, int worker);
  bool AllProven() const;
  // Makes the note durable as it is at that moment.
  void Store();

  const std::shared_ptr<const ViewSpec> spec_;
  const std::shared_ptr<CatalogWriter> catalog_;
  bool unproven_;
  size_t num_singles_ = 0;
  std::atomic<bool> careful_;
  mutable std::mutex mutex_;
  std::condition_variable left_;
  CrashNote note_;                  // Guarded by mutex_.
  int at_work_ = -1;                // The worker. Guarded by mutex_.
  bool batch_is_noted_ = false;     // As being at work. Guarded by mutex_.
  std::vector<Progress> progress_;  // By worker. Guarded by mutex_.
};

// From so many deaths at one message on it is rejected, or, where handing it
// over kills as well, stops the view.
inline constexpr uint32_t kDeathsToReject = 2;
inline constexpr uint32_t kDeathsToStop = 4;

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_CRASH_GUARD_H_
