// SPDX-License-Identifier: Apache-2.0
// An operator new that fails on demand, and counts what is not given back.
#ifndef ROWFALL_TESTS_FAULT_MEMORY_FAILING_NEW_H_
#define ROWFALL_TESTS_FAULT_MEMORY_FAILING_NEW_H_

#include <cstdint>

namespace rowfall::tests {

// Linking this file replaces operator new of the whole program. All figures
// belong to the calling thread.
class FailingNew {
 public:
  // Fails allocation `n` from now on, counted from 1: that one alone, or all
  // from there until Disarm().
  static void FailOnce(int64_t n);
  static void FailFrom(int64_t n);
  static void Disarm();
  // Whether an allocation has failed since it was armed.
  static bool has_failed();
  // Allocations since it was armed, less those under WithMemory.
  static int64_t num_allocations();
  // Allocations of the program that were not given back.
  static int64_t num_live();
  // Counts an allocation by other means. Whether it has to fail.
  static bool MustFail();
};

// As long as it lives, nothing fails and nothing counts on this thread: for
// what a test does beside the code under test.
class WithMemory {
 public:
  WithMemory();
  ~WithMemory();
  WithMemory(const WithMemory&) = delete;
  WithMemory& operator=(const WithMemory&) = delete;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_FAULT_MEMORY_FAILING_NEW_H_
