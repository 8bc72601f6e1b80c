// SPDX-License-Identifier: Apache-2.0
// Whether the process may have more threads.
#include "source/thread_check.h"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "base/text.h"

namespace rowfall::source {
namespace {

// Threads that do nothing until all of them end; with stacks of the default
// size, as those of librdkafka.
class IdleThreads {
 public:
  ~IdleThreads() {
    {
      const std::lock_guard lock(mutex_);
      end_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void Add() {
    threads_.emplace_back([this] {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return end_; });
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool end_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

absl::Status CheckThreads(int count) {
  IdleThreads threads;
  try {
    for (int i = 0; i < count; ++i) threads.Add();
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        base::Cat(count, " more threads cannot be made: ", error.what()));
  }
  return absl::OkStatus();
}

}  // namespace rowfall::source
