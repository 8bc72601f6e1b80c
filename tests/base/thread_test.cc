// SPDX-License-Identifier: Apache-2.0
// Threads and the size of their stacks.
#include "base/thread.h"

#include <pthread.h>

#include <atomic>
#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "tests/support/small_stack.h"

namespace rowfall::base {
namespace {

#ifdef __GLIBC__

size_t StackOfAThread() {
  size_t bytes = 0;
  Thread thread([&bytes] {
    pthread_attr_t attributes;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstacksize(&attributes, &bytes);
    pthread_attr_destroy(&attributes);
  });
  thread.join();
  return bytes;
}

TEST(ThreadTest, HasTheStackItNeedsWhateverTheDefault) {
  const tests::DefaultStack small(128 * 1024);
  EXPECT_GE(StackOfAThread(), kMinStackBytes);
}

TEST(ThreadTest, KeepsALargerDefault) {
  const tests::DefaultStack large(4 * kMinStackBytes);
  EXPECT_GE(StackOfAThread(), 4 * kMinStackBytes);
}

#endif

TEST(ThreadTest, FreesItsWorkBeforeItEnds) {
  auto held = std::make_shared<int>(1);
  Thread thread([held] {});
  thread.join();
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ThreadTest, MovesAndDetaches) {
  std::atomic<bool> done = false;
  Thread thread;
  EXPECT_FALSE(thread.joinable());
  thread = Thread([&done] { done = true; });
  Thread other = std::move(thread);
  EXPECT_FALSE(thread.joinable());
  EXPECT_TRUE(other.joinable());
  other.detach();
  EXPECT_FALSE(other.joinable());
  while (!done) sched_yield();
}

}  // namespace
}  // namespace rowfall::base
