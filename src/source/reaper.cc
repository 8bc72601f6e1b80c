// SPDX-License-Identifier: Apache-2.0
// Ends what may hang for ever, in a thread that can be left behind.
#include "source/reaper.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "base/thread.h"

namespace rowfall::source {
namespace {

// Threads left behind belong to the process, so does their number.
std::atomic<int64_t> num_abandoned{0};

struct Task {
  std::function<void()> work;
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  bool abandoned = false;
};

void Run(const std::shared_ptr<Task>& task) {
  task->work();
  task->work = nullptr;  // Frees what it holds before the wait ends.
  std::lock_guard lock(task->mutex);
  task->done = true;
  if (task->abandoned) --num_abandoned;
  task->changed.notify_all();
}

}  // namespace

bool RunAbandonably(std::function<void()> work, absl::Duration timeout) {
  auto task = std::make_shared<Task>();
  task->work = std::move(work);
  try {
    base::Thread([task] { Run(task); }).detach();
  } catch (...) {
    ++num_abandoned;
    // Destroying `work` could run what must not run here.
    new std::shared_ptr<Task>(std::move(task));
    return false;
  }
  std::unique_lock lock(task->mutex);
  // The clocks of the system cannot count an infinite time.
  task->changed.wait_for(
      lock, absl::ToChronoNanoseconds(std::min(timeout, absl::Hours(24 * 365))),
      [&] { return task->done; });
  if (task->done) return true;
  task->abandoned = true;
  ++num_abandoned;
  return false;
}

int64_t NumAbandoned() { return num_abandoned; }

}  // namespace rowfall::source
