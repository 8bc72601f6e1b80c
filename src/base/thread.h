// SPDX-License-Identifier: Apache-2.0
// Threads of the library, with stacks of a size that is known.
#ifndef ROWFALL_BASE_THREAD_H_
#define ROWFALL_BASE_THREAD_H_

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <utility>

namespace rowfall::base {

// What a stack has at least, whatever the process's default is: 128 KB with
// musl. Most of it is for the host's tables, handlers and functions, which
// workers call; the deepest of our own is the mapper, with 130 KB for a message
// of 512 levels (map/row_reader.h).
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr size_t kMinStackBytes = 4u << 20;
#else
inline constexpr size_t kMinStackBytes = 1u << 20;
#endif

// As std::thread, which has no say in the size of its stack.
class Thread {
 public:
  Thread() noexcept = default;
  // Runs `work`, which must not throw.
  // Throws std::system_error where no thread can be made, std::bad_alloc.
  explicit Thread(std::function<void()> work);
  Thread(Thread&& other) noexcept { *this = std::move(other); }
  // REQUIRES: it is not joinable.
  Thread& operator=(Thread&& other) noexcept;
  // REQUIRES: it is not joinable.
  ~Thread();

  bool joinable() const { return joinable_; }
  // REQUIRES: it is joinable, and another thread than this one.
  void join();
  // Lets the thread go on alone. REQUIRES: it is joinable.
  void detach();

 private:
  bool joinable_ = false;
  pthread_t id_ = {};
};

}  // namespace rowfall::base

#endif  // ROWFALL_BASE_THREAD_H_
