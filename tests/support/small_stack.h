// SPDX-License-Identifier: Apache-2.0
// Runs work on a thread with a small stack, and tells how much of it was used.
#ifndef ROWFALL_TESTS_SUPPORT_SMALL_STACK_H_
#define ROWFALL_TESTS_SUPPORT_SMALL_STACK_H_

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

#include "gtest/gtest.h"

namespace rowfall::tests {

// What a thread of a host may have; sanitizers make frames several times as
// large.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr size_t kSmallStackBytes = 4 * 64 * 1024;
#else
inline constexpr size_t kSmallStackBytes = 64 * 1024;
#endif

#ifdef __GLIBC__
// Sets the stack that threads of the process have by default.
class DefaultStack {
 public:
  explicit DefaultStack(size_t bytes) {
    pthread_getattr_default_np(&former_);
    pthread_attr_t attributes;
    pthread_getattr_default_np(&attributes);
    pthread_attr_setstacksize(&attributes, bytes);
    EXPECT_EQ(pthread_setattr_default_np(&attributes), 0);
    pthread_attr_destroy(&attributes);
  }
  DefaultStack(const DefaultStack&) = delete;
  DefaultStack& operator=(const DefaultStack&) = delete;
  ~DefaultStack() {
    pthread_setattr_default_np(&former_);
    pthread_attr_destroy(&former_);
  }

 private:
  pthread_attr_t former_;
};
#endif

// Memory for a stack: painted, and behind pages that nobody may touch.
class PaintedStack {
 public:
  explicit PaintedStack(size_t bytes) : bytes_(bytes) {
    void* memory = ::mmap(nullptr, kGuardBytes + bytes_, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    memory_ = static_cast<unsigned char*>(memory);
    ::mprotect(memory_, kGuardBytes, PROT_NONE);
    std::memset(stack(), kPaint, bytes_);
  }
  PaintedStack(const PaintedStack&) = delete;
  PaintedStack& operator=(const PaintedStack&) = delete;
  ~PaintedStack() {
    if (memory_ != nullptr) ::munmap(memory_, kGuardBytes + bytes_);
  }

  bool ok() const { return memory_ != nullptr; }
  unsigned char* stack() const { return memory_ + kGuardBytes; }

  // Stacks grow down, and what was used is no paint any more. Sanitizers would
  // object to a look at what is left of the frames.
#if defined(__GNUC__)
  __attribute__((no_sanitize("address", "thread")))
#endif
  size_t Used() const {
    const volatile unsigned char* byte = stack();
    size_t free = 0;
    while (free < bytes_ && byte[free] == kPaint) ++free;
    return bytes_ - free;
  }

 private:
  static constexpr size_t kGuardBytes = 64 * 1024;
  static constexpr unsigned char kPaint = 0xa5;

  const size_t bytes_;
  unsigned char* memory_ = nullptr;
};

// Runs `work` on a thread with a stack of `bytes`, what the system itself puts
// there included; too small a stack ends the process. Returns what was used.
inline size_t StackUsed(std::function<void()> work,
                        size_t bytes = kSmallStackBytes) {
  const PaintedStack memory(bytes);
  pthread_attr_t attributes;
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    (*static_cast<std::function<void()>*>(argument))();
    return nullptr;
  };
  if (!memory.ok() || pthread_attr_init(&attributes) != 0) {
    ADD_FAILURE() << "No memory for a stack";
    return 0;
  }
  const int refused =
      pthread_attr_setstack(&attributes, memory.stack(), bytes) != 0 ||
      pthread_create(&thread, &attributes, run, &work) != 0;
  pthread_attr_destroy(&attributes);
  if (refused) {
    ADD_FAILURE() << "No thread with a stack of " << bytes;
    return 0;
  }
  pthread_join(thread, nullptr);
  return memory.Used();
}

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SUPPORT_SMALL_STACK_H_
